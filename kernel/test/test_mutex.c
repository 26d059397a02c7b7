/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mutexes.
 */
#include <test/ktest.h>

#include <arch/clock_device.h>
#include <sched/mutex.h>

#define THREADS 5
#define ROUNDS  20

static struct mutex mutex;
static uint32_t holders;
static uint32_t entries;
static uint32_t order[THREADS];
static uint32_t arrived;

KTEST(mutex_is_held_by_one)
{
    mutex_init(&mutex, LOCK_CLASS_TASK);
    EXPECT(!mutex_is_mine(&mutex));
    mutex_lock(&mutex);
    EXPECT(mutex_is_mine(&mutex));
    mutex_unlock(&mutex);
    EXPECT(!mutex_is_mine(&mutex));
    bool is_free = false;
    if (mutex_trylock(&mutex)) {
        is_free = true;
        mutex_unlock(&mutex);
    }
    EXPECT(is_free);
}

static void try_in_vain([[maybe_unused]] void *argument)
{
    EXPECT(!mutex_is_mine(&mutex));
    bool is_free = false;
    if (mutex_trylock(&mutex)) {
        is_free = true;
        mutex_unlock(&mutex);
    }
    EXPECT(!is_free);
}

KTEST(mutex_trylock_fails_while_another_holds_it)
{
    mutex_init(&mutex, LOCK_CLASS_TASK);
    mutex_lock(&mutex);
    ktest_join(ktest_spawn(try_in_vain, nullptr));
    mutex_unlock(&mutex);
}

static void lock_in_turn(void *argument)
{
    interrupts_enable();
    mutex_lock(&mutex);
    EXPECT(interrupts_enabled());
    order[arrived++] = (uint32_t)(uintptr_t)argument;
    mutex_unlock(&mutex);
}

KTEST(mutex_is_first_come_first_served)
{
    struct ktest_thread *threads[THREADS];
    mutex_init(&mutex, LOCK_CLASS_TASK);
    arrived = 0;
    mutex_lock(&mutex);
    for (uintptr_t i = 0; i < THREADS; i++) {
        threads[i] = ktest_spawn(lock_in_turn, (void *)i);
        ktest_settle();
    }
    EXPECT_EQ(arrived, 0);
    mutex_unlock(&mutex);
    /* The one who gives it back cannot overtake those who wait. */
    EXPECT(!mutex_is_mine(&mutex));
    mutex_lock(&mutex);
    EXPECT_EQ(arrived, THREADS);
    mutex_unlock(&mutex);
    for (uint32_t i = 0; i < THREADS; i++) {
        EXPECT_EQ(order[i], i);
        ktest_join(threads[i]);
    }
}

static void enter_and_leave([[maybe_unused]] void *argument)
{
    interrupts_enable();
    for (uint32_t i = 0; i < ROUNDS; i++) {
        mutex_lock(&mutex);
        EXPECT_EQ(++holders, 1);
        thread_yield();
        if (i % 4 == 0) {
            (void)thread_sleep_until(clock_now() + 10000);
        }
        EXPECT_EQ(holders--, 1);
        entries++;
        mutex_unlock(&mutex);
        if (i % 3 == 0) {
            thread_yield();
        }
    }
}

KTEST(mutex_excludes_under_contention)
{
    struct ktest_thread *threads[THREADS];
    mutex_init(&mutex, LOCK_CLASS_TASK);
    holders = 0;
    entries = 0;
    for (uint32_t i = 0; i < THREADS; i++) {
        threads[i] = ktest_spawn(enter_and_leave, nullptr);
    }
    for (uint32_t i = 0; i < THREADS; i++) {
        ktest_join(threads[i]);
    }
    EXPECT_EQ(entries, THREADS * ROUNDS);
    EXPECT_EQ(mutex.owner, 0);
}
