/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of sched/ share: leaving the processor, and coming back to it.
 */
#pragma once

#include <stdatomic.h>

#include <arch/percpu.h>
#include <sched/runq.h>
#include <sched/sched.h>
#include <sched/thread.h>
#include <sched/timer.h>

/* Lock keys: (r) runq.lock, (p) this processor with interrupts off. */
struct sched_cpu {
    struct runq runq;
    struct thread idle;           /* what runs when nothing else does; on no run queue */
    struct thread *switched_from; /* (p) by the last ordinary switch: for threads that start */
    struct timer slice_timer;     /* (p) armed while threads wait: ends the running one's slice */
    uint64_t charged_until;       /* (p) time up to here is in somebody's run_time */
};

PERCPU_DECLARE(struct sched_cpu, sched_cpu);

/* Processors that sleep or are about to. */
extern _Atomic cpu_mask_t sched_idle_cpus;

/* Make the zone of threads.  Called once. */
void thread_zone_init(void);

/* The function of each thread's wait_timer. */
void thread_wait_timed_out(struct timer *timer);

/* Make THREAD, whose state says RUNNABLE and which no queue has, wait for its processor. */
void sched_make_runnable(struct thread *thread) REQUIRES(thread->lock);

/* Let the best thread run in place of SELF, the running one, whose state says why it stops. */
void sched_switch(struct thread *self) RELEASE(self->lock);

/* First thing on a thread's stack after a switch; see sched_finish_switch(). */
static inline void switch_finish(struct thread *self, struct thread *previous) NO_LOCK_ANALYSIS
{
    /* Unlocked, PREVIOUS may run, end and be freed; only the dead stay for us. */
    bool is_dead = previous->state == THREAD_DEAD;
    spin_unlock(&previous->lock);
    if (UNLIKELY(is_dead)) {
        thread_release(previous);
    }
    if (UNLIKELY(atomic_load_explicit(&self->ast, memory_order_relaxed) != 0)) {
        percpu_write(ast_pending, 1);
    }
}

/* Switch from SELF to NEXT, which is marked as running; returns when SELF runs again. */
static inline void switch_to(struct thread *self, struct thread *next)
    RELEASE(self->lock) NO_LOCK_ANALYSIS
{
    percpu_write(current_thread_pointer, next);
    switch_finish(self, context_switch(self, next));
}
