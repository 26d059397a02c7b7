/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page size as variables, set before main(), and rounding to it.
 */
#pragma once

#include <stdint.h>

#include <mach/mach_types.h>

MACH_BEGIN_DECLS

extern vm_size_t vm_page_size;
extern vm_size_t vm_page_mask;
extern int vm_page_shift;

/* The page size the kernel works with; here always the same as above. */
extern vm_size_t vm_kernel_page_size;
extern vm_size_t vm_kernel_page_mask;
extern int vm_kernel_page_shift;

MACH_END_DECLS

#define trunc_page_kernel(x) ((x) & ~vm_kernel_page_mask)
#define round_page_kernel(x) trunc_page_kernel((x) + vm_kernel_page_mask)

/* <mach/vm_param.h> has these with the size as a number. */
#undef mach_vm_round_page
#undef mach_vm_trunc_page
#undef round_page
#undef trunc_page
#define mach_vm_round_page(x) \
    (((mach_vm_offset_t)(x) + vm_page_mask) & ~(mach_vm_offset_t)vm_page_mask)
#define mach_vm_trunc_page(x) ((mach_vm_offset_t)(x) & ~(mach_vm_offset_t)vm_page_mask)
#define round_page(x)         ((vm_offset_t)mach_vm_round_page(x))
#define trunc_page(x)         ((vm_offset_t)mach_vm_trunc_page(x))
