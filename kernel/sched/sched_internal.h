/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of sched/ share: leaving the processor, and coming back to it.
 */
#pragma once

#include <stdatomic.h>

#include <arch/percpu.h>
#include <sched/policy.h>
#include <sched/runq.h>
#include <sched/sched.h>
#include <sched/thread.h>
#include <sched/timer.h>

/* Lock keys: (r) runq.lock, (p) this processor with interrupts off. */
struct sched_cpu {
    struct runq runq;
    struct thread idle;           /* what runs when nothing else does; on no run queue */
    struct thread *chosen;        /* (p) runs next, whatever waits: see thread_choose() */
    struct thread *switched_from; /* (p) by the last ordinary switch: for threads that start */
    struct timer slice_timer;     /* (p) armed while threads wait: ends the running one's slice */
    uint64_t charged_until;       /* (p) cycles up to here are in threads' run_cycles */
    uint64_t use_until;           /* (p) nanoseconds up to here are in threads' recent use */
    _Atomic bool is_stopped;      /* it is to run no threads: see park.c */
    _Atomic bool is_parked;       /* and has let go of all it had */

    /* Its own sums are kept at interrupts and ordinary switches, not at hand-offs. */
    uint64_t run_cycles[THREAD_SIDES]; /* (p) */
    _Atomic uint64_t summed_until;     /* (p) cycles up to here are in them; 0: they are changing */
    _Atomic uint8_t side;              /* (p) what it does, as far as known */
};

PERCPU_DECLARE(struct sched_cpu, sched_cpu);

/* Processors that sleep or are about to. */
extern _Atomic cpu_mask_t sched_idle_cpus;

/* Processors that run threads. */
extern _Atomic cpu_mask_t online_cpus;

/* What this processor's idle thread does while the processor is stopped.  Context: interrupts
 * off. */
void sched_park(struct sched_cpu *cpu);

/* Make the zone of threads.  Called once. */
void thread_zone_init(void);

/* The function of each thread's wait_timer. */
void thread_wait_timed_out(struct timer *timer);

/* Make THREAD, whose state says RUNNABLE and which no queue has, wait for its processor. */
void sched_make_runnable(struct thread *thread) REQUIRES(thread->lock);

/*
 * Around a change of what decides THREAD's place: take it off its run queue, if it waits on one, and
 * put it on one again; where it runs, let the scheduler look.  Locks: THREAD's.
 */
bool sched_take_off(struct thread *thread) REQUIRES(thread->lock);
void sched_put_back(struct thread *thread, bool was_queued) REQUIRES(thread->lock);

/* Let the others have the processor, SELF, which runs, waiting AT_HEAD or at the tail of those like it;
 * a switch is counted at *COUNTER.  Context: interrupts off, no spin locks. */
void sched_requeue(struct sched_cpu *cpu, struct thread *self, bool at_head, uint64_t *counter);

/* Let processor CPU weigh who is to run. */
void sched_poke(uint32_t cpu);

/* Let the best thread run in place of SELF, the running one, whose state says why it stops. */
void sched_switch(struct thread *self) RELEASE(self->lock);

/* Charge the time up to NOW (cycles) to SELF, which runs. */
static inline void sched_charge(struct sched_cpu *cpu, struct thread *self, uint64_t now)
{
    self->run_cycles[self->side] += now - cpu->charged_until;
    cpu->charged_until = now;
}

/* Enter the time up to NOW in the processor's own sums; from now on it is on SIDE. */
void sched_sum(struct sched_cpu *cpu, uint64_t now, enum thread_side side);

/* Cycles that THREAD has run, with those it was not charged for yet. */
uint64_t sched_cycles(const struct thread *thread) REQUIRES(thread->lock);

/* If THREAD, a real-time thread that wants to run, has used up its computation, have it looked at
 * when its next period begins. */
void period_watch(struct thread *thread) REQUIRES(thread->lock);

/* The function of each thread's period_timer. */
void period_begins(struct timer *timer);

/* Nanoseconds that THREAD, a real-time thread, was charged for since the last call. */
uint64_t period_ran(struct thread *thread) REQUIRES(thread->lock);

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
    struct thread *previous;
    INLINE_CALL previous = context_switch(self, next);
    switch_finish(self, previous);
}
