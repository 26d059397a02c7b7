/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads: beginning, end, priorities, slices.
 */
#include <test/ktest.h>

#include <arch/clock_device.h>
#include <mem/kernel_stack.h>
#include <sched/sched.h>
#include <sched/usage.h>
#include <sched/waitq.h>

#define MILLISECOND UINT64_C(1000000)

/* More than mem/ keeps. */
#define KEPT_STACKS 100

static _Atomic uint32_t runs;
static _Atomic bool stop;
static uint32_t log_digits;

static void note_digit(void *argument)
{
    EXPECT(!interrupts_enabled());
    log_digits = log_digits * 10 + (uint32_t)(uintptr_t)argument;
}

KTEST(thread_runs_its_function_once_and_is_freed)
{
    log_digits = 0;
    ktest_join(ktest_spawn(note_digit, (void *)4));
    EXPECT_EQ(log_digits, 4);
}

KTEST(thread_never_started_is_freed)
{
    struct thread *thread = thread_create(note_digit, nullptr, THREAD_PRIORITY_DEFAULT);
    if (EXPECT(thread != nullptr)) {
        EXPECT_EQ(thread->state, THREAD_NEW);
        thread_release(thread);
    }
}

KTEST(thread_create_survives_every_failure)
{
    /* Take the stacks that are kept, so that those of the threads are new. */
    static void *stacks[KEPT_STACKS];
    for (uint32_t i = 0; i < KEPT_STACKS; i++) {
        stacks[i] = kernel_stack_allocate();
    }
    for (struct ktest_failures f = ktest_failures_begin(); ktest_failures_next(&f);) {
        struct thread *thread = thread_create(note_digit, nullptr, THREAD_PRIORITY_DEFAULT);
        EXPECT_EQ(thread == nullptr, ktest_failure_happened());
        if (thread != nullptr) {
            thread_release(thread);
        }
    }
    for (uint32_t i = 0; i < KEPT_STACKS; i++) {
        kernel_stack_free(stacks[i]);
    }
}

KTEST(thread_better_ones_run_first)
{
    struct ktest_thread *threads[4];
    uint8_t base = current_thread()->priority;
    log_digits = 0;
    interrupts_disable();
    threads[0] = ktest_spawn_at(base - 1, note_digit, (void *)1);
    threads[1] = ktest_spawn_at(base + 2, note_digit, (void *)2);
    threads[2] = ktest_spawn_at(base + 5, note_digit, (void *)3);
    threads[3] = ktest_spawn_at(base + 1, note_digit, (void *)4);
    thread_set_priority(ktest_thread_of(threads[1]), base + 9);
    EXPECT_EQ(log_digits, 0);
    interrupts_enable();
    for (uint32_t i = 0; i < 4; i++) {
        ktest_join(threads[i]);
    }
    EXPECT_EQ(log_digits, 2341);
}

KTEST(thread_yield_lets_equals_run)
{
    interrupts_disable();
    while (thread_yield()) {
    }
    log_digits = 0;
    struct ktest_thread *lesser =
        ktest_spawn_at(current_thread()->priority - 1, note_digit, (void *)1);
    EXPECT(!thread_yield());
    EXPECT_EQ(log_digits, 0);
    struct ktest_thread *equal = ktest_spawn(note_digit, (void *)2);
    EXPECT(thread_yield());
    EXPECT_EQ(log_digits, 2);
    interrupts_enable();
    ktest_join(equal);
    ktest_join(lesser);
}

/* Come down to where users are: threads above them are never passed over.  Returns: the priority to
 * go back to. */
static uint8_t become_user(void)
{
    uint8_t priority = current_thread()->base_priority;
    thread_set_priority(current_thread(), THREAD_PRIORITY_DEFAULT);
    return priority;
}

/* Yield to CHOSEN.  Returns: the digits of those who ran. */
static uint32_t digits_of_yield_to(struct ktest_thread *chosen)
{
    log_digits = 0;
    thread_choose(ktest_thread_of(chosen));
    thread_yield();
    thread_choose_end();
    return log_digits;
}

KTEST(thread_chosen_runs_before_its_betters)
{
    uint8_t priority = become_user();
    interrupts_disable();
    while (thread_yield()) {
    }
    uint8_t base = current_thread()->priority;
    struct ktest_thread *lesser = ktest_spawn_at(base - 1, note_digit, (void *)1);
    EXPECT_EQ(digits_of_yield_to(lesser), 1);
    struct ktest_thread *least = ktest_spawn_at(base - 2, note_digit, (void *)2);
    struct ktest_thread *equal = ktest_spawn(note_digit, (void *)3);
    /* The caller is behind its equals then. */
    EXPECT_EQ(digits_of_yield_to(least), 23);
    interrupts_enable();
    ktest_join(lesser);
    ktest_join(least);
    ktest_join(equal);
    thread_set_priority(current_thread(), priority);
}

KTEST(thread_chosen_runs_in_place_of_one_that_waits)
{
    uint8_t priority = become_user();
    interrupts_disable();
    struct ktest_thread *lesser =
        ktest_spawn_at(current_thread()->priority - 1, note_digit, (void *)1);
    struct ktest_thread *equal = ktest_spawn(note_digit, (void *)2);
    log_digits = 0;
    thread_choose(ktest_thread_of(lesser));
    EXPECT_EQ(thread_sleep_until(clock_now() + MILLISECOND), WAIT_TIMED_OUT);
    thread_choose_end();
    EXPECT_EQ(log_digits, 12);
    interrupts_enable();
    ktest_join(lesser);
    ktest_join(equal);
    thread_set_priority(current_thread(), priority);
}

KTEST(thread_chosen_in_vain_waits_as_before)
{
    uint8_t priority = become_user();
    interrupts_disable();
    struct ktest_thread *lesser =
        ktest_spawn_at(current_thread()->priority - 1, note_digit, (void *)1);
    log_digits = 0;
    thread_choose(ktest_thread_of(lesser));
    thread_choose_end();
    EXPECT(!list_empty(&ktest_thread_of(lesser)->run_link));
    EXPECT(!thread_yield());
    interrupts_enable();
    ktest_join(lesser);
    EXPECT_EQ(log_digits, 1);
    thread_set_priority(current_thread(), priority);
}

KTEST(thread_choice_is_refused_where_it_cannot_be)
{
    uint8_t priority = become_user();
    interrupts_disable();
    uint8_t base = current_thread()->priority;
    struct ktest_thread *lesser = ktest_spawn_at(base - 1, note_digit, (void *)1);
    struct thread *thread = ktest_thread_of(lesser);
    cpu_mask_t mask = thread->cpu_mask;
    thread->cpu_mask = ~mask;
    EXPECT_EQ(digits_of_yield_to(lesser), 0);
    thread->cpu_mask = mask;
    /* One above all users goes first. */
    struct ktest_thread *best = ktest_spawn_at(THREAD_PRIORITY_USER_MAX + 1, note_digit, (void *)2);
    EXPECT_EQ(digits_of_yield_to(lesser), 2);
    /* The caller itself is on no queue. */
    thread_choose(current_thread());
    EXPECT(!thread_yield());
    thread_choose_end();
    interrupts_enable();
    ktest_join(lesser);
    ktest_join(best);
    thread_set_priority(current_thread(), priority);
}

static void spin_until_stop([[maybe_unused]] void *argument)
{
    interrupts_enable();
    while (!stop) {
        runs++;
        ktest_compute();
    }
}

KTEST(thread_slice_ends_for_equals)
{
    stop = false;
    runs = 0;
    /* Nothing is left of earlier slices: those who become runnable must have theirs watched. */
    (void)thread_sleep_until(clock_now() + 3 * SCHED_QUANTUM_NS);
    struct ktest_thread *a = ktest_spawn(spin_until_stop, nullptr);
    struct ktest_thread *b = ktest_spawn(spin_until_stop, nullptr);
    /* Neither gives up the processor, and yet the three of us take turns. */
    uint64_t begin = clock_now();
    while (clock_now() < begin + 8 * SCHED_QUANTUM_NS) {
        ktest_compute();
    }
    stop = true;
    EXPECT(runs > 0);
    uint64_t of_a = thread_usage(ktest_thread_of(a)).system_time;
    uint64_t of_b = thread_usage(ktest_thread_of(b)).system_time;
    EXPECT(of_a + of_b >= 2 * SCHED_QUANTUM_NS);
    EXPECT(of_a < 6 * SCHED_QUANTUM_NS);
    EXPECT(of_b < 6 * SCHED_QUANTUM_NS);
    ktest_join(a);
    ktest_join(b);
}

static void sleep_and_stop([[maybe_unused]] void *argument)
{
    (void)thread_sleep_until(clock_now() + 3 * MILLISECOND);
    stop = true;
}

KTEST(thread_better_one_preempts_when_it_wakes)
{
    stop = false;
    uint64_t begin = clock_now();
    struct ktest_thread *better =
        ktest_spawn_at(current_thread()->priority + 1, sleep_and_stop, nullptr);
    while (!stop && clock_now() < begin + 2 * SCHED_QUANTUM_NS) {
        ktest_compute();
    }
    EXPECT(stop);
    EXPECT(clock_now() < begin + SCHED_QUANTUM_NS);
    ktest_join(better);
}

KTEST(thread_lowered_priority_lets_others_run)
{
    uint8_t base = current_thread()->priority;
    log_digits = 0;
    interrupts_disable();
    struct ktest_thread *lesser = ktest_spawn_at(base - 1, note_digit, (void *)1);
    thread_set_priority(current_thread(), base - 2);
    EXPECT(percpu_read(ast_pending) != 0);
    EXPECT(thread_yield());
    EXPECT_EQ(log_digits, 1);
    thread_set_priority(current_thread(), base);
    interrupts_enable();
    ktest_join(lesser);
}
