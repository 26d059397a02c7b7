/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What entry.S calls, and what it offers to C.
 */
#pragma once

#include <arch/trap_frame.h>

/* Handle the interrupt or exception in FRAME.  Context: interrupts off. */
void trap_dispatch(struct trap_frame *frame);

/* About to return to user code: act on requests until there are none.  Context: interrupts off. */
void trap_finish(void);

/* Handle SYSCALL with a number that is no Mach trap; FRAME is complete. */
void trap_unknown_syscall(struct trap_frame *frame);

/*
 * Continue with the user state in FRAME, at the top of this thread's stack.  Context: interrupts
 * off.
 */
[[noreturn]] void trap_return_frame(struct trap_frame *frame);

/* Report a fault of the kernel itself and stop (fault_report.c). */
[[noreturn]] void fault_report(const struct trap_frame *frame);

/* Point SYSCALL at syscall_entry.  Once per processor. */
void syscall_init_cpu(void);
