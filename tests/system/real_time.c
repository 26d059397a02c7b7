/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Deadlines of a real-time thread beside threads that compute for ever and a client that calls a
 * server. To be run where time goes with the instructions: else the host decides what is in time.
 */
#include <mach/thread_policy.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"
#include "systest_usage.h"

#define COMPUTING  6
#define PERIODS    100
#define PERIOD     (5 * MILLISECOND)
#define WORK       (MILLISECOND / 2)
#define CONSTRAINT (2 * MILLISECOND)

static _Atomic bool stop;
static _Atomic uint64_t calls;

/* When they end if nobody tells them to: a case that never gets the processor again has to fail. */
static uint64_t end_of_others;

static bool go_on(void)
{
    return !stop && mach_absolute_time() < end_of_others;
}

static void compute(void *argument)
{
    (void)argument;
    while (go_on()) {
        __asm__ volatile("pause");
    }
}

/* Work in the kernel, with locks. */
static void call_kernel(void *argument)
{
    (void)argument;
    while (go_on()) {
        mach_port_t port;
        EXPECT_OK(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port));
        EXPECT_OK(mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_RECEIVE, -1));
        calls++;
    }
}

/* What all the threads do at once is more than the processor can do. */
static void start_others(struct worker *workers)
{
    stop = false;
    calls = 0;
    end_of_others = mach_absolute_time() + 10 * PERIODS * PERIOD;
    for (int i = 0; i < COMPUTING; i++) {
        EXPECT(worker_start(&workers[i], mach_task_self(), compute, NULL));
    }
    EXPECT(worker_start(&workers[COMPUTING], mach_task_self(), call_kernel, NULL));
}

/* Let THREAD go before all ordinary ones, for as long as it computes. */
static void prefer(mach_port_t thread)
{
    thread_extended_policy_data_t fixed = { .timeshare = FALSE };
    thread_precedence_policy_data_t better = { .importance = 5 };
    EXPECT_OK(thread_policy_set(thread, THREAD_EXTENDED_POLICY, (thread_policy_t)&fixed,
                                THREAD_EXTENDED_POLICY_COUNT));
    EXPECT_OK(thread_policy_set(thread, THREAD_PRECEDENCE_POLICY, (thread_policy_t)&better,
                                THREAD_PRECEDENCE_POLICY_COUNT));
}

static void stop_others(struct worker *workers)
{
    stop = true;
    for (int i = 0; i <= COMPUTING; i++) {
        worker_join(&workers[i]);
    }
}

static void become_real_time(mach_port_t self, uint64_t computation)
{
    thread_time_constraint_policy_data_t needs = { .period = PERIOD,
                                                   .computation = (uint32_t)computation,
                                                   .constraint = CONSTRAINT,
                                                   .preemptible = TRUE };
    EXPECT_OK(thread_policy_set(self, THREAD_TIME_CONSTRAINT_POLICY, (thread_policy_t)&needs,
                                THREAD_TIME_CONSTRAINT_POLICY_COUNT));
}

static void become_ordinary(mach_port_t self)
{
    thread_standard_policy_data_t standard = {};
    EXPECT_OK(thread_policy_set(self, THREAD_STANDARD_POLICY, (thread_policy_t)&standard,
                                THREAD_STANDARD_POLICY_COUNT));
}

/* Use the processor for DURATION of the thread's own time. */
static void work(mach_port_t self, uint64_t duration)
{
    uint64_t end = time_of(thread_usage(self)) + duration;
    while (time_of(thread_usage(self)) < end) {
    }
}

/* Work for DURATION in each period. Returns: how often that was not done in time. */
static uint32_t count_misses(mach_port_t self, uint64_t duration)
{
    uint32_t misses = 0;
    uint64_t begin = mach_absolute_time();
    for (int i = 0; i < PERIODS; i++) {
        begin += PERIOD;
        (void)mach_wait_until_trap(begin);
        work(self, duration);
        misses += mach_absolute_time() > begin + CONSTRAINT;
    }
    return misses;
}

CASE(no_deadline_is_missed)
{
    struct worker workers[COMPUTING + 1];
    mach_port_t self = mach_thread_self();
    start_others(workers);
    become_real_time(self, MILLISECOND);
    EXPECT_EQ(count_misses(self, WORK), 0);
    become_ordinary(self);
    EXPECT(calls > 0);
    stop_others(workers);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), self));
}

/* Whoever wants more than he said has just that in each period, if others are as important. */
CASE(one_that_takes_too_much_has_what_was_promised)
{
    struct worker workers[COMPUTING + 1];
    mach_port_t self = mach_thread_self();
    become_real_time(self, MILLISECOND);
    start_others(workers);
    prefer(workers[0].thread);
    uint64_t begin = mach_absolute_time();
    uint64_t used = time_of(thread_usage(self));
    while (mach_absolute_time() < begin + PERIODS * PERIOD) {
    }
    used = time_of(thread_usage(self)) - used;
    stop = true; /* or it would never run again as an ordinary thread */
    become_ordinary(self);
    EXPECT(used >= PERIODS * MILLISECOND * 19 / 20);
    EXPECT(used <= PERIODS * MILLISECOND * 21 / 20);
    stop_others(workers);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), self));
}
