/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sleeping lock.  Not recursive; first come, first served under contention.  Taken before any
 * spin lock.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include <lib/compiler.h>
#include <arch/spinlock.h>
#include <sched/thread.h>
#include <sched/waitq.h>

/* Set in `owner` while threads wait: the owner then hands the mutex over. */
#define MUTEX_CONTENDED ((uintptr_t)1)

struct CAPABILITY("mutex") mutex {
    _Atomic uintptr_t owner; /* address of the owner's struct thread, MUTEX_CONTENDED; 0: free */
    struct spinlock lock;
    struct waitq waiters; /* (lock) */
};

/* Make MUTEX a free mutex. */
void mutex_init(struct mutex *mutex);

/* The ways of mutex_lock() and mutex_unlock() when there is contention. */
void mutex_lock_contended(struct mutex *mutex);
void mutex_unlock_contended(struct mutex *mutex);

/* Take MUTEX if it is free.  Returns: true if it was. */
static inline bool mutex_trylock(struct mutex *mutex) TRY_ACQUIRE(true, *mutex) NO_LOCK_ANALYSIS
{
    uintptr_t free = 0;
    return atomic_compare_exchange_strong_explicit(&mutex->owner, &free,
                                                   (uintptr_t)current_thread(),
                                                   memory_order_acquire, memory_order_relaxed);
}

/* Take MUTEX, sleeping while another thread has it.  Context: may sleep; interrupts on or off, as
 * found on return. */
static inline void mutex_lock(struct mutex *mutex) ACQUIRE(*mutex) NO_LOCK_ANALYSIS
{
    if (UNLIKELY(!mutex_trylock(mutex))) {
        mutex_lock_contended(mutex);
    }
}

/* Give MUTEX, held by the running thread, back. */
static inline void mutex_unlock(struct mutex *mutex) RELEASE(*mutex) NO_LOCK_ANALYSIS
{
    uintptr_t self = (uintptr_t)current_thread();
    if (UNLIKELY(!atomic_compare_exchange_strong_explicit(
            &mutex->owner, &self, 0, memory_order_release, memory_order_relaxed))) {
        mutex_unlock_contended(mutex);
    }
}

/* True if the running thread holds MUTEX; for assertions. */
static inline bool mutex_is_mine(const struct mutex *mutex)
{
    uintptr_t owner = atomic_load_explicit(&mutex->owner, memory_order_relaxed);
    return (owner & ~MUTEX_CONTENDED) == (uintptr_t)current_thread();
}
