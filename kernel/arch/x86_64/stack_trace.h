/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel stack traces, and the end of a panic.
 */
#pragma once

#include <stdint.h>

#include <arch/trap_frame.h>

/*
 * Log the function around RIP and those that the chain of stack frames at RBP names, at most 32.
 * Touches only memory that is mapped.  Context: any.
 */
void stack_trace(uint64_t rip, uint64_t rbp);

/* A non-maskable interrupt came in the state of FRAME: log the stack if cpu_print_stacks() on another
 * processor asks for it.  Returns: true if it did. */
bool stack_report_answer(const struct trap_frame *frame);

/* This processor takes an interrupt, a sign of life: see cpu_heartbeat(). */
void cpu_beat(void);

/* Make panic() trace the stack and stop the machine. */
void stack_trace_init(void);

/* Stop all other processors, for a report of the end that nothing disturbs.  The first caller
 * returns, with interrupts off; others stop themselves. */
void machine_stop_others(void);

/* True once it was called. */
bool machine_is_stopping(void);

/* Stop the machine as panic() does: with "debug_exit" on the command line, end the emulator. */
[[noreturn]] void machine_stop(void);
