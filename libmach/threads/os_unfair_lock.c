/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * <os/lock.h>. The owner's port is a number below 2^31, which leaves a bit to say that somebody
 * sleeps; whoever wakes up takes the lock with that bit, as others may still be asleep.
 */
#include <os/lock.h>

#include <pthread.h>
#include <stdlib.h>

#include "park.h"
#include "thread_block.h"

#define WAITED UINT32_C(0x80000000)

static uint32_t self(void)
{
    return pthread_mach_thread_np(thread_block_self());
}

static uint32_t *word_of(os_unfair_lock_t lock)
{
    return &lock->_os_unfair_lock_opaque;
}

static bool take(uint32_t *word, uint32_t value)
{
    uint32_t free = 0;
    return __atomic_compare_exchange_n(word, &free, value, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

static bool is_mine(const os_unfair_lock *lock)
{
    uint32_t value = __atomic_load_n(&lock->_os_unfair_lock_opaque, __ATOMIC_RELAXED);
    return (value & ~WAITED) == self();
}

void os_unfair_lock_lock(os_unfair_lock_t lock)
{
    uint32_t *word = word_of(lock);
    if (take(word, self())) {
        return;
    }
    os_unfair_lock_assert_not_owner(lock);
    while (!take(word, self() | WAITED)) {
        uint32_t value = __atomic_load_n(word, __ATOMIC_RELAXED);
        uint32_t waited = value | WAITED;
        if (value != 0 &&
            (value == waited || __atomic_compare_exchange_n(word, &value, waited, false,
                                                            __ATOMIC_RELAXED, __ATOMIC_RELAXED))) {
            (void)park_wait(word, waited, PARK_FOREVER);
        }
    }
}

bool os_unfair_lock_trylock(os_unfair_lock_t lock)
{
    return take(word_of(lock), self());
}

void os_unfair_lock_unlock(os_unfair_lock_t lock)
{
    os_unfair_lock_assert_owner(lock);
    if ((__atomic_exchange_n(word_of(lock), 0, __ATOMIC_RELEASE) & WAITED) != 0) {
        park_wake(word_of(lock), 1);
    }
}

void os_unfair_lock_assert_owner(const os_unfair_lock *lock)
{
    if (!is_mine(lock)) {
        abort();
    }
}

void os_unfair_lock_assert_not_owner(const os_unfair_lock *lock)
{
    if (is_mine(lock)) {
        abort();
    }
}
