/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page arithmetic. Rounding up wraps at the top of the address space: check sizes first.
 */
#pragma once

#include <mach/machine/vm_param.h>

#define trunc_page(x)   ((vm_offset_t)(x) & ~(vm_offset_t)PAGE_MASK)
#define round_page(x)   trunc_page((vm_offset_t)(x) + PAGE_MASK)
#define page_aligned(x) (((vm_offset_t)(x) & PAGE_MASK) == 0)
#define atop(x)         ((vm_offset_t)(x) >> PAGE_SHIFT)
#define ptoa(x)         ((vm_offset_t)(x) << PAGE_SHIFT)

#define mach_vm_trunc_page(x) ((mach_vm_offset_t)(x) & ~(mach_vm_offset_t)PAGE_MASK)
#define mach_vm_round_page(x) mach_vm_trunc_page((mach_vm_offset_t)(x) + PAGE_MASK)
