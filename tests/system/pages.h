/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory of tests, by pages.
 */
#pragma once

#include <mach/mach.h>
#include <mach/mach_vm.h>

#define PAGE UINT64_C(4096)

/* COUNT pages of FLAGS (VM_FLAGS_*) that begin with 1, 2, ... 100, 1, ... */
mach_vm_address_t allocate(uint64_t count, int flags);

/* Give COUNT pages back. */
void deallocate(mach_vm_address_t address, uint64_t count);
