/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mach traps: SYSCALL with rax = SYSCALL_CLASS_MACH | number, arguments in rdi rsi rdx r10 r8 r9,
 * the result in rax.  The entry code calls syscall_table[number] with the six argument registers as
 * they are; every other value of rax goes to upcall_unknown_trap().
 *
 * A handler runs on the thread's kernel stack with interrupts off and returns with them off.  The
 * user's rip, rsp, flags and callee-saved registers are in the frame at the top of that stack
 * (context_user_frame()); the argument registers are not.
 */
#pragma once

#include <stdint.h>

/* Bits 24 and up of rax in a Mach trap. */
#define SYSCALL_CLASS_SHIFT 24
#define SYSCALL_CLASS_MACH  (1u << SYSCALL_CLASS_SHIFT)

/* Numbers 0 to SYSCALL_TABLE_SIZE - 1 have an entry. */
#define SYSCALL_TABLE_SIZE 128

typedef uint64_t (*syscall_handler_t)(uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4,
                                      uint64_t a5, uint64_t a6);

/* The handler of a number without a trap: an unknown trap. */
uint64_t syscall_missing(uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5,
                         uint64_t a6);

/* kern: the handlers by number. */
extern const syscall_handler_t syscall_table[SYSCALL_TABLE_SIZE];
