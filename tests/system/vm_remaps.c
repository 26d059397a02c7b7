/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Second mappings of memory with protections of their own: mach_vm_remap_new() and vm_remap_new().
 */
#include <mach/mach.h>
#include <mach/mach_vm.h>

#include "systest.h"

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
