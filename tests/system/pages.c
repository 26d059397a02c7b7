/* SPDX-License-Identifier: BSD-2-Clause */
#include "pages.h"

#include "systest.h"

mach_vm_address_t allocate(uint64_t count, int flags)
{
    mach_vm_address_t address = 0;
    EXPECT_OK(
        mach_vm_allocate(mach_task_self(), &address, count * PAGE, VM_FLAGS_ANYWHERE | flags));
    for (uint64_t i = 0; i < count; i++) {
        *(volatile char *)(address + i * PAGE) = (char)(i % 100 + 1);
    }
    return address;
}

void deallocate(mach_vm_address_t address, uint64_t count)
{
    EXPECT_OK(mach_vm_deallocate(mach_task_self(), address, count * PAGE));
}
