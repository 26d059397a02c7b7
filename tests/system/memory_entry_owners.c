/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory entries that can be purged, and whose the memory is.
 */
#include <mach/mach.h>
#include <mach/mach_vm.h>
#include <mach/memory_entry.h>

#include "entries.h"
#include "pages.h"
#include "systest.h"

#define SELF mach_task_self()

static kern_return_t control(mach_port_t entry, vm_purgable_t order, int *state)
{
    return mach_memory_entry_purgable_control(entry, order, state);
}

CASE(an_entry_can_be_purged)
{
    mach_port_t entry =
        entry_for(0, 2 * PAGE, MAP_MEM_NAMED_CREATE | MAP_MEM_PURGABLE | BOTH, MACH_PORT_NULL);
    mach_port_t part = entry_for(0, PAGE, BOTH, entry);
    mach_port_t host = mach_host_self();
    mach_vm_address_t memory = mapped(entry, 2, BOTH), copy;
    int state = VM_PURGABLE_VOLATILE;
    *(volatile char *)memory = 3;
    EXPECT_OK(map(entry, 2 * PAGE, 0, 0, TRUE, BOTH, &copy));
    EXPECT_OK(control(entry, VM_PURGABLE_SET_STATE, &state));
    EXPECT_EQ(state, VM_PURGABLE_NONVOLATILE);
    EXPECT_OK(mach_vm_purgable_control(SELF, memory, VM_PURGABLE_GET_STATE, &state));
    EXPECT_EQ(state, VM_PURGABLE_VOLATILE);
    EXPECT_OK(mach_vm_purgable_control(SELF, 0, VM_PURGABLE_PURGE_ALL, &state));
    EXPECT_EQ(byte(memory), 0);
    EXPECT_EQ(byte(copy), 3);
    state = VM_PURGABLE_NONVOLATILE;
    EXPECT_OK(control(entry, VM_PURGABLE_SET_STATE, &state));
    EXPECT_EQ(state, VM_PURGABLE_EMPTY);
    EXPECT_EQ(control(part, VM_PURGABLE_GET_STATE, &state), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(control(entry, VM_PURGABLE_PURGE_ALL, &state), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(control(entry, VM_PURGABLE_SET_STATE_FROM_KERNEL, &state), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(control(host, VM_PURGABLE_GET_STATE, &state), KERN_INVALID_ARGUMENT);
    state = 1 << 20;
    EXPECT_EQ(control(entry, VM_PURGABLE_SET_STATE, &state), KERN_INVALID_ARGUMENT);
    release(part);
    release(entry);
    deallocate(memory, 2);
    deallocate(copy, 2);
    entry = entry_for(0, PAGE,
                      MAP_MEM_NAMED_CREATE | MAP_MEM_PURGABLE | MAP_MEM_PURGABLE_KERNEL_ONLY | BOTH,
                      MACH_PORT_NULL);
    state = VM_PURGABLE_VOLATILE;
    EXPECT_EQ(control(entry, VM_PURGABLE_SET_STATE, &state), KERN_PROTECTION_FAILURE);
    EXPECT_OK(control(entry, VM_PURGABLE_GET_STATE, &state));
    release(entry);
    release(host);
}

CASE(accesses_are_not_counted)
{
    mach_port_t entry = entry_for(0, PAGE, MAP_MEM_NAMED_CREATE | BOTH, MACH_PORT_NULL);
    mach_vm_address_t memory = allocate(1, 0);
    mach_port_t range = entry_for(memory, PAGE, MAP_MEM_VM_SHARE | BOTH, MACH_PORT_NULL);
    int tracking = 1;
    uint32_t reads, writes;
    EXPECT_EQ(mach_memory_entry_access_tracking(entry, &tracking, &reads, &writes),
              KERN_NOT_SUPPORTED);
    EXPECT_EQ(mach_memory_entry_access_tracking(range, &tracking, &reads, &writes),
              KERN_INVALID_ARGUMENT);
    release(entry);
    release(range);
    deallocate(memory, 1);
}

/* TASK_VM_INFO of this task. */
static task_vm_info_data_t vm_info(void)
{
    task_vm_info_data_t info = {};
    mach_msg_type_number_t count = TASK_VM_INFO_COUNT;
    EXPECT_OK(task_info(SELF, TASK_VM_INFO, (task_info_t)&info, &count));
    return info;
}

CASE(tagged_memory_is_its_owners)
{
    mach_port_t entry =
        entry_for(0, 2 * PAGE, MAP_MEM_NAMED_CREATE | MAP_MEM_LEDGER_TAGGED | BOTH, MACH_PORT_NULL);
    mach_port_t plain = entry_for(0, PAGE, MAP_MEM_NAMED_CREATE | BOTH, MACH_PORT_NULL);
    mach_port_t host = mach_host_self();
    mach_vm_address_t memory = mapped(entry, 2, BOTH);
    task_t child;
    int state = 0;
    *(volatile char *)memory = 1;
    EXPECT_EQ(control(entry, VM_PURGABLE_GET_STATE, &state), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(vm_info().ledger_tag_media_footprint, 0);
    EXPECT_OK(mach_memory_entry_ownership(entry, TASK_NULL, VM_LEDGER_TAG_MEDIA, 0));
    EXPECT_EQ(vm_info().ledger_tag_media_footprint, PAGE);
    EXPECT_OK(mach_memory_entry_ownership(entry, SELF, VM_LEDGER_TAG_GRAPHICS, 0));
    EXPECT_OK(mach_memory_entry_ownership(entry, SELF, VM_LEDGER_TAG_UNCHANGED, 0));
    EXPECT_EQ(vm_info().ledger_tag_media_footprint, 0);
    EXPECT_EQ(vm_info().ledger_tag_graphics_footprint, PAGE);
    EXPECT_OK(task_create(SELF, NULL, 0, FALSE, &child));
    EXPECT_EQ(mach_memory_entry_ownership(entry, child, VM_LEDGER_TAG_MEDIA, 0), KERN_NO_ACCESS);
    EXPECT_EQ(mach_memory_entry_ownership(entry, SELF, VM_LEDGER_TAG_NETWORK, 0), KERN_NO_ACCESS);
    EXPECT_EQ(mach_memory_entry_ownership(entry, SELF, 1, VM_LEDGER_FLAG_NO_FOOTPRINT),
              KERN_NO_ACCESS);
    EXPECT_EQ(mach_memory_entry_ownership(entry, SELF, 1, VM_LEDGER_FLAG_FROM_KERNEL),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_memory_entry_ownership(entry, SELF, VM_LEDGER_TAG_MAX + 1, 0),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_memory_entry_ownership(entry, SELF, VM_LEDGER_TAG_NONE, 0),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_memory_entry_ownership(plain, SELF, 1, 0), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_memory_entry_ownership(host, SELF, 1, 0), KERN_INVALID_ARGUMENT);
    EXPECT_OK(task_terminate(child));
    release(child);
    deallocate(memory, 2);
    release(entry);
    release(plain);
    release(host);
}
