/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Real-time threads that overrun, and the beginnings of their periods.
 */
#include <test/ktest.h>

#include <arch/clock_device.h>
#include <sched/policy.h>
#include <sched/sched.h>
#include <sched/waitq.h>

#define MILLISECOND UINT64_C(1000000)

#define HOGS    3
#define PERIODS 20

static const struct sched_constraint needs = { 20 * MILLISECOND, 2 * MILLISECOND,
                                               10 * MILLISECOND };

static _Atomic bool stop;

static void hog([[maybe_unused]] void *argument)
{
    interrupts_enable();
    while (!stop) {
        ktest_compute();
    }
}

/* What a real-time thread saw that never waits. */
static uint32_t periods;
static uint64_t longest; /* from the beginning of a period to the last look as a real-time thread */

static void compute_for_ever([[maybe_unused]] void *argument)
{
    const struct thread *self = current_thread();
    uint64_t begun_at = 0;
    interrupts_enable();
    EXPECT_EQ(thread_set_real_time(current_thread(), &needs), KERN_SUCCESS);
    while (!stop) {
        ktest_compute();
        interrupts_disable();
        uint64_t begins_at = self->policy.activated_at;
        if (self->priority == THREAD_PRIORITY_REAL_TIME) {
            uint64_t since = clock_now() - begins_at;
            periods += begins_at != begun_at;
            longest = since > longest ? since : longest;
            begun_at = begins_at;
        }
        interrupts_enable();
    }
}

/* One that never waits has its computation in each period, no less and no more, whatever the slices
 * of the COUNT threads beside it are. */
static void overrun_beside(uint32_t count)
{
    struct ktest_thread *threads[HOGS + 1];
    stop = false;
    periods = 0;
    longest = 0;
    uint64_t begin = clock_now();
    for (uint32_t i = 0; i < count; i++) {
        threads[i] = ktest_spawn_at(THREAD_PRIORITY_DEFAULT, hog, nullptr);
    }
    threads[count] = ktest_spawn_at(THREAD_PRIORITY_USER_MAX, compute_for_ever, nullptr);
    (void)thread_sleep_until(begin + PERIODS * needs.period);
    /* Whoever waits beside hogs comes late himself. */
    uint64_t expected = (clock_now() - begin) / needs.period;
    EXPECT(periods >= expected - 1 && periods <= expected + 1);
    EXPECT(longest <= needs.computation + needs.computation / 4);
    stop = true;
    for (uint32_t i = 0; i <= count; i++) {
        ktest_join(threads[i]);
    }
}

KTEST(real_time_overrun_ends_the_turn_and_the_next_period_begins_in_time)
{
    overrun_beside(1); /* it has turns as an ordinary thread, too */
    overrun_beside(HOGS);
}

static uint64_t late;

/* Wake as one that has used up its computation already. */
static void overrun_and_sleep([[maybe_unused]] void *argument)
{
    struct thread *self = current_thread();
    self->policy.used = needs.computation;
    uint64_t next = policy_next_period(&self->policy);
    (void)thread_sleep_until(clock_now() + MILLISECOND);
    interrupts_enable();
    while (self->priority != THREAD_PRIORITY_REAL_TIME) {
        ktest_compute();
    }
    late = clock_now() - next;
}

KTEST(real_time_overrun_ends_with_the_period_for_one_that_slept_too)
{
    struct ktest_thread *hogs[HOGS];
    stop = false;
    late = UINT64_MAX;
    struct ktest_thread *greedy =
        ktest_spawn_at(THREAD_PRIORITY_DEFAULT, overrun_and_sleep, nullptr);
    EXPECT_EQ(thread_set_real_time(ktest_thread_of(greedy), &needs), KERN_SUCCESS);
    for (uint32_t i = 0; i < HOGS; i++) {
        hogs[i] = ktest_spawn_at(THREAD_PRIORITY_DEFAULT, hog, nullptr);
    }
    ktest_join(greedy);
    EXPECT(late < MILLISECOND);
    stop = true;
    for (uint32_t i = 0; i < HOGS; i++) {
        ktest_join(hogs[i]);
    }
}

static struct spinlock lock;
static struct waitq callers; /* (lock) */
static uint64_t slice_found;
static uint8_t priority_found;

static void serve_one([[maybe_unused]] void *argument)
{
    spin_lock(&lock);
    waitq_enqueue(&callers, WAIT_ARMED);
    spin_unlock(&lock);
    EXPECT_EQ(thread_block(WAIT_FOREVER), WAIT_WOKEN);
    slice_found = current_thread()->slice_end - clock_now();
    priority_found = current_thread()->priority;
}

/* A server that overran in its last period, and is called by one who would hand the rest of his
 * slice to it: it has a period of its own instead. */
KTEST(real_time_server_has_a_period_when_it_is_called)
{
    spinlock_init(&lock, LOCK_CLASS_TEST);
    waitq_init(&callers);
    slice_found = UINT64_MAX;
    struct ktest_thread *server = ktest_spawn_at(THREAD_PRIORITY_DEFAULT, serve_one, nullptr);
    struct thread *thread = ktest_thread_of(server);
    ktest_settle();
    EXPECT_EQ(thread_set_real_time(thread, &needs), KERN_SUCCESS);
    thread->policy.used = needs.computation;
    (void)thread_sleep_until(clock_now() + 2 * needs.period);
    interrupts_disable();
    spin_lock(&lock);
    struct thread *claimed = waitq_claim_one(&callers);
    spin_unlock(&lock);
    EXPECT_EQ(claimed, thread);
    thread_wait_arm(WAIT_ARMED_INTERRUPTIBLE);
    (void)thread_block_handoff(clock_now() + MILLISECOND, thread);
    interrupts_enable();
    EXPECT_EQ(priority_found, THREAD_PRIORITY_REAL_TIME);
    EXPECT(slice_found <= needs.computation);
    ktest_join(server);
}

/* Its time is what it ran itself, not what others ran since the last ordinary switch. */
KTEST(real_time_thread_is_not_charged_for_what_it_ran_before)
{
    struct thread *self = current_thread();
    uint8_t priority = self->base_priority;
    enum sched_mode mode = self->policy.mode;
    uint64_t end = clock_now() + 3 * needs.computation;
    while (clock_now() < end) {
        ktest_compute();
    }
    EXPECT_EQ(thread_set_real_time(self, &needs), KERN_SUCCESS);
    ktest_settle();
    EXPECT(self->policy.used < needs.computation);
    thread_set_policy(self, mode, priority);
}
