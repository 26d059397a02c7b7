/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel stacks: KERNEL_STACK_SIZE bytes in a range of kernel addresses of their own, with an
 * unmapped page below, so that an overflow is a fault (on its own stack, Intel SDM vol. 3 section
 * 6.14.5) and not a corruption.
 */
#pragma once

#include <stdint.h>

#include <lib/compiler.h>
#include <arch/pmap.h>

/* Where the range starts; the host's fake machine has another place for it. */
#ifndef KERNEL_STACK_RANGE_START
#define KERNEL_STACK_RANGE_START KERNEL_VIRTUAL_START
#endif

/* A stack; the result is its lowest address, its top is KERNEL_STACK_SIZE above.  Context: any.
 * Returns: null if there is no memory. */
[[nodiscard]] void *kernel_stack_allocate(void);

/* Give STACK back; it is kept for the next kernel_stack_allocate().  Context: any, as threads end
 * with interrupts off. */
void kernel_stack_free(void *stack);

/* Unmap one of the kept stacks, if there are more than a few.  Context: interrupts on, no locks.
 * Returns: true if there are still more, and no other processor is at it. */
bool kernel_stack_trim(void);

/* True if ADDRESS is in the guard page of a kernel stack. */
bool kernel_stack_guard_contains(uint64_t address);

/* Enter stacks in the ledger.  Called once by vm_page_init(). */
void kernel_stack_init(void);
