/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Data of which every processor has its own copy.  PERCPU_DEFINE places a variable in a section of
 * its own; the boot processor uses that section itself, the others get as much memory of zeros.  So
 * such a variable has no initialiser: whoever needs another value than zero sets it when a processor
 * starts.  Access is relative to the processor's base register, so that a plain read or write of
 * a scalar is one instruction.
 *
 * Context: a thread that may be preempted may change processors between taking the address and
 * using it; callers have interrupts off, or use percpu_read() of a value that does not change for
 * the running thread.
 *
 *     PERCPU_DEFINE(struct run_queue, run_queue);      in one .c file, file scope
 *     PERCPU_DECLARE(struct run_queue, run_queue);     in a header
 *     struct run_queue *queue = percpu_ptr(run_queue); this processor's copy
 *     struct thread *self = percpu_read(current);      scalar, one instruction
 *     percpu_write(current, next);
 *     percpu_read_constant(current)                    a pointer that each thread always sees the same
 *     percpu_ptr_of(cpu, run_queue)                    another processor's copy
 */
#pragma once

#include <stdint.h>

#include <arch/cpu.h>
#include <machine/percpu.h>
