/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How often timers program the alarm: only when the first moment at which one must ring becomes
 * earlier, and once after each interrupt.
 */
#include <test/ktest.h>

#include <arch/clock_device.h>
#include <arch/cpu.h>
#include <sched/timer.h>

#include "fake.h"

#define MILLISECOND UINT64_C(1000000)
#define TIMERS      4

static uint32_t calls;

static void rang([[maybe_unused]] struct timer *timer)
{
    calls++;
}

KTEST(alarm_is_set_once_for_each_earlier_deadline)
{
    static struct timer timers[TIMERS];
    interrupt_state_t state = interrupts_save();
    uint64_t now = clock_now();
    for (uint32_t i = 0; i < TIMERS; i++) {
        timer_init(&timers[i], rang);
    }
    calls = 0;
    uint64_t sets = fake_alarm_sets;
    timer_arm(&timers[0], now + 2 * MILLISECOND, 2 * MILLISECOND);
    EXPECT_EQ(fake_alarm_sets, sets + 1);
    timer_arm(&timers[1], now + 3 * MILLISECOND, 2 * MILLISECOND);
    timer_arm(&timers[2], now + 5 * MILLISECOND, 0);
    EXPECT_EQ(fake_alarm_sets, sets + 1);
    timer_arm(&timers[3], now + 1 * MILLISECOND, 0);
    EXPECT_EQ(fake_alarm_sets, sets + 2);
    timer_cancel(&timers[3]);
    EXPECT_EQ(fake_alarm_sets, sets + 2);
    interrupts_restore(state);

    /* At 1 ms nothing is left to do, at 4 ms two timers ring, at 5 ms the third. */
    for (uint32_t i = 0; i < 5; i++) {
        fake_clock_advance(MILLISECOND);
    }
    EXPECT_EQ(calls, 3);
    EXPECT_EQ(fake_alarm_sets, sets + 5);
}
