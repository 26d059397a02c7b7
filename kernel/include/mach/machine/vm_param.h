/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page size and the bounds of the user's address space on x86-64. The first page is never mapped,
 * so that a null pointer faults.
 */
#pragma once

#include <mach/machine/vm_types.h>

#define PAGE_SHIFT     12
#define PAGE_SIZE      4096
#define PAGE_MASK      (PAGE_SIZE - 1)
#define PAGE_MIN_SHIFT PAGE_SHIFT
#define PAGE_MIN_SIZE  PAGE_SIZE
#define PAGE_MIN_MASK  PAGE_MASK
#define PAGE_MAX_SHIFT PAGE_SHIFT
#define PAGE_MAX_SIZE  PAGE_SIZE
#define PAGE_MAX_MASK  PAGE_MASK
#define BYTE_SIZE      8 /* bits */
#define I386_PGBYTES   PAGE_SIZE
#define I386_PGSHIFT   PAGE_SHIFT

/* User addresses are MACH_VM_MIN_ADDRESS <= a < MACH_VM_MAX_ADDRESS. */
#define MACH_VM_MIN_ADDRESS ((mach_vm_offset_t)0x1000)
#define MACH_VM_MAX_ADDRESS ((mach_vm_offset_t)0x7ffffffff000)
#define VM_MIN_ADDRESS      ((vm_offset_t)0x1000)
#define VM_MAX_ADDRESS      ((vm_offset_t)0x7ffffffff000)
