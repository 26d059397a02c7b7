/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Having something done on other processors at once, whatever they do: in an interrupt, or by
 * polling where they spin with interrupts off (cpu_pause()), so that a caller may hold spin locks.
 */
#pragma once

#include <stdint.h>

#include <lib/compiler.h>
#include <arch/cpu.h>

/* Processors that answer. */
extern _Atomic cpu_mask_t cpus_online;

/*
 * Run FUNCTION(ARGUMENT), with interrupts off, on each processor in CPUS but the caller's, and wait
 * until all have done it.  FUNCTION takes no lock and does not wait.  Context: interrupts off; any
 * spin locks that nobody takes in a non-maskable interrupt.
 */
void cross_call(cpu_mask_t cpus, void (*function)(const void *argument), const void *argument);

/* Somebody waits for this processor: do what was asked.  Context: any. */
void cross_call_serve(void);
