/* SPDX-License-Identifier: BSD-2-Clause */
/* Inline bodies of <arch/spinlock.h>: test and test-and-set. */
#pragma once

#include <stdatomic.h>

#include <lib/assert.h>

/* Take LOCK, which somebody else has.  Returns: rounds of waiting. */
RARE_CALL uint64_t spinlock_wait(struct spinlock *lock);

static inline void spinlock_init(struct spinlock *lock, [[maybe_unused]] enum lock_class class)
{
    *lock = (struct spinlock)SPINLOCK_INITIALIZER(class);
}

static inline LOCK_FUNCTION bool spin_trylock(struct spinlock *lock) NO_LOCK_ANALYSIS
{
    debug_assert(!interrupts_enabled());
    if (atomic_exchange_explicit(&lock->locked, 1, memory_order_acquire) != 0) {
        return false;
    }
    spinlock_note_taken(lock, LOCK_PLACE(), 0);
    return true;
}

static inline void spin_lock_at(struct spinlock *lock, const void *place) NO_LOCK_ANALYSIS
{
    uint64_t spins = 0;
    debug_assert(!interrupts_enabled());
    spinlock_note_wanted(lock, place);
    if (UNLIKELY(atomic_exchange_explicit(&lock->locked, 1, memory_order_acquire) != 0)) {
        spins = spinlock_wait(lock);
    }
    spinlock_note_taken(lock, place, spins);
}

static inline LOCK_FUNCTION void spin_lock(struct spinlock *lock) NO_LOCK_ANALYSIS
{
    spin_lock_at(lock, LOCK_PLACE());
}

static inline void spin_unlock(struct spinlock *lock) NO_LOCK_ANALYSIS
{
    debug_assert(lock->owner == cpu_index() + 1);
    spinlock_note_given(lock);
    atomic_store_explicit(&lock->locked, 0, memory_order_release);
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
    return atomic_load_explicit(&lock->locked, memory_order_relaxed) != 0;
}
