/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Wrong uses of locks, each of which the lock checker must stop with its own message.
 */
#include <test/ktest.h>

#include <lib/string.h>
#include <arch/spinlock.h>
#include <sched/mutex.h>

#include "fake.h"

#define PANICS(message, function) EXPECT(fake_panics_with(message, function, nullptr))
#define IS_ALLOWED(function)      EXPECT(!fake_panics(function, nullptr))
#define LOCK(identifier)          SPINLOCK_INITIALIZER(LOCK_CLASS_##identifier)
#define MISTAKE(name)             static void name([[maybe_unused]] void *argument) NO_LOCK_ANALYSIS
#define RIGHT(name)               MISTAKE(name)

static struct spinlock gate = LOCK(GATE);
static struct spinlock space = LOCK(SPACE);
static struct spinlock spaces[2] = { LOCK(SPACE), LOCK(SPACE) };
static struct spinlock port = LOCK(PORT);
static struct spinlock threads[2] = { LOCK(THREAD), LOCK(THREAD) };

static struct spinlock timers[2] = { LOCK(TIMERS), LOCK(TIMERS) };

static struct mutex task;
static struct mutex maps[2];

static void mutexes_init(void)
{
    mutex_init(&task, LOCK_CLASS_TASK);
    mutex_init(&maps[0], LOCK_CLASS_VM_MAP);
    mutex_init(&maps[1], LOCK_CLASS_VM_MAP);
}

RIGHT(spin_locks_in_order)
{
    interrupts_disable();
    spin_lock(&gate);
    spin_lock(&space);
    spin_lock(&port);
    spin_lock(&threads[1]);
    spin_lock(&threads[0]);
    spin_lock_pair(&timers[1], &timers[0]);
    spin_unlock_pair(&timers[1], &timers[0]);
    spin_lock_pair(&timers[0], &timers[0]);
    spin_unlock_pair(&timers[0], &timers[0]);
}

MISTAKE(port_before_space)
{
    interrupts_disable();
    spin_lock(&port);
    spin_lock(&space);
}

MISTAKE(timers_against_their_addresses)
{
    interrupts_disable();
    spin_lock(&timers[1]);
    spin_lock(&timers[0]);
}

MISTAKE(two_spaces)
{
    interrupts_disable();
    spin_lock(&spaces[0]);
    spin_lock(&spaces[1]);
}

/* The first that is held is in order, the next is not. */
MISTAKE(space_between_gate_and_port)
{
    interrupts_disable();
    spin_lock(&gate);
    spin_lock(&port);
    spin_lock(&space);
}

/* A lock that was given back first leaves the other one in the list. */
MISTAKE(order_after_release_out_of_order)
{
    interrupts_disable();
    spin_lock(&gate);
    spin_lock(&space);
    spin_unlock(&gate);
    spin_lock(&gate);
}

RIGHT(tried_against_the_order)
{
    interrupts_disable();
    spin_lock(&port);
    EXPECT(spin_trylock(&space));
    spin_unlock(&port);
    spin_lock(&port);
}

MISTAKE(tried_lock_counts_as_held)
{
    interrupts_disable();
    EXPECT(spin_trylock(&port));
    spin_lock(&space);
}

MISTAKE(spin_lock_twice)
{
    interrupts_disable();
    spin_lock(&space);
    spin_lock(&space);
}

MISTAKE(spin_lock_without_class)
{
    static struct spinlock lock;
    interrupts_disable();
    spin_lock(&lock);
}

MISTAKE(spin_lock_of_garbage)
{
    static struct spinlock lock;
    memset(&lock.class, 0xff, sizeof(lock.class));
    interrupts_disable();
    spin_lock(&lock);
}

MISTAKE(too_many_locks)
{
    static struct spinlock locks[HELD_LOCKS_MAX + 1];
    interrupts_disable();
    for (uint32_t i = 0; i <= HELD_LOCKS_MAX; i++) {
        spinlock_init(&locks[i], LOCK_CLASS_THREAD);
        spin_lock(&locks[i]);
    }
}

KTEST(lock_check_orders_spin_locks)
{
    IS_ALLOWED(spin_locks_in_order);
    IS_ALLOWED(tried_against_the_order);
    PANICS("lock order: lock \"space\" wanted at ?:0, \"port\" held since ?:0", port_before_space);
    PANICS("lock order: lock \"space\" wanted at ?:0, \"port\"", space_between_gate_and_port);
    PANICS("lock order: lock \"space\" wanted", two_spaces);
    PANICS("lock order: lock \"timers\" wanted", timers_against_their_addresses);
    PANICS("lock order: lock \"gate\" wanted at ?:0, \"space\"", order_after_release_out_of_order);
    PANICS("lock order: lock \"space\" wanted", tried_lock_counts_as_held);
}

KTEST(lock_check_knows_each_spin_lock)
{
    PANICS("lock taken twice: lock \"space\"", spin_lock_twice);
    PANICS("was not initialised", spin_lock_without_class);
    PANICS("was not initialised", spin_lock_of_garbage);
    PANICS("locks held at once", too_many_locks);
}

RIGHT(mutexes_in_order)
{
    mutexes_init();
    mutex_lock(&task);
    mutex_lock(&maps[1]);
    mutex_lock(&maps[0]);
    mutex_unlock(&task);
    interrupts_disable();
    spin_lock(&space);
    spin_unlock(&space);
    mutex_unlock(&maps[0]);
    mutex_unlock(&maps[1]);
}

MISTAKE(map_before_task)
{
    mutexes_init();
    mutex_lock(&maps[0]);
    mutex_lock(&task);
}

MISTAKE(tried_mutex_counts_as_held)
{
    mutexes_init();
    EXPECT(mutex_trylock(&maps[0]));
    mutex_lock(&task);
}

MISTAKE(mutex_twice)
{
    mutexes_init();
    mutex_lock(&maps[0]);
    mutex_lock(&maps[0]);
}

MISTAKE(mutex_given_back_by_another)
{
    mutexes_init();
    mutex_unlock(&task);
}

MISTAKE(mutex_below_spin_lock)
{
    mutexes_init();
    interrupts_disable();
    spin_lock(&space);
    mutex_lock(&task);
}

MISTAKE(thread_ends_with_mutex)
{
    mutexes_init();
    mutex_lock(&task);
    thread_exit();
}

KTEST(lock_check_orders_mutexes)
{
    IS_ALLOWED(mutexes_in_order);
    PANICS("lock order: lock \"task\" wanted at ?:0, \"map\"", map_before_task);
    PANICS("lock order: lock \"task\" wanted", tried_mutex_counts_as_held);
    PANICS("lock taken twice: lock \"map\"", mutex_twice);
    PANICS("is given back by somebody who has not taken it", mutex_given_back_by_another);
    PANICS("mutex wanted with lock \"space\"", mutex_below_spin_lock);
    PANICS("end of a thread with lock \"task\"", thread_ends_with_mutex);
}

MISTAKE(sleep_with_spin_lock)
{
    interrupts_disable();
    spin_lock(&space);
    (void)thread_sleep_until(0);
}

static void do_nothing([[maybe_unused]] void *argument)
{
}

MISTAKE(yield_with_spin_lock)
{
    interrupts_disable();
    (void)ktest_spawn(do_nothing, nullptr);
    spin_lock(&space);
    (void)thread_yield();
}

MISTAKE(hand_off_with_spin_lock)
{
    interrupts_disable();
    spin_lock(&space);
    (void)thread_block_handoff(WAIT_FOREVER, current_thread());
}

MISTAKE(end_with_spin_lock)
{
    interrupts_disable();
    spin_lock(&space);
    thread_exit();
}

KTEST(lock_check_keeps_spin_locks_on_the_processor)
{
    PANICS("wait with lock \"space\"", sleep_with_spin_lock);
    PANICS("switch of threads with lock \"space\"", yield_with_spin_lock);
    PANICS("hand-off with lock \"space\"", hand_off_with_spin_lock);
    PANICS("switch of threads with lock \"space\"", end_with_spin_lock);
}

MISTAKE(interrupts_enabled_with_spin_lock)
{
    interrupts_disable();
    spin_lock(&space);
    interrupts_enable();
}

MISTAKE(interrupts_restored_with_spin_lock)
{
    interrupt_state_t state = interrupts_save();
    spin_lock(&space);
    interrupts_restore(state);
}

/* States nest: an inner one that was off leaves the lock alone. */
RIGHT(interrupts_stay_off)
{
    interrupt_state_t outer = interrupts_save();
    spin_lock(&space);
    interrupt_state_t inner = interrupts_save();
    interrupts_restore(inner);
    spin_unlock(&space);
    interrupts_restore(outer);
}

KTEST(lock_check_keeps_interrupts_off)
{
    IS_ALLOWED(interrupts_stay_off);
    PANICS("interrupts enabled with lock \"space\"", interrupts_enabled_with_spin_lock);
    PANICS("interrupts enabled with lock \"space\"", interrupts_restored_with_spin_lock);
}

/* A call that ends its line returns to the next one. */
KTEST(lock_check_names_the_line_of_the_call)
{
    static const char code[16];
    (void)lock_place(&code[5]);
    EXPECT_EQ(fake_place_asked, (uintptr_t)&code[4]);
}
