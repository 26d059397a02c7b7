/* SPDX-License-Identifier: BSD-2-Clause */
/* Spin locks of processors that are played one step at a time. */
#pragma once

#include <stdatomic.h>

static inline void spinlock_init(struct spinlock *lock, [[maybe_unused]] enum lock_class class)
{
    *lock = (struct spinlock){};
}

static inline bool spin_trylock(struct spinlock *lock) NO_LOCK_ANALYSIS
{
    return atomic_exchange(&lock->locked, 1) == 0;
}

static inline void spin_lock_at(struct spinlock *lock,
                                [[maybe_unused]] const void *place) NO_LOCK_ANALYSIS
{
    while (!spin_trylock(lock)) {
        while (atomic_load(&lock->locked) != 0) {
            cpu_pause();
        }
    }
}

static inline void spin_lock(struct spinlock *lock) NO_LOCK_ANALYSIS
{
    spin_lock_at(lock, nullptr);
}

static inline void spin_unlock(struct spinlock *lock) NO_LOCK_ANALYSIS
{
    atomic_store(&lock->locked, 0);
}

static inline interrupt_state_t spin_lock_save(struct spinlock *lock) NO_LOCK_ANALYSIS
{
    interrupt_state_t state = interrupts_save();
    spin_lock_at(lock, nullptr);
    return state;
}

static inline void spin_unlock_restore(struct spinlock *lock,
                                       interrupt_state_t state) NO_LOCK_ANALYSIS
{
    spin_unlock(lock);
    interrupts_restore(state);
}

static inline bool spinlock_is_held(const struct spinlock *lock)
{
    return __c11_atomic_load(&lock->locked, __ATOMIC_SEQ_CST) != 0;
}
