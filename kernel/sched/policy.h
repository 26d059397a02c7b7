/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From what a thread is meant to be, and what it does, to its priority.
 *
 *   time sharing   base priority less one for each SCHED_PENALTY_NS of recent use; a thread that never
 *                  waits loses 15 in the long run.  One that finds no processor for SCHED_STARVE_NS
 *                  runs for a slice at the priority of those who have it.
 *   fixed          base priority
 *   real time      THREAD_PRIORITY_REAL_TIME until its computation is used up, then as a thread of the
 *                  default priority until its next period, which begins when it wakes, or when a timer
 *                  says so if it has not waited.  Its computation is what it runs itself: it is never
 *                  given the rest of another thread's slice
 *
 * Priority can be lent: by the client that a thread works for (thread_donate()), and by those who
 * wait for a mutex that it holds (mutex.c).  It then has at least the importance of the lender, which
 * is the lender's base priority or what he himself was lent: what he lost by recent use is no
 * reason to let others wait for him.
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>

#include <lib/compiler.h>
#include <sched/sched.h>
#include <sched/thread.h>

#define SCHED_DECAY_NS   UINT64_C(125000000)
#define SCHED_PENALTY_NS UINT64_C(16000000)
#define SCHED_STARVE_NS  UINT64_C(250000000)

/* A real-time thread that wakes may begin its next period by this part of one too early: when the last
 * one began may have been late itself. */
#define SCHED_EARLY_PART 16

/* The part of all processors that is given to real-time threads, in percent. */
#define SCHED_REAL_TIME_SHARE 75

/* Count RAN nanoseconds that THREAD has run up to NOW.  Locks: THREAD's. */
void policy_charge(struct thread *thread, uint64_t ran, uint64_t now) REQUIRES(thread->lock);

/* Set THREAD's priority anew; a real-time thread begins a period if the last one is over.  It is on no
 * run queue.  Locks: THREAD's. */
void policy_refresh(struct thread *thread, uint64_t now) REQUIRES(thread->lock);

/* The same for a thread that was waiting and becomes runnable at NOW, and the slice that a real-time
 * thread may have. */
void policy_activate(struct thread *thread, uint64_t now) REQUIRES(thread->lock);

/* True if policy_activate() is needed: the thread's priority is not, or should not be, its base. */
static inline bool policy_is_due(const struct thread *thread) REQUIRES(thread->lock)
{
    return thread->priority != thread->base_priority || thread->policy.usage >= SCHED_PENALTY_NS ||
           thread->policy.mode == SCHED_REAL_TIME;
}

/* How long THREAD may run now before others are looked at, in nanoseconds. */
static inline uint64_t policy_slice(const struct thread *thread)
{
    const struct sched_policy *policy = &thread->policy;
    bool is_limited =
        policy->mode == SCHED_REAL_TIME && policy->used < policy->constraint.computation;
    return UNLIKELY(is_limited) ? policy->constraint.computation - policy->used : SCHED_QUANTUM_NS;
}

/* True if THREAD has used up what it may compute in real time, and is an ordinary thread until its
 * next period. */
static inline bool policy_has_overrun(const struct thread *thread)
{
    const struct sched_policy *policy = &thread->policy;
    return policy->mode == SCHED_REAL_TIME && policy->used >= policy->constraint.computation;
}

/* When a real-time thread's next period is due. */
static inline uint64_t policy_next_period(const struct sched_policy *policy)
{
    return policy->activated_at + policy->constraint.period;
}

/* True if THREAD runs as an ordinary thread, and a period of its own should begin. */
static inline bool policy_is_due_again(const struct thread *thread, uint64_t now)
{
    return UNLIKELY(policy_has_overrun(thread)) && now >= policy_next_period(&thread->policy);
}

/* When a real-time thread must be done. */
static inline uint64_t policy_deadline(const struct thread *thread)
{
    return thread->policy.activated_at + thread->policy.constraint.constraint;
}

/* True if A, runnable, is to run before B, which runs or waits longer. */
static inline bool policy_goes_before(const struct thread *a, const struct thread *b)
{
    if (a->priority != THREAD_PRIORITY_REAL_TIME || b->priority != THREAD_PRIORITY_REAL_TIME) {
        return a->priority > b->priority;
    }
    return policy_deadline(a) < policy_deadline(b);
}

/*
 * Make THREAD one of MODE (not real time) with base priority PRIORITY.  Takes effect at once.
 * Context: any, no spin locks.
 */
void thread_set_policy(struct thread *thread, enum sched_mode mode, uint8_t priority);

/*
 * The same for a user: PRIORITY beyond the thread's limit is taken as the limit.  LIMIT, if it is not 0,
 * becomes the limit before.
 */
void thread_set_policy_within(struct thread *thread, enum sched_mode mode, uint8_t priority,
                              uint8_t limit);

/*
 * Make THREAD a real-time thread.  Context: any, no spin locks.
 * Returns: KERN_SUCCESS; KERN_INVALID_ARGUMENT, a computation of nothing, or of more than the
 * constraint, or that more than the period, or THREAD has ended; KERN_RESOURCE_SHORTAGE, together
 * with those that are real-time threads now it would take more than SCHED_REAL_TIME_SHARE.
 */
[[nodiscard]] kern_return_t thread_set_real_time(struct thread *thread,
                                                 const struct sched_constraint *constraint);

/* Prefer the processor of other threads with the same TAG; 0: no preference.  Context: any. */
void thread_set_affinity(struct thread *thread, uint32_t tag);

/* Let THREAD run only when nobody else wants to, or no longer so.  Context: any, no spin locks. */
void thread_set_depressed(struct thread *thread, bool is_depressed);

/*
 * Lend THREAD the importance PRIORITY until the end of the work that is done for the lender
 * (thread_donation_end()).  If it waits for a mutex, the owner is boosted in turn.  Context: interrupts
 * off; no locks of this layer.
 */
void thread_donate(struct thread *thread, uint8_t priority);

/* The running thread has done what it was lent importance for.  Context: interrupts off; no locks of
 * this layer. */
void thread_donation_end(struct thread *self);

/* Set what THREAD is boosted by, and how many mutexes it is boosted for.  Locks: THREAD's. */
void policy_set_boost(struct thread *thread, uint8_t boost, uint32_t boosts) REQUIRES(thread->lock);

/* The processors that may be handed off: all, or with boot option no_handoff none, so that who is woken
 * always goes through a run queue.  Constant once there are threads. */
extern cpu_mask_t sched_handoff_mask;

/* Set where THREAD may come to run by hand-off, after a change of mode or processors.  Locks:
 * THREAD's. */
void policy_limit_handoff(struct thread *thread) REQUIRES(thread->lock);

/* THREAD ends: what was promised to it is free for others, and nothing is promised to it any more.  Context:
 * any, no spin locks. */
void policy_end(struct thread *thread);
