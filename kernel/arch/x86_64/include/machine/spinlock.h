/* SPDX-License-Identifier: BSD-2-Clause */
/* Inline bodies of <arch/spinlock.h>: test and test-and-set. */
#pragma once

#include <stdatomic.h>

#include <lib/assert.h>

static inline void spinlock_init(struct spinlock *lock)
{
    *lock = SPINLOCK_INITIALIZER;
}

/* Debug builds: LOCK is ours now. */
static inline void spinlock_note_owner(struct spinlock *lock)
{
#ifdef MACH_R_DEBUG
    lock->owner = cpu_index() + 1;
#else
    (void)lock;
#endif
}

static inline bool spin_trylock(struct spinlock *lock) NO_LOCK_ANALYSIS
{
    debug_assert(!interrupts_enabled());
    if (atomic_exchange_explicit(&lock->locked, 1, memory_order_acquire) != 0) {
        return false;
    }
    spinlock_note_owner(lock);
    return true;
}

static inline void spin_lock(struct spinlock *lock) NO_LOCK_ANALYSIS
{
    debug_assert(!interrupts_enabled());
    debug_assert(lock->owner != cpu_index() + 1);
    while (UNLIKELY(atomic_exchange_explicit(&lock->locked, 1, memory_order_acquire) != 0)) {
        while (atomic_load_explicit(&lock->locked, memory_order_relaxed) != 0) {
            cpu_pause();
        }
    }
    spinlock_note_owner(lock);
}

static inline void spin_unlock(struct spinlock *lock) NO_LOCK_ANALYSIS
{
#ifdef MACH_R_DEBUG
    debug_assert(lock->owner == cpu_index() + 1);
    lock->owner = 0;
#endif
    atomic_store_explicit(&lock->locked, 0, memory_order_release);
}

static inline interrupt_state_t spin_lock_save(struct spinlock *lock) NO_LOCK_ANALYSIS
{
    interrupt_state_t state = interrupts_save();
    spin_lock(lock);
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
