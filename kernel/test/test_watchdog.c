/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The watchdog: whom it condemns, and what it says of a processor that hangs.
 */
#include <test/ktest.h>

#include <stdatomic.h>

#include <lib/log.h>
#include <lib/string.h>
#include <arch/clock_device.h>
#include <arch/cpu.h>
#include <sched/sched.h>
#include <sched/thread.h>
#include <sched/watchdog.h>

#define LIMIT UINT64_C(1000)

/* A machine that stood still for long: the neighbour is asked, and answers. */
KTEST(watchdog_asks_before_it_condemns)
{
    struct watchdog_view view = { .beats = 5, .since = 0 };
    EXPECT_EQ(watchdog_judge(&view, 5, 100 * LIMIT, LIMIT), WATCHDOG_ASK);
    EXPECT_EQ(watchdog_judge(&view, 6, 200 * LIMIT, LIMIT), WATCHDOG_ALIVE);
    EXPECT_EQ(view.asked, 0);
    EXPECT_EQ(view.since, 200 * LIMIT);
}

KTEST(watchdog_condemns_who_never_answers)
{
    struct watchdog_view view = { .beats = 5, .since = 0 };
    for (uint32_t i = 0; i < 3; i++) {
        EXPECT_EQ(watchdog_judge(&view, 5, 10 * LIMIT, LIMIT), WATCHDOG_ASK);
    }
    EXPECT_EQ(watchdog_judge(&view, 5, 10 * LIMIT, LIMIT), WATCHDOG_DEAD);
}

KTEST(watchdog_waits_for_the_whole_time)
{
    struct watchdog_view view = { .beats = 5, .since = 0 };
    for (uint32_t i = 0; i < 10; i++) {
        EXPECT_EQ(watchdog_judge(&view, 5, LIMIT - 1, LIMIT), WATCHDOG_ASK);
    }
    EXPECT_EQ(watchdog_judge(&view, 5, LIMIT, LIMIT), WATCHDOG_DEAD);
}

#ifdef MACH_R_DEBUG

#define TEST_LIMIT UINT64_C(20000000)
#define PATIENCE   UINT64_C(2000000000)

static _Atomic bool has_ended;

/* Take no interrupt until the watchdog has barked. */
static NOINLINE void hang_with_interrupts_off(uint32_t reports)
{
    uint64_t end = clock_now() + PATIENCE;
    while (watchdog_reports() == reports && clock_now() < end) {
        ktest_compute();
    }
}

static void hang([[maybe_unused]] void *argument)
{
    interrupts_disable();
    hang_with_interrupts_off(watchdog_reports());
    has_ended = true;
}

/* Begin anew on this processor, with LIMIT.  Returns: what the limit was. */
static uint64_t restart(uint64_t limit)
{
    interrupt_state_t state = interrupts_save();
    watchdog_stop_cpu();
    uint64_t before = watchdog_set_limit(limit);
    watchdog_start_cpu();
    interrupts_restore(state);
    return before;
}

/* True if the end of the log contains WORD. */
static bool log_contains(const char *word)
{
    static char text[16384];
    size_t length = log_read(text, sizeof(text));
    size_t word_length = strlen(word);
    for (size_t i = 0; i + word_length <= length; i++) {
        if (memcmp(text + i, word, word_length) == 0) {
            return true;
        }
    }
    return false;
}

static void restart_there(void *argument)
{
    (void)restart(*(const uint64_t *)argument);
    has_ended = true;
}

/* Run FUNCTION(ARGUMENT) on processor CPU until it has set has_ended.  Returns: its thread. */
static struct thread *run_there(uint32_t cpu, void (*function)(void *argument), void *argument)
{
    has_ended = false;
    struct thread *thread = thread_create(function, argument, THREAD_PRIORITY_KERNEL);
    thread_bind(thread, cpu);
    thread_start(thread);
    while (!has_ended) {
        ktest_settle();
    }
    return thread;
}

static void join(struct thread *thread)
{
    while (refcount_value(&thread->references) != 1) {
        ktest_settle();
    }
    thread_release(thread);
}

/* The timer of the one who watches has gone to another processor, and stays there. */
KTEST(watchdog_of_a_processor_that_was_stopped_watches_on)
{
    if (cpu_count() < 3) {
        return;
    }
    uint32_t reports = watchdog_reports();
    uint64_t limit = TEST_LIMIT;
    uint64_t before = restart(limit);
    uint32_t other = (cpu_index() + 1) % cpu_count();
    join(run_there(other, restart_there, &limit));
    sched_stop_cpu(other);
    sched_start_cpu(other);
    struct thread *thread = run_there((other + 1) % cpu_count(), hang, nullptr);
    EXPECT_EQ(watchdog_reports(), reports + 1);
    join(run_there(other, restart_there, &before));
    (void)restart(before);
    join(thread);
}

KTEST(watchdog_prints_the_stack_of_a_processor_that_hangs)
{
    if (cpu_count() == 1) {
        return;
    }
    uint32_t reports = watchdog_reports();
    uint64_t before = restart(TEST_LIMIT);
    struct thread *thread = run_there((cpu_index() + 1) % cpu_count(), hang, nullptr);
    EXPECT_EQ(watchdog_reports(), reports + 1);
    EXPECT(log_contains("watchdog: processor"));
    /* Not the function it calls: at the first instruction of what that calls, it is in no frame. */
    EXPECT(log_contains("hang+0x"));
    EXPECT(log_contains("watchdog: the longest hold of a spin lock was"));
    EXPECT(log_contains("took no interrupts for at most"));
    (void)restart(before);
    join(thread);
}

#endif
