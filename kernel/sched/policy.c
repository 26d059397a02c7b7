/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Recent use is an exponential average that nobody has to maintain: it is brought up to date when it
 * is looked at, at the end of a slice and when the thread wakes.  So a thread that sleeps, and a
 * processor without competition, cost nothing.
 *
 * A real-time thread is admitted if the sum of computation over period of all of them stays below a
 * part of what the running processors can do; earliest deadline first then meets the deadlines, as
 * far as one processor is concerned (Liu and Layland 1973).
 */
#include <sched/policy.h>

#include <lib/assert.h>
#include <arch/clock_device.h>
#include <arch/cpu.h>
#include <sched/mutex.h>
#include <sched/sched_internal.h>

#define MILLION UINT64_C(1000000)

static struct spinlock admission_lock = SPINLOCK_INITIALIZER(LOCK_CLASS_ADMISSION);
static uint64_t admitted; /* (admission_lock) millionths of a processor */

static void usage_decay(struct sched_policy *policy, uint64_t now)
{
    uint64_t periods = (now - policy->decayed_at) / SCHED_DECAY_NS;
    if (periods != 0) {
        policy->usage = periods < 64 ? policy->usage >> periods : 0;
        policy->decayed_at += periods * SCHED_DECAY_NS;
    }
}

void policy_charge(struct thread *thread, uint64_t ran, uint64_t now)
{
    struct sched_policy *policy = &thread->policy;
    usage_decay(policy, now);
    policy->usage += ran;
    if (policy->mode == SCHED_REAL_TIME) {
        policy->used += ran;
    }
}

static uint8_t timeshare_priority(const struct thread *thread)
{
    uint64_t penalty = thread->policy.usage / SCHED_PENALTY_NS;
    return thread->base_priority > THREAD_PRIORITY_USER_MIN + penalty
               ? (uint8_t)(thread->base_priority - penalty)
               : THREAD_PRIORITY_USER_MIN;
}

/* The priority that THREAD has by itself. */
static uint8_t own_priority(const struct thread *thread)
{
    const struct sched_policy *policy = &thread->policy;
    if (policy->is_depressed) {
        return THREAD_PRIORITY_USER_MIN;
    }
    switch (policy->mode) {
    case SCHED_TIMESHARE: return timeshare_priority(thread);
    case SCHED_REAL_TIME:
        return policy->used < policy->constraint.computation ? THREAD_PRIORITY_REAL_TIME
                                                             : THREAD_PRIORITY_DEFAULT;
    default: return thread->base_priority;
    }
}

static uint8_t greater(uint8_t a, uint8_t b)
{
    return a > b ? a : b;
}

/*
 * Begin a real-time thread's next period if its last one is over, or will be in EARLY nanoseconds.
 * Periods follow each other without a gap as long as the thread comes once in each: one that was woken
 * a little late once, and in time afterwards, would else come too early, and have nothing left to
 * compute with.
 */
static void begin_period(struct sched_policy *policy, uint64_t now, uint64_t early)
{
    uint64_t next = policy_next_period(policy);
    if (now + early < next) {
        return;
    }
    bool has_gap = now < next || now >= next + policy->constraint.period;
    policy->activated_at = has_gap ? now : next;
    policy->used = 0;
}

void policy_refresh(struct thread *thread, uint64_t now)
{
    if (thread->policy.mode == SCHED_REAL_TIME) {
        begin_period(&thread->policy, now, 0);
    }
    uint8_t lent = greater(thread->policy.donated, thread->policy.boost);
    usage_decay(&thread->policy, now);
    thread->priority = greater(own_priority(thread), lent);
    thread->importance = greater(thread->base_priority, lent);
}

void policy_activate(struct thread *thread, uint64_t now)
{
    if (thread->policy.mode == SCHED_REAL_TIME) {
        begin_period(&thread->policy, now, thread->policy.constraint.period / SCHED_EARLY_PART);
    }
    policy_refresh(thread, now);
    if (thread->policy.mode == SCHED_REAL_TIME) {
        thread->slice_left = policy_slice(thread);
    }
}

/* The part of a processor that CONSTRAINT needs, in millionths, rounded up. */
static uint64_t constraint_share(const struct sched_constraint *constraint)
{
    return (constraint->computation * MILLION + constraint->period - 1) / constraint->period;
}

/* What THREAD has been promised. */
static uint64_t thread_share(const struct thread *thread)
{
    return thread->policy.mode == SCHED_REAL_TIME ? constraint_share(&thread->policy.constraint)
                                                  : 0;
}

cpu_mask_t sched_handoff_mask = CPU_SET_ALL;

void policy_limit_handoff(struct thread *thread)
{
    bool may_be = thread->policy.mode != SCHED_REAL_TIME;
    thread->handoff_mask = may_be ? thread->cpu_mask & sched_handoff_mask : 0;
}

/* THREAD's first period begins; what it ran before is no part of it, nor the slice that it has. */
static void begin_real_time(struct thread *thread, const struct sched_constraint *constraint)
    REQUIRES(thread->lock)
{
    struct sched_policy *policy = &thread->policy;
    policy->constraint = *constraint;
    policy->activated_at = clock_now();
    policy->used = 0;
    policy->cycles_used = sched_cycles(thread);
    if (thread == current_thread()) {
        thread->slice_end = policy->activated_at + constraint->computation;
    }
}

/* Change mode and base, and let the scheduler see. */
static void policy_change(struct thread *thread, enum sched_mode mode, uint8_t priority,
                          const struct sched_constraint *constraint) REQUIRES(thread->lock)
{
    struct sched_policy *policy = &thread->policy;
    bool was_queued = sched_take_off(thread);
    policy->mode = mode;
    thread->base_priority = priority;
    policy_limit_handoff(thread);
    if (constraint != nullptr) {
        begin_real_time(thread, constraint);
    }
    policy_refresh(thread, clock_now());
    sched_put_back(thread, was_queued);
}

/* Change to MODE, which is not real time. */
static void leave_real_time(struct thread *thread, enum sched_mode mode, uint8_t priority)
    REQUIRES(thread->lock, admission_lock)
{
    assert(priority <= THREAD_PRIORITY_MAX && mode != SCHED_REAL_TIME);
    admitted -= thread_share(thread);
    policy_change(thread, mode, priority, nullptr);
}

void thread_set_policy(struct thread *thread, enum sched_mode mode, uint8_t priority)
{
    interrupt_state_t state = spin_lock_save(&admission_lock);
    spin_lock(&thread->lock);
    leave_real_time(thread, mode, priority);
    spin_unlock(&thread->lock);
    spin_unlock(&admission_lock);
    sched_restore_interrupts(state);
}

void thread_set_policy_within(struct thread *thread, enum sched_mode mode, uint8_t priority,
                              uint8_t limit)
{
    interrupt_state_t state = spin_lock_save(&admission_lock);
    spin_lock(&thread->lock);
    struct sched_policy *policy = &thread->policy;
    policy->limit = limit != 0 ? limit : policy->limit;
    leave_real_time(thread, mode, priority < policy->limit ? priority : policy->limit);
    spin_unlock(&thread->lock);
    spin_unlock(&admission_lock);
    sched_restore_interrupts(state);
}

void thread_set_priority(struct thread *thread, uint8_t priority)
{
    thread_set_policy(thread, SCHED_FIXED, priority);
}

kern_return_t thread_set_real_time(struct thread *thread, const struct sched_constraint *constraint)
{
    if (constraint->computation == 0 || constraint->computation > constraint->constraint ||
        constraint->constraint > constraint->period) {
        return KERN_INVALID_ARGUMENT;
    }
    kern_return_t result = KERN_RESOURCE_SHORTAGE;
    uint64_t running = (uint64_t)__builtin_popcountll(sched_online_cpus());
    uint64_t limit = running * MILLION * SCHED_REAL_TIME_SHARE / 100;
    interrupt_state_t state = spin_lock_save(&admission_lock);
    spin_lock(&thread->lock);
    uint64_t wanted = admitted - thread_share(thread) + constraint_share(constraint);
    if (thread->policy.is_over) {
        result = KERN_INVALID_ARGUMENT;
    } else if (wanted <= limit) {
        admitted = wanted;
        policy_change(thread, SCHED_REAL_TIME, THREAD_PRIORITY_REAL_TIME, constraint);
        result = KERN_SUCCESS;
    }
    spin_unlock(&thread->lock);
    spin_unlock(&admission_lock);
    sched_restore_interrupts(state);
    return result;
}

void thread_set_depressed(struct thread *thread, bool is_depressed)
{
    interrupt_state_t state = spin_lock_save(&thread->lock);
    bool was_queued = sched_take_off(thread);
    thread->policy.is_depressed = is_depressed;
    policy_refresh(thread, clock_now());
    sched_put_back(thread, was_queued);
    spin_unlock(&thread->lock);
    sched_restore_interrupts(state);
}

void policy_set_boost(struct thread *thread, uint8_t boost, uint32_t boosts)
{
    bool was_queued = sched_take_off(thread);
    thread->policy.boost = boost;
    thread->policy.boosts = boosts;
    policy_refresh(thread, clock_now());
    sched_put_back(thread, was_queued);
}

static void set_donated(struct thread *thread, uint8_t priority) REQUIRES(thread->lock)
{
    bool was_queued = sched_take_off(thread);
    thread->policy.donated = priority;
    policy_refresh(thread, clock_now());
    sched_put_back(thread, was_queued);
}

void thread_donate(struct thread *thread, uint8_t priority)
{
    spin_lock(&thread->lock);
    if (thread->importance < priority) {
        set_donated(thread, priority);
        mutex_boost_owner(thread, priority);
    } else {
        spin_unlock(&thread->lock);
    }
}

void thread_donation_end(struct thread *self)
{
    spin_lock(&self->lock);
    set_donated(self, 0);
    spin_unlock(&self->lock);
}

void thread_set_affinity(struct thread *thread, uint32_t tag)
{
    interrupt_state_t state = spin_lock_save(&thread->lock);
    thread->policy.affinity_tag = tag;
    spin_unlock_restore(&thread->lock, state);
}

void policy_end(struct thread *thread)
{
    interrupt_state_t state = spin_lock_save(&thread->lock);
    thread->policy.is_over = true;
    bool is_real_time = thread->policy.mode == SCHED_REAL_TIME;
    spin_unlock_restore(&thread->lock, state);
    if (UNLIKELY(is_real_time)) {
        thread_set_policy(thread, SCHED_FIXED, thread->base_priority);
    }
}
