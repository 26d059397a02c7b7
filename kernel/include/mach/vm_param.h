/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page arithmetic. Rounding up wraps at the top of the address space: check sizes first.
 */
#pragma once

#include <mach/machine/vm_param.h>

/* <mach/mach_init.h> has the rounding too. */
#ifndef trunc_page
#define trunc_page(x) ((vm_offset_t)(x) & ~(vm_offset_t)PAGE_MASK)
#define round_page(x) trunc_page((vm_offset_t)(x) + PAGE_MASK)
#endif
#define page_aligned(x) (((vm_offset_t)(x) & PAGE_MASK) == 0)
#define atop(x)         ((vm_offset_t)(x) >> PAGE_SHIFT)
#define ptoa(x)         ((vm_offset_t)(x) << PAGE_SHIFT)

#ifndef mach_vm_trunc_page
#define mach_vm_trunc_page(x) ((mach_vm_offset_t)(x) & ~(mach_vm_offset_t)PAGE_MASK)
#define mach_vm_round_page(x) mach_vm_trunc_page((mach_vm_offset_t)(x) + PAGE_MASK)
#endif
