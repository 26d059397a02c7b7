/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Spin locks of the fake machine: with one processor, a lock that is held can only be a mistake.
 */
#pragma once

#include <lib/assert.h>

static inline void spinlock_init(struct spinlock *lock, enum lock_class class)
{
    *lock = (struct spinlock)SPINLOCK_INITIALIZER(class);
}

static inline bool spin_trylock(struct spinlock *lock) NO_LOCK_ANALYSIS
{
    assert(!interrupts_enabled());
    if (lock->locked != 0) {
        return false;
    }
    lock->locked = 1;
    spinlock_note_taken(lock, LOCK_PLACE(), 0);
    return true;
}

static inline void spin_lock_at(struct spinlock *lock, const void *place) NO_LOCK_ANALYSIS
{
    assert(!interrupts_enabled());
    spinlock_note_wanted(lock, place);
    assert(lock->locked == 0);
    lock->locked = 1;
    spinlock_note_taken(lock, place, 0);
}

static inline LOCK_FUNCTION void spin_lock(struct spinlock *lock) NO_LOCK_ANALYSIS
{
    spin_lock_at(lock, LOCK_PLACE());
}

static inline void spin_unlock(struct spinlock *lock) NO_LOCK_ANALYSIS
{
    assert(!interrupts_enabled());
    assert(lock->locked == 1 && lock->owner == cpu_index() + 1);
    spinlock_note_given(lock);
    lock->locked = 0;
}

static inline LOCK_FUNCTION interrupt_state_t spin_lock_save(struct spinlock *lock) NO_LOCK_ANALYSIS
{
    interrupt_state_t state = interrupts_save_at(LOCK_PLACE());
    spin_lock_at(lock, LOCK_PLACE());
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
    return lock->locked != 0;
}
