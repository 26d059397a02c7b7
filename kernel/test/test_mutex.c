/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mutexes.
 */
#include <test/ktest.h>

#include <arch/clock_device.h>
#include <sched/mutex.h>
#include <sched/policy.h>

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

static void note_in_order(void *argument)
{
    order[arrived++] = (uint32_t)(uintptr_t)argument;
}

static void lock_and_note(void *argument)
{
    mutex_lock(&mutex);
    note_in_order(argument);
    mutex_unlock(&mutex);
}

/* Who is handed the mutex does not wait behind those who came before it: all others would wait too. */
KTEST(mutex_new_owner_runs_before_its_equals)
{
    mutex_init(&mutex, LOCK_CLASS_TASK);
    arrived = 0;
    mutex_lock(&mutex);
    struct ktest_thread *waiter = ktest_spawn(lock_and_note, (void *)1);
    ktest_settle();
    interrupts_disable();
    struct ktest_thread *equal = ktest_spawn(note_in_order, (void *)2);
    mutex_unlock(&mutex);
    interrupts_enable();
    ktest_join(waiter);
    ktest_join(equal);
    EXPECT_EQ(arrived, 2);
    EXPECT_EQ(order[0], 1);
    EXPECT_EQ(order[1], 2);
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

static struct mutex gate;
static uint8_t priority_with_mutex, priority_after_mutex;

static void lock_and_pass_the_gate([[maybe_unused]] void *argument)
{
    interrupts_enable();
    mutex_lock(&mutex);
    mutex_lock(&gate);
    priority_with_mutex = current_thread()->priority;
    mutex_unlock(&gate);
    mutex_unlock(&mutex);
    priority_after_mutex = current_thread()->priority;
}

static void lock_once([[maybe_unused]] void *argument)
{
    interrupts_enable();
    mutex_lock(&mutex);
    mutex_unlock(&mutex);
}

/* The high one waits for the low one, who waits for the running thread. */
KTEST(mutex_waiters_lend_their_importance_along_the_chain)
{
    struct thread *self = current_thread();
    uint8_t base = self->base_priority, low = base - 5, high = base + 5;
    mutex_init(&mutex, LOCK_CLASS_TASK);
    mutex_init(&gate, LOCK_CLASS_VM_MAP);
    mutex_lock(&gate);
    struct ktest_thread *owner = ktest_spawn_at(low, lock_and_pass_the_gate, nullptr);
    ktest_settle();
    EXPECT_EQ(self->priority, base);
    struct ktest_thread *waiter = ktest_spawn_at(high, lock_once, nullptr);
    ktest_settle();
    EXPECT_EQ(ktest_thread_of(owner)->priority, high);
    EXPECT_EQ(ktest_thread_of(owner)->base_priority, low);
    EXPECT_EQ(self->priority, high);
    mutex_unlock(&gate);
    EXPECT_EQ(self->priority, base);
    ktest_join(owner);
    ktest_join(waiter);
    EXPECT_EQ(priority_with_mutex, high);
    EXPECT_EQ(priority_after_mutex, low);
}

static void note_priority([[maybe_unused]] void *argument)
{
    interrupts_enable();
    mutex_lock(&mutex);
    priority_with_mutex = current_thread()->priority;
    mutex_unlock(&mutex);
    priority_after_mutex = current_thread()->priority;
}

KTEST(mutex_owner_has_what_those_behind_it_lend)
{
    uint8_t base = current_thread()->base_priority, low = base - 5, high = base + 5;
    mutex_init(&mutex, LOCK_CLASS_TASK);
    mutex_lock(&mutex);
    struct ktest_thread *first = ktest_spawn_at(low, note_priority, nullptr);
    ktest_settle();
    struct ktest_thread *second = ktest_spawn_at(high, lock_once, nullptr);
    ktest_settle();
    mutex_unlock(&mutex);
    ktest_join(first);
    ktest_join(second);
    EXPECT_EQ(priority_with_mutex, high);
    EXPECT_EQ(priority_after_mutex, low);
}

/* A server that waits for a mutex is lent something by its client. */
KTEST(mutex_waiter_passes_on_what_it_is_lent)
{
    struct thread *self = current_thread();
    uint8_t base = self->base_priority, low = base - 5, high = base + 5;
    mutex_init(&mutex, LOCK_CLASS_TASK);
    mutex_lock(&mutex);
    struct ktest_thread *waiter = ktest_spawn_at(low, note_priority, nullptr);
    ktest_settle();
    EXPECT_EQ(self->priority, base);
    interrupt_state_t state = interrupts_save();
    thread_donate(ktest_thread_of(waiter), high);
    interrupts_restore(state);
    EXPECT_EQ(self->priority, high);
    mutex_unlock(&mutex);
    EXPECT_EQ(self->priority, base);
    ktest_join(waiter);
    EXPECT_EQ(priority_with_mutex, high);
}

static void lock_argument(void *argument)
{
    interrupts_enable();
    mutex_lock(argument);
    mutex_unlock(argument);
}

KTEST(mutex_boost_ends_with_the_last_that_gave_it)
{
    struct thread *self = current_thread();
    uint8_t base = self->base_priority, high = base + 5;
    mutex_init(&mutex, LOCK_CLASS_TASK);
    mutex_init(&gate, LOCK_CLASS_VM_MAP);
    mutex_lock(&mutex);
    mutex_lock(&gate);
    struct ktest_thread *one = ktest_spawn_at(high, lock_argument, &mutex);
    struct ktest_thread *two = ktest_spawn_at(high + 1, lock_argument, &gate);
    ktest_settle();
    EXPECT_EQ(self->priority, high + 1);
    mutex_unlock(&gate);
    EXPECT(self->priority >= high);
    mutex_unlock(&mutex);
    EXPECT_EQ(self->priority, base);
    ktest_join(one);
    ktest_join(two);
}
