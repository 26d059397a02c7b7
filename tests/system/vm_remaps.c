/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Second mappings of memory with protections of their own: mach_vm_remap_new() and vm_remap_new(); and
 * memory whose place is never given up, VM_FLAGS_PERMANENT.
 */
#include <mach/mach.h>
#include <mach/mach_vm.h>

#include "systest.h"
#include "systest_task.h"

/* mach_vm_remap_new() of a page at MEMORY into the own map. */
static kern_return_t remap_new(mach_vm_address_t memory, boolean_t copy, vm_prot_t protection,
                               vm_prot_t maximum, mach_vm_address_t *place)
{
    vm_prot_t now = protection;
    vm_prot_t most = maximum;
    *place = 0;
    kern_return_t result =
        mach_vm_remap_new(mach_task_self(), place, vm_page_size, 0, VM_FLAGS_ANYWHERE,
                          mach_task_self(), memory, copy, &now, &most, VM_INHERIT_NONE);
    if (result == KERN_SUCCESS) {
        EXPECT_EQ(now, protection);
        EXPECT_EQ(most, maximum);
    }
    return result;
}

static vm_region_basic_info_data_64_t region_at(mach_vm_address_t address)
{
    vm_region_basic_info_data_64_t info = {};
    mach_msg_type_number_t count = VM_REGION_BASIC_INFO_COUNT_64;
    mach_vm_size_t size;
    mach_port_t object;
    EXPECT_OK(mach_vm_region(mach_task_self(), &address, &size, VM_REGION_BASIC_INFO_64,
                             (vm_region_info_t)&info, &count, &object));
    return info;
}

CASE(a_second_mapping_can_be_for_less)
{
    mach_vm_address_t memory = 0;
    mach_vm_address_t place;
    EXPECT_OK(mach_vm_allocate(mach_task_self(), &memory, vm_page_size, VM_FLAGS_ANYWHERE));
    EXPECT_OK(remap_new(memory, FALSE, VM_PROT_READ, VM_PROT_READ, &place));
    *(volatile int *)memory = 5;
    EXPECT_EQ(*(volatile int *)place, 5);
    EXPECT_EQ(region_at(place).protection, VM_PROT_READ);
    EXPECT_EQ(region_at(place).max_protection, VM_PROT_READ);
    EXPECT_EQ(mach_vm_protect(mach_task_self(), place, vm_page_size, FALSE, VM_PROT_DEFAULT),
              KERN_PROTECTION_FAILURE);
    EXPECT_OK(mach_vm_deallocate(mach_task_self(), place, vm_page_size));
    EXPECT_OK(mach_vm_deallocate(mach_task_self(), memory, vm_page_size));
}

CASE(a_second_mapping_cannot_be_for_more)
{
    mach_vm_address_t memory = 0;
    mach_vm_address_t place;
    EXPECT_OK(mach_vm_allocate(mach_task_self(), &memory, vm_page_size, VM_FLAGS_ANYWHERE));
    *(volatile int *)memory = 7;
    EXPECT_OK(mach_vm_protect(mach_task_self(), memory, vm_page_size, TRUE, VM_PROT_READ));
    EXPECT_EQ(remap_new(memory, FALSE, VM_PROT_DEFAULT, VM_PROT_DEFAULT, &place),
              KERN_PROTECTION_FAILURE);
    EXPECT_EQ(remap_new(memory, FALSE, VM_PROT_READ, VM_PROT_DEFAULT, &place),
              KERN_PROTECTION_FAILURE);
    EXPECT_EQ(remap_new(memory, FALSE, VM_PROT_DEFAULT, VM_PROT_READ, &place),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(remap_new(memory, FALSE, VM_PROT_READ, 0x100, &place), KERN_INVALID_ARGUMENT);
    EXPECT_OK(remap_new(memory, TRUE, VM_PROT_DEFAULT, VM_PROT_ALL, &place)); /* a copy may */
    *(volatile int *)place += 1;
    EXPECT_EQ(*(volatile int *)place, 8);
    EXPECT_EQ(*(volatile int *)memory, 7);
    EXPECT_OK(mach_vm_deallocate(mach_task_self(), place, vm_page_size));
    EXPECT_OK(mach_vm_protect(mach_task_self(), memory, vm_page_size, FALSE, VM_PROT_NONE));
    EXPECT_EQ(remap_new(memory, TRUE, VM_PROT_READ, VM_PROT_READ, &place), KERN_PROTECTION_FAILURE);
    EXPECT_OK(mach_vm_deallocate(mach_task_self(), memory, vm_page_size));
}

CASE(what_a_second_mapping_needs)
{
    mach_vm_address_t memory = 0;
    mach_vm_address_t place;
    vm_address_t older = 0;
    vm_prot_t now = VM_PROT_READ, most = VM_PROT_READ, more = VM_PROT_ALL;
    EXPECT_OK(mach_vm_allocate(mach_task_self(), &memory, vm_page_size, VM_FLAGS_ANYWHERE));
    place = memory;
    EXPECT_EQ(mach_vm_remap_new(mach_task_self(), &place, vm_page_size, 0, VM_FLAGS_FIXED,
                                mach_task_self(), memory, FALSE, &now, &most, VM_INHERIT_NONE),
              KERN_NO_SPACE);
    older = memory;
    EXPECT_EQ(vm_remap_new(mach_task_self(), &older, vm_page_size, 0, VM_FLAGS_FIXED,
                           mach_task_self(), memory, FALSE, &now, &most, VM_INHERIT_NONE),
              KERN_NO_SPACE);
    EXPECT_OK(vm_remap_new(mach_task_self(), &older, vm_page_size, 0, VM_FLAGS_ANYWHERE,
                           mach_task_self(), memory, FALSE, &now, &most, VM_INHERIT_NONE));
    *(volatile int *)memory = 9;
    EXPECT_EQ(*(volatile int *)older, 9);
    EXPECT_OK(mach_vm_deallocate(mach_task_self(), memory, vm_page_size));
    /* What there is permits reading alone. */
    EXPECT_EQ(vm_remap_new(mach_task_self(), &older, vm_page_size, 0, VM_FLAGS_ANYWHERE,
                           mach_task_self(), older, FALSE, &now, &more, VM_INHERIT_NONE),
              KERN_PROTECTION_FAILURE);
    EXPECT_OK(mach_vm_deallocate(mach_task_self(), older, vm_page_size));
    EXPECT_EQ(remap_new(memory, FALSE, VM_PROT_READ, VM_PROT_READ, &place), KERN_INVALID_ADDRESS);
    EXPECT_EQ(vm_remap_new(mach_task_self(), &older, vm_page_size, 0, VM_FLAGS_ANYWHERE,
                           mach_task_self(), memory, FALSE, &now, &most, VM_INHERIT_NONE),
              KERN_INVALID_ADDRESS);
}

/* Three pages in TASK, the middle one permanent. */
static mach_vm_address_t map_around_permanent(task_t task)
{
    mach_vm_address_t memory = 0, middle;
    EXPECT_OK(mach_vm_allocate(task, &memory, 3 * vm_page_size, VM_FLAGS_ANYWHERE));
    EXPECT_OK(mach_vm_deallocate(task, memory + vm_page_size, vm_page_size));
    middle = memory + vm_page_size;
    EXPECT_OK(mach_vm_allocate(task, &middle, vm_page_size, VM_FLAGS_FIXED | VM_FLAGS_PERMANENT));
    EXPECT_OK(mach_vm_write(task, middle, (vm_offset_t) "7", 1));
    return memory;
}

/* Of the three pages at MEMORY in TASK the middle one has to be left, without any access. */
static void expect_closed(task_t task, mach_vm_address_t memory)
{
    mach_vm_address_t address = memory;
    mach_vm_size_t size;
    mach_port_t object;
    vm_region_basic_info_data_64_t info = {};
    mach_msg_type_number_t count = VM_REGION_BASIC_INFO_COUNT_64;
    EXPECT_OK(mach_vm_region(task, &address, &size, VM_REGION_BASIC_INFO_64,
                             (vm_region_info_t)&info, &count, &object));
    EXPECT_EQ(address, memory + vm_page_size);
    EXPECT_EQ(size, vm_page_size);
    EXPECT_EQ(info.protection, VM_PROT_NONE);
    EXPECT_EQ(info.max_protection, VM_PROT_NONE);
}

CASE(what_is_permanent_keeps_its_place)
{
    struct helper helper;
    vm_offset_t data;
    mach_msg_type_number_t count;
    if (!helper_create(&helper)) {
        return;
    }
    task_t task = helper.task;
    mach_vm_address_t memory = map_around_permanent(task);
    EXPECT_OK(mach_vm_deallocate(task, memory, 3 * vm_page_size));
    expect_closed(task, memory);
    EXPECT_EQ(mach_vm_read(task, memory + vm_page_size, 1, &data, &count), KERN_PROTECTION_FAILURE);
    memory = map_around_permanent(task);
    EXPECT_EQ(mach_vm_allocate(task, &memory, 3 * vm_page_size, VM_FLAGS_OVERWRITE), KERN_NO_SPACE);
    expect_closed(task, memory);
    helper_destroy(&helper);
}

CASE(what_is_permanent_is_not_replaced_by_a_copy)
{
    struct helper parent, child;
    if (!helper_create(&parent)) {
        return;
    }
    mach_vm_address_t memory = map_around_permanent(parent.task) + vm_page_size;
    EXPECT_OK(task_create(parent.task, NULL, 0, TRUE, &child.task));
    EXPECT_EQ(
        mach_vm_protect(child.task, memory, vm_page_size, FALSE, VM_PROT_DEFAULT | VM_PROT_COPY),
        KERN_NO_SPACE);
    EXPECT_EQ(vm_protect(child.task, memory, vm_page_size, FALSE, VM_PROT_READ | VM_PROT_COPY),
              KERN_NO_SPACE);
    EXPECT_EQ(mach_vm_protect(child.task, memory, vm_page_size, FALSE, VM_PROT_READ),
              KERN_PROTECTION_FAILURE);
    EXPECT_OK(mach_vm_protect(parent.task, memory, vm_page_size, FALSE, VM_PROT_READ));
    helper_destroy(&child);
    helper_destroy(&parent);
}
