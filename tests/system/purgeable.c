/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that can be purged: its states, what becomes of copies, what is told about it; that the kernel
 * takes it back when it needs pages, and that this is right while others touch it.
 */
#include <stdatomic.h>
#include <string.h>

#include <mach/mach.h>
#include <mach/mach_vm.h>

#include "pages.h"
#include "systest.h"
#include "systest_task.h"

#define PAGES 4
#define SELF  mach_task_self()

/* VOLATILE in another way than as first in, first out of group 0. */
#define VOLATILE_LIFO_3 \
    (VM_PURGABLE_VOLATILE | VM_PURGABLE_BEHAVIOR_LIFO | (3 << VM_VOLATILE_GROUP_SHIFT))
#define VOLATILE_OBSOLETE (VM_PURGABLE_VOLATILE | VM_PURGABLE_ORDERING_OBSOLETE)

static kern_return_t control(mach_vm_address_t address, vm_purgable_t order, int *state)
{
    return mach_vm_purgable_control(SELF, address, order, state);
}

/* The state that was set before STATE was; -1 if it could not be. */
static int set(mach_vm_address_t address, int state)
{
    return control(address, VM_PURGABLE_SET_STATE, &state) == KERN_SUCCESS ? state : -1;
}

static int get(mach_vm_address_t address)
{
    int state = 99;
    return control(address, VM_PURGABLE_GET_STATE, &state) == KERN_SUCCESS ? state : -1;
}

/* True if the COUNT pages at ADDRESS begin as allocate() left them, or with zeros if IS_EMPTY. */
static bool shows(mach_vm_address_t address, uint64_t count, bool is_empty)
{
    for (uint64_t i = 0; i < count; i++) {
        if (*(volatile char *)(address + i * PAGE) != (is_empty ? 0 : (char)(i % 100 + 1))) {
            return false;
        }
    }
    return true;
}

CASE(states_are_told_and_set)
{
    mach_vm_address_t memory = allocate(PAGES, VM_FLAGS_PURGABLE);
    EXPECT_EQ(get(memory), VM_PURGABLE_NONVOLATILE);
    EXPECT_EQ(set(memory, VM_PURGABLE_VOLATILE), VM_PURGABLE_NONVOLATILE);
    EXPECT_EQ(get(memory + PAGE + 1), VM_PURGABLE_VOLATILE); /* the whole of it */
    EXPECT(shows(memory, PAGES, false));
    EXPECT_EQ(set(memory, VOLATILE_LIFO_3), VM_PURGABLE_VOLATILE);
    EXPECT_EQ(set(memory, VOLATILE_OBSOLETE), VM_PURGABLE_VOLATILE);
    EXPECT_EQ(set(memory, VM_PURGABLE_NONVOLATILE), VM_PURGABLE_VOLATILE);
    EXPECT(shows(memory, PAGES, false));
    EXPECT_EQ(set(memory, VM_PURGABLE_EMPTY), VM_PURGABLE_NONVOLATILE);
    EXPECT(shows(memory, PAGES, true));
    *(volatile char *)memory = 7;
    EXPECT_EQ(set(memory, VM_PURGABLE_VOLATILE), VM_PURGABLE_EMPTY);
    EXPECT_EQ(get(memory), VM_PURGABLE_EMPTY); /* what is empty stays so */
    EXPECT_EQ(set(memory, VM_PURGABLE_NONVOLATILE), VM_PURGABLE_EMPTY);
    EXPECT_EQ(set(memory, VM_PURGABLE_NONVOLATILE), VM_PURGABLE_NONVOLATILE);
    EXPECT(*(volatile char *)memory == 0); /* it went with the second order to be empty */
    deallocate(memory, PAGES);
}

CASE(debugging_bits_empty_at_once)
{
    mach_vm_address_t memory = allocate(PAGES, VM_FLAGS_PURGABLE);
    EXPECT_EQ(set(memory, VM_PURGABLE_VOLATILE | VM_PURGABLE_DEBUG_FAULT | VM_PURGABLE_NO_AGING),
              VM_PURGABLE_NONVOLATILE);
    EXPECT(shows(memory, PAGES, false));
    EXPECT_EQ(set(memory, VM_PURGABLE_NONVOLATILE), VM_PURGABLE_VOLATILE);
    EXPECT_EQ(set(memory, VM_PURGABLE_VOLATILE | VM_PURGABLE_DEBUG_EMPTY), VM_PURGABLE_NONVOLATILE);
    EXPECT_EQ(set(memory, VM_PURGABLE_NONVOLATILE), VM_PURGABLE_EMPTY);
    EXPECT(shows(memory, PAGES, true));
    EXPECT_EQ(set(memory, VM_PURGABLE_VOLATILE), VM_PURGABLE_NONVOLATILE);
    EXPECT_EQ(get(memory), VM_PURGABLE_EMPTY); /* from then on always */
    deallocate(memory, PAGES);
}

CASE(what_cannot_be_done_is_refused)
{
    mach_vm_address_t memory = allocate(PAGES, VM_FLAGS_PURGABLE);
    mach_vm_address_t ordinary = allocate(1, 0);
    int state = VM_PURGABLE_VOLATILE;
    EXPECT_EQ(control(ordinary, VM_PURGABLE_SET_STATE, &state), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(control(memory, VM_PURGABLE_SET_STATE_FROM_KERNEL, &state), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(control(memory, -1, &state), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(vm_purgable_control(SELF, memory, 4, &state), KERN_INVALID_ARGUMENT);
    state = VM_PURGABLE_DENY;
    EXPECT_EQ(control(memory, VM_PURGABLE_SET_STATE, &state), KERN_INVALID_ARGUMENT);
    state = VM_PURGABLE_VOLATILE | 1 << 20;
    EXPECT_EQ(control(memory, VM_PURGABLE_SET_STATE, &state), KERN_INVALID_ARGUMENT);
    state = VM_PURGABLE_VOLATILE;
    EXPECT_OK(mach_vm_protect(SELF, memory, PAGES * PAGE, FALSE, VM_PROT_READ));
    EXPECT_EQ(control(memory, VM_PURGABLE_SET_STATE, &state), KERN_PROTECTION_FAILURE);
    EXPECT_EQ(vm_purgable_control(SELF, memory, VM_PURGABLE_SET_STATE, &state),
              KERN_PROTECTION_FAILURE);
    EXPECT_EQ(get(memory), VM_PURGABLE_NONVOLATILE);
    deallocate(memory, PAGES);
    EXPECT_EQ(control(memory, VM_PURGABLE_GET_STATE, &state), KERN_INVALID_ADDRESS);
    EXPECT_EQ(control(memory, VM_PURGABLE_SET_STATE, &state), KERN_INVALID_ADDRESS);
    EXPECT_EQ(mach_vm_allocate(SELF, &memory, UINT64_C(0x100000000) * PAGE,
                               VM_FLAGS_ANYWHERE | VM_FLAGS_PURGABLE),
              KERN_INVALID_ARGUMENT);
    deallocate(ordinary, 1);
}

CASE(all_that_is_volatile_is_purged_at_once)
{
    mach_vm_address_t kept = allocate(PAGES, VM_FLAGS_PURGABLE);
    mach_vm_address_t first = allocate(PAGES, VM_FLAGS_PURGABLE);
    mach_vm_address_t second = allocate(PAGES, VM_FLAGS_PURGABLE);
    int state = 0;
    EXPECT_EQ(set(first, VOLATILE_LIFO_3), VM_PURGABLE_NONVOLATILE);
    EXPECT_EQ(set(second, VOLATILE_OBSOLETE), VM_PURGABLE_NONVOLATILE);
    mach_vm_address_t last = allocate(PAGES, VM_FLAGS_PURGABLE);
    EXPECT_EQ(set(last, VM_PURGABLE_VOLATILE | VM_VOLATILE_GROUP_7), VM_PURGABLE_NONVOLATILE);
    EXPECT_OK(control(0, VM_PURGABLE_PURGE_ALL, &state)); /* the address means nothing */
    EXPECT_EQ(get(last), VM_PURGABLE_EMPTY);
    deallocate(last, PAGES);
    EXPECT_EQ(set(kept, VM_PURGABLE_NONVOLATILE), VM_PURGABLE_NONVOLATILE);
    EXPECT_EQ(set(first, VM_PURGABLE_NONVOLATILE), VM_PURGABLE_EMPTY);
    EXPECT_EQ(set(second, VM_PURGABLE_NONVOLATILE), VM_PURGABLE_EMPTY);
    EXPECT(shows(kept, PAGES, false) && shows(first, PAGES, true) && shows(second, PAGES, true));
    deallocate(kept, PAGES);
    deallocate(first, PAGES);
    deallocate(second, PAGES);
}

/* COUNT pages at the place that mach_vm_remap() gives them. */
static mach_vm_address_t remap(mach_vm_address_t from, boolean_t copy)
{
    mach_vm_address_t to = 0;
    vm_prot_t current;
    vm_prot_t maximum;
    EXPECT_OK(mach_vm_remap(SELF, &to, PAGES * PAGE, 0, VM_FLAGS_ANYWHERE, SELF, from, copy,
                            &current, &maximum, VM_INHERIT_NONE));
    return to;
}

CASE(copies_are_ordinary_memory_and_what_is_shared_is_the_same)
{
    mach_vm_address_t memory = allocate(PAGES, VM_FLAGS_PURGABLE);
    EXPECT_EQ(set(memory, VM_PURGABLE_VOLATILE), VM_PURGABLE_NONVOLATILE);
    mach_vm_address_t copy = remap(memory, TRUE);
    mach_vm_address_t shared = remap(memory, FALSE);
    vm_offset_t read = 0;
    mach_msg_type_number_t size = 0;
    mach_vm_address_t written = allocate(PAGES, 0);
    EXPECT_OK(mach_vm_read(SELF, memory, PAGES * PAGE, &read, &size));
    memset((void *)written, 0, PAGES * PAGE);
    EXPECT_OK(mach_vm_copy(SELF, memory, PAGES * PAGE, written));
    EXPECT_EQ(get(copy), -1);
    EXPECT_EQ(get(read), -1);
    EXPECT_EQ(get(written), -1);
    EXPECT_EQ(get(shared), VM_PURGABLE_VOLATILE);
    EXPECT_EQ(set(shared, VM_PURGABLE_EMPTY), VM_PURGABLE_VOLATILE);
    EXPECT(shows(memory, PAGES, true) && shows(shared, PAGES, true));
    EXPECT(shows(copy, PAGES, false) && shows(read, PAGES, false) && shows(written, PAGES, false));
    EXPECT_OK(mach_vm_copy(SELF, copy, PAGES * PAGE, memory)); /* over it: still the same memory */
    EXPECT_EQ(set(memory, VM_PURGABLE_NONVOLATILE), VM_PURGABLE_EMPTY);
    EXPECT(shows(shared, PAGES, false));
    deallocate(memory, PAGES);
    EXPECT_EQ(get(shared), VM_PURGABLE_NONVOLATILE);
    deallocate(shared, PAGES);
    deallocate(copy, PAGES);
    deallocate(read, PAGES);
    deallocate(written, PAGES);
}

CASE(a_child_gets_a_copy_or_shares)
{
    task_t child;
    mach_vm_address_t copied = allocate(PAGES, VM_FLAGS_PURGABLE);
    mach_vm_address_t shared = allocate(PAGES, VM_FLAGS_PURGABLE);
    int state = 0;
    EXPECT_OK(mach_vm_inherit(SELF, shared, PAGES * PAGE, VM_INHERIT_SHARE));
    EXPECT_OK(task_create(SELF, NULL, 0, TRUE, &child));
    EXPECT_EQ(set(shared, VM_PURGABLE_VOLATILE), VM_PURGABLE_NONVOLATILE);
    EXPECT_EQ(mach_vm_purgable_control(child, copied, VM_PURGABLE_GET_STATE, &state),
              KERN_INVALID_ARGUMENT);
    EXPECT_OK(mach_vm_purgable_control(child, shared, VM_PURGABLE_GET_STATE, &state));
    EXPECT_EQ(state, VM_PURGABLE_VOLATILE);
    EXPECT_OK(task_terminate(child));
    EXPECT_OK(mach_port_deallocate(SELF, child));
    deallocate(copied, PAGES);
    deallocate(shared, PAGES);
}

CASE(what_is_volatile_is_told_by_group)
{
    task_purgable_info_t info;
    task_purgable_info_t all;
    mach_vm_address_t memory = allocate(PAGES, VM_FLAGS_PURGABLE);
    mach_msg_type_number_t count = HOST_VM_PURGABLE_COUNT;
    mach_port_t host = mach_host_self();
    EXPECT_EQ(set(memory, VOLATILE_LIFO_3), VM_PURGABLE_NONVOLATILE);
    EXPECT_OK(task_purgable_info(SELF, &info));
    EXPECT_EQ(info.lifo_data[3].count, 1);
    EXPECT_EQ(info.lifo_data[3].size, PAGES * PAGE);
    EXPECT_EQ(info.fifo_data[3].count, 0);
    EXPECT_OK(host_info(host, HOST_VM_PURGABLE, (host_info_t)&all, &count));
    EXPECT(all.lifo_data[3].count >= 1);
    EXPECT_EQ(set(memory, VM_PURGABLE_VOLATILE | VM_VOLATILE_GROUP_7), VM_PURGABLE_VOLATILE);
    EXPECT_OK(task_purgable_info(SELF, &info));
    EXPECT_EQ(info.lifo_data[3].count, 0);
    EXPECT_EQ(info.fifo_data[7].count, 1);
    EXPECT_EQ(set(memory, VOLATILE_OBSOLETE), VM_PURGABLE_VOLATILE);
    EXPECT_OK(task_purgable_info(SELF, &info));
    EXPECT_EQ(info.obsolete_data.size, PAGES * PAGE);
    EXPECT_EQ(task_purgable_info(host, &info), KERN_INVALID_ARGUMENT);
    EXPECT_OK(mach_port_deallocate(SELF, host));
    deallocate(memory, PAGES);
    EXPECT_OK(task_purgable_info(SELF, &info));
    EXPECT_EQ(info.obsolete_data.count, 0);
}

/* TASK_VM_INFO_PURGEABLE of this task. */
static task_vm_info_data_t vm_info(void)
{
    task_vm_info_data_t info = {};
    mach_msg_type_number_t count = TASK_VM_INFO_COUNT;
    EXPECT_OK(task_info(SELF, TASK_VM_INFO_PURGEABLE, (task_info_t)&info, &count));
    return info;
}

CASE(a_tasks_numbers_say_what_it_has)
{
    mach_vm_address_t memory = allocate(PAGES, VM_FLAGS_PURGABLE);
    EXPECT_EQ(vm_info().ledger_purgeable_nonvolatile, PAGES * PAGE);
    EXPECT_EQ(vm_info().purgeable_volatile_virtual, 0);
    EXPECT_EQ(set(memory, VM_PURGABLE_VOLATILE), VM_PURGABLE_NONVOLATILE);
    EXPECT_EQ(vm_info().ledger_purgeable_nonvolatile, 0);
    EXPECT_EQ(vm_info().ledger_purgeable_volatile, PAGES * PAGE);
    EXPECT_EQ(vm_info().purgeable_volatile_resident, PAGES * PAGE);
    EXPECT_EQ(set(memory, VM_PURGABLE_EMPTY), VM_PURGABLE_VOLATILE);
    EXPECT_EQ(vm_info().purgeable_volatile_virtual, PAGES * PAGE);
    EXPECT_EQ(vm_info().purgeable_volatile_resident, 0);
    deallocate(memory, PAGES);
    EXPECT_EQ(vm_info().purgeable_volatile_virtual, 0);
}

/* Pages that are free, and those taken back since boot. */
static vm_statistics64_data_t statistics(void)
{
    vm_statistics64_data_t told = {};
    mach_msg_type_number_t count = HOST_VM_INFO64_COUNT;
    mach_port_t host = mach_host_self();
    EXPECT_OK(host_statistics64(host, HOST_VM_INFO64, (host_info64_t)&told, &count));
    EXPECT_OK(mach_port_deallocate(SELF, host));
    return told;
}

CASE(what_is_volatile_goes_before_memory_runs_out)
{
    const uint64_t many = 2048;
    mach_vm_address_t kept = allocate(PAGES, VM_FLAGS_PURGABLE);
    mach_vm_address_t first = allocate(many, VM_FLAGS_PURGABLE);
    mach_vm_address_t later = allocate(PAGES, VM_FLAGS_PURGABLE);
    EXPECT_EQ(set(later, VM_PURGABLE_VOLATILE | VM_VOLATILE_GROUP_1), VM_PURGABLE_NONVOLATILE);
    EXPECT_EQ(set(first, VM_PURGABLE_VOLATILE), VM_PURGABLE_NONVOLATILE);
    vm_statistics64_data_t before = statistics();
    EXPECT(before.purgeable_count >= many + PAGES);
    /* As many as are free: part of these is a reserve, which a program does not get. */
    mach_vm_address_t filler = allocate(before.free_count, 0);
    EXPECT_EQ(set(kept, VM_PURGABLE_NONVOLATILE), VM_PURGABLE_NONVOLATILE);
    EXPECT_EQ(set(later, VM_PURGABLE_NONVOLATILE), VM_PURGABLE_VOLATILE);
    EXPECT_EQ(set(first, VM_PURGABLE_NONVOLATILE), VM_PURGABLE_EMPTY);
    EXPECT(statistics().purges >= before.purges + many);
    deallocate(filler, before.free_count);
    EXPECT(shows(kept, PAGES, false) && shows(later, PAGES, false) && shows(first, many, true));
    deallocate(kept, PAGES);
    deallocate(first, many);
    deallocate(later, PAGES);
}

/* A thread that touches memory while it is taken back: it sees zeros or what it wrote. */
static struct {
    mach_vm_address_t memory;
    _Atomic bool ends;
    _Atomic uint64_t rounds;
    _Atomic uint64_t odd;
} toucher;

static void touch(void *argument)
{
    (void)argument;
    while (!atomic_load(&toucher.ends)) {
        for (uint64_t i = 0; i < PAGES; i++) {
            volatile char *place = (volatile char *)(toucher.memory + i * PAGE);
            char found = *place;
            if (found != 0 && found != (char)(i + 1)) {
                atomic_fetch_add(&toucher.odd, 1);
            }
            *place = (char)(i + 1);
        }
        atomic_fetch_add(&toucher.rounds, 1);
    }
}

CASE(nobody_keeps_pages_that_were_taken)
{
    struct worker workers[2];
    toucher.memory = allocate(PAGES, VM_FLAGS_PURGABLE);
    atomic_store(&toucher.ends, false);
    for (int i = 0; i < 2; i++) {
        EXPECT(worker_start(&workers[i], SELF, touch, NULL));
    }
    for (int round = 0; round < 200; round++) {
        int state = 0;
        uint64_t rounds = atomic_load(&toucher.rounds);
        EXPECT_EQ(set(toucher.memory, VM_PURGABLE_VOLATILE), VM_PURGABLE_NONVOLATILE);
        if (round % 2 == 0) {
            EXPECT_OK(control(0, VM_PURGABLE_PURGE_ALL, &state));
        } else {
            EXPECT_EQ(set(toucher.memory, VM_PURGABLE_EMPTY), VM_PURGABLE_VOLATILE);
        }
        /* The pages that came free; whoever still writes to them shows here. */
        mach_vm_address_t fresh = allocate(PAGES, 0);
        memset((void *)fresh, 0x55, PAGES * PAGE);
        while (atomic_load(&toucher.rounds) < rounds + 2) {
            systest_pause();
        }
        for (uint64_t i = 0; i < PAGES * PAGE; i++) {
            if (*(volatile char *)(fresh + i) != 0x55) {
                atomic_fetch_add(&toucher.odd, 1);
            }
        }
        deallocate(fresh, PAGES);
        EXPECT_EQ(set(toucher.memory, VM_PURGABLE_NONVOLATILE), VM_PURGABLE_EMPTY);
    }
    atomic_store(&toucher.ends, true);
    for (int i = 0; i < 2; i++) {
        worker_join(&workers[i]);
    }
    EXPECT_EQ(atomic_load(&toucher.odd), 0);
    deallocate(toucher.memory, PAGES);
}
