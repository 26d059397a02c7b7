/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Real-time threads that want to run for longer than they were promised: once a thread has used up its
 * computation, it waits among the ordinary ones for its next period, which a timer begins.  A thread
 * that waits for something else needs none: its next period begins when it wakes.
 *
 * The timer is not cancelled when its thread does wait, or is no real-time thread any more (that must
 * not be done under the thread's lock, which the function takes): it finds nothing to do then.
 */
#include <arch/clock_device.h>
#include <sched/policy.h>
#include <sched/sched_internal.h>

void period_watch(struct thread *thread)
{
    struct sched_policy *policy = &thread->policy;
    if (UNLIKELY(policy_has_overrun(thread)) && !policy->awaits_period) {
        policy->awaits_period = true;
        timer_arm(&thread->period_timer, policy_next_period(policy), 0);
    }
}

/* One on a queue comes back to it as what it is now; one that runs, or is about to, looks itself. */
void period_begins(struct timer *timer)
{
    struct thread *thread = container_of(timer, struct thread, period_timer);
    spin_lock(&thread->lock);
    thread->policy.awaits_period = false;
    bool wants_to_run = thread->state == THREAD_RUNNABLE || thread->state == THREAD_RUNNING;
    if (policy_has_overrun(thread) && wants_to_run) {
        if (sched_take_off(thread)) {
            sched_make_runnable(thread);
        } else {
            sched_poke(thread->cpu);
        }
    }
    spin_unlock(&thread->lock);
}

uint64_t period_ran(struct thread *thread)
{
    struct sched_policy *policy = &thread->policy;
    uint64_t cycles = thread->run_cycles[THREAD_SIDE_USER] + thread->run_cycles[THREAD_SIDE_SYSTEM];
    uint64_t before = policy->cycles_used;
    policy->cycles_used = cycles;
    /* Where it began may have been read off another processor's counter, which was a little ahead. */
    return cycles > before ? clock_duration(cycles - before) : 0;
}
