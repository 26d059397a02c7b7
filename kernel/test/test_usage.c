/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What threads and processors have used: time on the right side, also of those that run, and
 * switches.
 */
#include <test/ktest.h>

#include <arch/clock_device.h>
#include <arch/cpu.h>
#include <arch/upcalls.h>
#include <sched/thread.h>
#include <sched/usage.h>

#define MILLISECOND UINT64_C(1000000)

/* The clock and the cycles of the processor need not agree to the last nanosecond. */
#define NEARLY(duration) ((duration) - (duration) / 100)

static void compute(uint64_t duration)
{
    for (uint64_t end = clock_now() + duration; clock_now() < end;) {
        ktest_compute();
    }
}

KTEST(usage_of_a_running_thread_grows)
{
    struct thread *self = current_thread();
    interrupts_disable();
    struct usage before = thread_usage(self);
    compute(2 * MILLISECOND);
    struct usage after = thread_usage(self);
    interrupts_enable();
    EXPECT(after.system_time >= before.system_time + NEARLY(2 * MILLISECOND));
    EXPECT_EQ(after.user_time, before.user_time);
    EXPECT_EQ(after.voluntary_switches, before.voluntary_switches);
}

KTEST(usage_is_of_the_side_the_thread_is_on)
{
    struct thread *self = current_thread();
    interrupts_disable();
    self->side = THREAD_SIDE_USER;
    struct usage before = thread_usage(self);
    compute(2 * MILLISECOND);
    struct usage after = thread_usage(self);
    self->side = THREAD_SIDE_SYSTEM;
    interrupts_enable();
    EXPECT(after.user_time >= before.user_time + NEARLY(2 * MILLISECOND));
    EXPECT_EQ(after.system_time, before.system_time);
}

/* What an interrupt finds counts from then on, for the thread and for its processor. */
KTEST(usage_follows_what_interrupts_find)
{
    interrupts_disable();
    upcall_sample(true);
    struct usage before = thread_usage(current_thread());
    struct cpu_usage cpu_before = cpu_usage(cpu_index());
    compute(2 * MILLISECOND);
    struct usage after = thread_usage(current_thread());
    struct cpu_usage cpu_after = cpu_usage(cpu_index());
    upcall_sample(false);
    interrupts_enable();
    EXPECT(after.user_time >= before.user_time + NEARLY(2 * MILLISECOND));
    EXPECT_EQ(after.system_time, before.system_time);
    EXPECT(cpu_after.user_time >= cpu_before.user_time + NEARLY(2 * MILLISECOND));
    EXPECT_EQ(cpu_after.system_time, cpu_before.system_time);
}

KTEST(usage_counts_a_wait_as_one_voluntary_switch)
{
    struct usage before = thread_usage(current_thread());
    EXPECT_EQ(thread_sleep_until(clock_now() + 2 * MILLISECOND), WAIT_TIMED_OUT);
    struct usage after = thread_usage(current_thread());
    EXPECT_EQ(after.voluntary_switches, before.voluntary_switches + 1);
    EXPECT(after.system_time < before.system_time + 2 * MILLISECOND);
}

/* What a processor did before a switch is of the side that it was on, not of the next one's. */
KTEST(usage_of_a_processor_has_work_and_idleness_apart)
{
    struct cpu_usage before = cpu_usage(cpu_index());
    compute(8 * MILLISECOND);
    struct cpu_usage busy = cpu_usage(cpu_index());
    EXPECT_EQ(thread_sleep_until(clock_now() + 4 * MILLISECOND), WAIT_TIMED_OUT);
    struct cpu_usage rested = cpu_usage(cpu_index());
    EXPECT(busy.system_time >= before.system_time + NEARLY(8 * MILLISECOND));
    EXPECT(rested.system_time >= busy.system_time);
    EXPECT(rested.system_time < busy.system_time + 4 * MILLISECOND);
    EXPECT(rested.idle_time > busy.idle_time);
    EXPECT(rested.idle_time < busy.idle_time + 8 * MILLISECOND);
}
