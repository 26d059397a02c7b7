/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timers.
 */
#include <test/ktest.h>

#include <arch/clock_device.h>
#include <arch/cpu.h>
#include <sched/thread.h>
#include <sched/timer.h>

#define MILLISECOND UINT64_C(1000000)

struct test_timer {
    struct timer timer;
    uint32_t calls;
    uint32_t order; /* of its last call among all */
    uint64_t called_at;
    uint64_t period; /* arms itself again; 0: not */
};

static uint32_t calls;
static struct test_timer timers[4];

static void fired(struct timer *timer)
{
    struct test_timer *test = container_of(timer, struct test_timer, timer);
    EXPECT(!interrupts_enabled());
    test->calls++;
    test->order = ++calls;
    test->called_at = clock_now();
    if (test->period != 0 && test->calls < 3) {
        timer_arm(timer, timer->deadline + test->period);
    }
}

static void timers_init(void)
{
    calls = 0;
    for (uint32_t i = 0; i < ARRAY_SIZE(timers); i++) {
        timers[i] = (struct test_timer){ .calls = 0 };
        timer_init(&timers[i].timer, fired);
    }
}

static void arm(uint32_t index, uint64_t deadline)
{
    interrupt_state_t state = interrupts_save();
    timer_arm(&timers[index].timer, deadline);
    interrupts_restore(state);
}

static void cancel(uint32_t index)
{
    interrupt_state_t state = interrupts_save();
    timer_cancel(&timers[index].timer);
    interrupts_restore(state);
}

KTEST(timer_functions_run_in_order_of_deadlines)
{
    timers_init();
    uint64_t now = clock_now();
    arm(0, now + 3 * MILLISECOND);
    arm(1, now + 1 * MILLISECOND);
    arm(2, now + 2 * MILLISECOND);
    EXPECT_EQ(thread_sleep_until(now + 5 * MILLISECOND), WAIT_TIMED_OUT);
    static const uint32_t order[] = { 3, 1, 2 };
    for (uint32_t i = 0; i < 3; i++) {
        EXPECT_EQ(timers[i].calls, 1);
        EXPECT_EQ(timers[i].order, order[i]);
        EXPECT(timers[i].called_at >= timers[i].timer.deadline);
        EXPECT(!timers[i].timer.is_armed);
    }
}

KTEST(timer_in_the_past_runs_soon)
{
    timers_init();
    arm(0, 1);
    EXPECT_EQ(thread_sleep_until(clock_now() + MILLISECOND), WAIT_TIMED_OUT);
    EXPECT_EQ(timers[0].calls, 1);
}

KTEST(timer_cancelled_does_not_run)
{
    timers_init();
    uint64_t now = clock_now();
    arm(0, now + 1 * MILLISECOND);
    arm(1, now + 1 * MILLISECOND);
    arm(2, now + 2 * MILLISECOND);
    cancel(0);
    cancel(0);
    cancel(3);
    EXPECT(!timers[0].timer.is_armed);
    EXPECT(timers[1].timer.is_armed);
    EXPECT_EQ(thread_sleep_until(now + 3 * MILLISECOND), WAIT_TIMED_OUT);
    EXPECT_EQ(timers[0].calls, 0);
    EXPECT_EQ(timers[1].calls, 1);
    EXPECT_EQ(timers[2].calls, 1);
}

KTEST(timer_may_arm_itself)
{
    timers_init();
    uint64_t now = clock_now();
    timers[0].period = 2 * MILLISECOND;
    arm(0, now + 1 * MILLISECOND);
    EXPECT_EQ(thread_sleep_until(now + 4 * MILLISECOND), WAIT_TIMED_OUT);
    EXPECT_EQ(timers[0].calls, 2);
    EXPECT_EQ(thread_sleep_until(now + 9 * MILLISECOND), WAIT_TIMED_OUT);
    EXPECT_EQ(timers[0].calls, 3);
}

KTEST(thread_sleep_lasts_as_long_as_asked)
{
    uint64_t before = clock_now();
    EXPECT_EQ(thread_sleep_until(before + 7 * MILLISECOND), WAIT_TIMED_OUT);
    EXPECT(clock_now() >= before + 7 * MILLISECOND);
    EXPECT(interrupts_enabled());
}
