/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who runs next: one run queue per processor, 128 priorities with a bitmap, round robin inside a
 * priority, quantum 10 ms, preemption when a thread of higher priority becomes runnable.
 */
#pragma once

#include <stdint.h>

#include <lib/compiler.h>
#include <arch/cpu.h>
#include <arch/percpu.h>

struct thread;

#define SCHED_QUANTUM_NS UINT64_C(10000000)

/* How many steps of long work are done with interrupts off: see sched_let_in(). */
#define SCHED_STEPS 16

/* Set when this processor must call upcall_ast() before it returns to interruptible code; assembly
 * reads it. */
PERCPU_DECLARE(uint32_t, ast_pending);

/* Make the caller, on the boot stack, this processor's idle thread and the scheduler ready.  Once
 * per processor.  Context: interrupts off. */
void sched_init_cpu(void);

/* Idle for ever, running whatever becomes runnable.  The end of kernel_main(). */
[[noreturn]] void sched_idle(void);

/* True if THREAD is the idle thread of the processor it runs on. */
bool sched_thread_is_idle(const struct thread *thread);

/* Finish the switch that brought a new thread onto the processor: PREVIOUS, which ran before, may
 * now run elsewhere, or is released if it is DEAD. */
void sched_finish_switch(struct thread *previous);

/* Return to the interrupt state STATE; if that enables them, first let a better thread run that was
 * made runnable while they were disabled: no trap is on its way out to do so.  For kernel code that
 * wakes threads and goes on with interrupts enabled.  Context: interrupts off, no spin locks. */
static inline void sched_restore_interrupts(interrupt_state_t state);

/* In the middle of long work with interrupts off: take those that wait, and let a better thread run if
 * there is one.  Context: interrupts off, no spin locks. */
void sched_let_in(void);

/* Step NUMBER (from 0) of a loop of such work is done: sched_let_in() every few steps. */
static inline void sched_let_in_after(uint32_t number);

/* Processors that run threads: those that came up and are not stopped. */
cpu_mask_t sched_online_cpus(void);

/*
 * Let processor CPU, not the first one, run no threads any more: what it runs, what waits for it and
 * its timers go elsewhere before this returns.  Threads that may run nowhere else run anywhere until
 * it is started again.  A stopped processor sleeps; it still answers what all processors must (cross
 * calls).  Context: may sleep; one caller of this and the next at a time.
 */
void sched_stop_cpu(uint32_t cpu);

/* Let CPU, which is stopped, work again. */
void sched_start_cpu(uint32_t cpu);

/* Register what a thread does with its THREAD_AST_* requests on the way to user code (kern/ sets it
 * at boot).  It clears the bits it has acted upon. */
extern void (*sched_thread_ast_handler)(struct thread *thread, uint32_t ast);

/* The way of sched_restore_interrupts() if there is something to do. */
void sched_restore_slowly(interrupt_state_t state);

static inline void sched_let_in_after(uint32_t number)
{
    if (UNLIKELY(number % SCHED_STEPS == SCHED_STEPS - 1)) {
        sched_let_in();
    }
}

static inline void sched_restore_interrupts(interrupt_state_t state)
{
    if (UNLIKELY(percpu_read(ast_pending) != 0)) {
        sched_restore_slowly(state);
    } else {
        interrupts_restore(state);
    }
}
