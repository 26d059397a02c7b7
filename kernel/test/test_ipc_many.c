/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of ipc: a task with very many names.  None of what is done with them all holds its lock for as
 * long as it takes: the suite looks at the longest time that a spin lock was held.
 */
#include <lib/log.h>
#include <ipc/ipc_port.h>
#include <ipc/mach_port.h>
#include <test/test_ipc.h>
#include <vm/vm_map_copy.h>

#define IN_TABLE    20000u
#define CHOSEN      4000u
#define CHOSEN_LEAP 0x300u
#define CHOSEN_FROM 0x70000000u

/* Ports under chosen names, and how many may share a slot of the hash: two do on average. */
#define CHOSEN_PORTS 50000u
#define CHAIN_MAX    16u

static void make_names(struct ipc_space *space)
{
    for (uint32_t i = 0; i < IN_TABLE; i++) {
        mach_port_name_t name;
        EXPECT_EQ(mach_port_allocate(space, MACH_PORT_RIGHT_DEAD_NAME, &name), KERN_SUCCESS);
    }
    for (uint32_t i = CHOSEN; i-- > 0;) {
        EXPECT_EQ(mach_port_allocate_name(space, MACH_PORT_RIGHT_DEAD_NAME,
                                          CHOSEN_FROM + i * CHOSEN_LEAP),
                  KERN_SUCCESS);
    }
}

static mach_port_name_t names[IN_TABLE + CHOSEN];

/* Read LIST, of as many names as there is room for, and discard it. */
static void read_names(struct vm_map_copy *list)
{
    interrupts_enable();
    EXPECT_EQ(vm_map_copy_read(list, names, sizeof(names)), KERN_SUCCESS);
    vm_map_copy_discard(list);
    interrupts_disable();
}

KTEST(ipc_very_many_names_are_all_listed)
{
    struct ipc_space *space = space_begin();
    make_names(space);
    struct vm_map_copy *lists[2];
    mach_msg_type_number_t counts[2];
    EXPECT_EQ(mach_port_names(space, &lists[0], &counts[0], &lists[1], &counts[1]), KERN_SUCCESS);
    if (EXPECT_EQ(counts[0], ARRAY_SIZE(names)) && EXPECT_EQ(counts[1], ARRAY_SIZE(names))) {
        interrupts_enable();
        vm_map_copy_discard(lists[1]);
        interrupts_disable();
        read_names(lists[0]);
    }
    /* Each part in ascending order, so that none is there twice. */
    for (uint32_t i = 1; i < IN_TABLE; i++) {
        EXPECT(MACH_PORT_INDEX(names[i]) > MACH_PORT_INDEX(names[i - 1]));
    }
    for (uint32_t i = 0; i < CHOSEN; i++) {
        EXPECT_EQ(names[IN_TABLE + i], CHOSEN_FROM + i * CHOSEN_LEAP);
    }
    ipc_info_space_basic_t info;
    EXPECT_EQ(mach_port_space_basic_info(space, &info), KERN_SUCCESS);
    EXPECT_EQ(info.iisb_table_inuse, IN_TABLE + CHOSEN);
    EXPECT(info.iisb_table_size >= IN_TABLE + CHOSEN);
    ipc_space_terminate(space);
    space_end(space);
}

/* The most ports of SPACE that share a slot of its hash. */
static uint32_t longest_chain(const struct ipc_space *space)
{
    uint32_t longest = 0;
    for (uint32_t i = 0; i < space->capacity / IPC_ENTRY_CHUNK * IPC_HASH_CHUNK; i++) {
        uint32_t length = 0;
        for (const struct ipc_entry *entry = *ipc_hash_slot(space, i); entry != nullptr;
             entry = entry->hash_next) {
            length++;
        }
        longest = length > longest ? length : longest;
    }
    return longest;
}

/* Whichever way ports come to names that their task chose, their hash grows with them. */
KTEST(ipc_very_many_chosen_names_are_found_fast)
{
    struct ipc_space *space = space_begin();
    for (uint32_t i = 0; i < CHOSEN_PORTS; i++) {
        mach_port_name_t chosen = CHOSEN_FROM + i * CHOSEN_LEAP;
        kern_return_t result;
        if (i % 2 == 0) {
            result = mach_port_allocate_name(space, MACH_PORT_RIGHT_RECEIVE, chosen);
        } else {
            result = mach_port_rename(space, new_port(space), chosen);
        }
        EXPECT_EQ(result, KERN_SUCCESS);
    }
    uint32_t longest = longest_chain(space);
    if (!EXPECT(longest <= CHAIN_MAX)) {
        log_info("# %u ports share a slot", longest);
    }
    ipc_space_terminate(space);
    space_end(space);
}
