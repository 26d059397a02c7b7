/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timers.
 */
#include <test/ktest.h>

#include <arch/clock_device.h>
#include <arch/cpu.h>
#include <sched/sched.h>
#include <sched/thread.h>
#include <sched/timer.h>
#include <sched/waitq.h>

#define MILLISECOND UINT64_C(1000000)

struct test_timer {
    struct timer timer;
    uint32_t calls;
    uint32_t order; /* of its last call among all */
    uint64_t called_at;
    uint32_t called_on; /* processor */
    uint64_t period;    /* arms itself again; 0: not */
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
    test->called_on = cpu_index();
    if (test->period != 0 && test->calls < 3) {
        timer_arm(timer, timer->deadline + test->period, 0);
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

static void arm_late(uint32_t index, uint64_t deadline, uint64_t leeway)
{
    interrupt_state_t state = interrupts_save();
    timer_arm(&timers[index].timer, deadline, leeway);
    interrupts_restore(state);
}

static void arm(uint32_t index, uint64_t deadline)
{
    arm_late(index, deadline, 0);
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

/* Two that may wait for each other share an interrupt; one that is exact waits for nobody. */
KTEST(timer_leeway_lets_timers_ring_together)
{
    timers_init();
    uint64_t now = clock_now();
    arm_late(0, now + 2 * MILLISECOND, 4 * MILLISECOND);
    arm_late(1, now + 5 * MILLISECOND, 4 * MILLISECOND);
    arm(2, now + 1 * MILLISECOND);
    EXPECT_EQ(thread_sleep_until(now + 12 * MILLISECOND), WAIT_TIMED_OUT);
    EXPECT(timers[2].called_at < now + 2 * MILLISECOND);
    EXPECT(timers[0].called_at >= now + 6 * MILLISECOND);
    EXPECT(timers[1].called_at >= timers[0].called_at);
    EXPECT(timers[1].called_at < timers[0].called_at + MILLISECOND);
    EXPECT(timers[1].called_at < now + 9 * MILLISECOND);
}

KTEST(timer_with_leeway_rings_with_an_exact_one)
{
    timers_init();
    uint64_t now = clock_now();
    arm_late(0, now + 2 * MILLISECOND, 4 * MILLISECOND);
    arm(1, now + 3 * MILLISECOND);
    EXPECT_EQ(thread_sleep_until(now + 8 * MILLISECOND), WAIT_TIMED_OUT);
    EXPECT_EQ(timers[1].order, 1);
    EXPECT_EQ(timers[0].order, 2);
    EXPECT(timers[0].called_at < now + 4 * MILLISECOND);
}

KTEST(timer_with_leeway_never_rings_early)
{
    timers_init();
    uint64_t now = clock_now();
    arm_late(0, now + 4 * MILLISECOND, 8 * MILLISECOND);
    for (uint32_t i = 1; i < 4; i++) {
        arm(i, now + i * MILLISECOND);
    }
    EXPECT_EQ(thread_sleep_until(now + 14 * MILLISECOND), WAIT_TIMED_OUT);
    for (uint32_t i = 0; i < 4; i++) {
        EXPECT_EQ(timers[i].calls, 1);
        EXPECT(timers[i].called_at >= timers[i].timer.deadline);
    }
    EXPECT_EQ(timers[0].order, 4);
}

/* A deadline so far away that the leeway would wrap around. */
KTEST(timer_at_the_end_of_time_does_not_ring_now)
{
    timers_init();
    arm_late(0, UINT64_MAX - 1, MILLISECOND);
    EXPECT_EQ(thread_sleep_until(clock_now() + MILLISECOND), WAIT_TIMED_OUT);
    EXPECT_EQ(timers[0].calls, 0);
    cancel(0);
}

static void arm_two(void *argument)
{
    arm(0, *(const uint64_t *)argument);
    arm(1, *(const uint64_t *)argument);
}

/* Run FUNCTION(ARGUMENT) on processor CPU, to its end. */
static void run_on(uint32_t cpu, void (*function)(void *argument), void *argument)
{
    struct thread *thread = thread_create(function, argument, THREAD_PRIORITY_KERNEL);
    thread_bind(thread, cpu);
    thread_start(thread);
    while (refcount_value(&thread->references) != 1) {
        ktest_settle();
    }
    thread_release(thread);
}

/* Who stops a processor takes its timers over: they ring here, and can be cancelled. */
KTEST(timer_of_a_stopped_processor_rings_on_another)
{
    uint32_t self = cpu_index(), other = cpu_count() - 1;
    if (other == self) {
        return;
    }
    timers_init();
    uint64_t deadline = clock_now() + 50 * MILLISECOND;
    run_on(other, arm_two, &deadline);
    EXPECT_EQ(timers[0].timer.cpu, other);
    sched_stop_cpu(other);
    EXPECT_EQ(timers[0].timer.cpu, self);
    EXPECT_EQ(timers[1].timer.cpu, self);
    cancel(1);
    EXPECT_EQ(thread_sleep_until(deadline + MILLISECOND), WAIT_TIMED_OUT);
    sched_start_cpu(other);
    EXPECT_EQ(timers[0].calls, 1);
    EXPECT_EQ(timers[0].called_on, self);
    EXPECT_EQ(timers[1].calls, 0);
}

/* The leeway that a wait of DURATION got. */
static uint64_t leeway_of_wait(uint64_t duration)
{
    uint64_t deadline = clock_now() + duration;
    EXPECT_EQ(thread_sleep_until(deadline), WAIT_TIMED_OUT);
    EXPECT_EQ(current_thread()->wait_timer.deadline, deadline);
    return current_thread()->wait_timer.latest - deadline;
}

/* A thread of a task has some, unless it is a real-time thread; one of the kernel has none. */
KTEST(thread_wait_has_leeway_in_user_threads_only)
{
    struct thread *self = current_thread();
    struct task *task = self->task;
    enum sched_mode mode = self->policy.mode;
    EXPECT_EQ(leeway_of_wait(16 * MILLISECOND), 0);
    self->task = (struct task *)self;
    uint64_t leeway = leeway_of_wait(8 * MILLISECOND);
    EXPECT(leeway > MILLISECOND / 4 && leeway <= MILLISECOND / 2);
    EXPECT_EQ(leeway_of_wait(64 * MILLISECOND), WAIT_LEEWAY_MAX);
    EXPECT_EQ(thread_sleep_until(1), WAIT_TIMED_OUT);
    self->policy.mode = SCHED_REAL_TIME;
    EXPECT_EQ(leeway_of_wait(16 * MILLISECOND), 0);
    self->policy.mode = mode;
    self->task = task;
}

/* Let timers 0 to COUNT - 1 become due with interrupts off. */
static void make_due(struct test_timer *due, uint32_t count)
{
    uint64_t deadline = clock_now() + MILLISECOND;
    for (uint32_t i = 0; i < count; i++) {
        due[i] = (struct test_timer){ .calls = 0 };
        timer_init(&due[i].timer, fired);
        timer_arm(&due[i].timer, deadline, 0);
    }
    while (clock_now() <= deadline) {
        ktest_compute();
    }
}

/* Let interrupts in until timers have rung COUNT times.  The machine may be late with an interrupt, but not
 * for so long. */
static void let_in_until(uint32_t count)
{
    uint64_t end = clock_now() + 10000 * MILLISECOND;
    while (calls < count && clock_now() < end) {
        interrupts_let_in();
    }
    EXPECT_EQ(calls, count);
}

KTEST(interrupts_let_in_takes_what_waits)
{
    interrupt_state_t state = interrupts_save();
    calls = 0;
    make_due(timers, 1);
    EXPECT_EQ(timers[0].calls, 0);
    let_in_until(1);
    EXPECT_EQ(timers[0].calls, 1);
    EXPECT(!interrupts_enabled());
    interrupts_restore(state);
}

/* One interrupt serves some of them, and is followed by others. */
KTEST(timer_interrupts_serve_all_that_are_due)
{
    static struct test_timer many[100];
    interrupt_state_t state = interrupts_save();
    calls = 0;
    make_due(many, ARRAY_SIZE(many));
    let_in_until(ARRAY_SIZE(many));
    for (uint32_t i = 0; i < ARRAY_SIZE(many); i++) {
        EXPECT_EQ(many[i].calls, 1);
    }
    interrupts_restore(state);
}

/* Timers come and go in any order: they ring in that of their deadlines, and what is cancelled does not. */
KTEST(timer_order_does_not_depend_on_that_of_arming)
{
    static const uint8_t orders[][4] = {
        { 0, 1, 2, 3 }, { 3, 2, 1, 0 }, { 2, 0, 3, 1 }, { 1, 3, 0, 2 }
    };
    for (uint32_t i = 0; i < ARRAY_SIZE(orders) * ARRAY_SIZE(timers); i++) {
        const uint8_t *order = orders[i / ARRAY_SIZE(timers)];
        uint32_t cancelled = i % ARRAY_SIZE(timers);
        timers_init();
        interrupt_state_t state = interrupts_save();
        uint64_t begin = clock_now() + MILLISECOND;
        for (uint32_t k = 0; k < ARRAY_SIZE(timers); k++) {
            timer_arm(&timers[order[k]].timer, begin + order[k] * (MILLISECOND / 4), 0);
        }
        timer_cancel(&timers[cancelled].timer);
        interrupts_restore(state);
        EXPECT_EQ(thread_sleep_until(begin + 2 * MILLISECOND), WAIT_TIMED_OUT);
        for (uint32_t k = 0; k < ARRAY_SIZE(timers); k++) {
            EXPECT_EQ(timers[k].calls, k != cancelled);
            EXPECT_EQ(timers[k].order, k == cancelled ? 0 : k < cancelled ? k + 1 : k);
        }
    }
}
