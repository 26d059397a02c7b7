/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The sleeping lock.  Not recursive; first come, first served under contention.  Taken before any
 * spin lock, and in the order of the classes (lib/lock_class.h); debug builds check both.
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
    bool is_boosting;     /* (lock) the owner has been lent importance for it */
#ifdef MACH_R_DEBUG
    enum lock_class class;
#endif
};

/* Make MUTEX a free mutex of CLASS. */
void mutex_init(struct mutex *mutex, enum lock_class class);

/* The ways of mutex_lock() and mutex_unlock() when there is contention. */
void mutex_lock_contended(struct mutex *mutex);
void mutex_unlock_contended(struct mutex *mutex);

/* Debug builds: the running thread is about to wait for MUTEX; has it; is about to give it back. */
#ifdef MACH_R_DEBUG
void mutex_note_wanted(const struct mutex *mutex, const void *place);
void mutex_note_taken(const struct mutex *mutex, const void *place, bool was_contended);
void mutex_note_given(const struct mutex *mutex);
#else
static inline void mutex_note_wanted([[maybe_unused]] const struct mutex *mutex,
                                     [[maybe_unused]] const void *place)
{
}

static inline void mutex_note_taken([[maybe_unused]] const struct mutex *mutex,
                                    [[maybe_unused]] const void *place,
                                    [[maybe_unused]] bool was_contended)
{
}

static inline void mutex_note_given([[maybe_unused]] const struct mutex *mutex)
{
}
#endif

/* Make the running thread the owner of MUTEX if it is free.  Returns: true if it was. */
static inline bool mutex_take(struct mutex *mutex) TRY_ACQUIRE(true, *mutex) NO_LOCK_ANALYSIS
{
    uintptr_t free = 0;
    return atomic_compare_exchange_strong_explicit(&mutex->owner, &free,
                                                   (uintptr_t)current_thread(),
                                                   memory_order_acquire, memory_order_relaxed);
}

/* Take MUTEX if it is free.  Returns: true if it was. */
static inline LOCK_FUNCTION bool mutex_trylock(struct mutex *mutex)
    TRY_ACQUIRE(true, *mutex) NO_LOCK_ANALYSIS
{
    bool is_mine = mutex_take(mutex);
    if (is_mine) {
        mutex_note_taken(mutex, LOCK_PLACE(), false);
    }
    return is_mine;
}

/* Take MUTEX, sleeping while another thread has it.  Context: may sleep; interrupts on or off, as
 * found on return. */
static inline LOCK_FUNCTION void mutex_lock(struct mutex *mutex) ACQUIRE(*mutex) NO_LOCK_ANALYSIS
{
    bool was_contended = false;
    mutex_note_wanted(mutex, LOCK_PLACE());
    if (UNLIKELY(!mutex_take(mutex))) {
        mutex_lock_contended(mutex);
        was_contended = true;
    }
    mutex_note_taken(mutex, LOCK_PLACE(), was_contended);
}

/* Give MUTEX, held by the running thread, back. */
static inline void mutex_unlock(struct mutex *mutex) RELEASE(*mutex) NO_LOCK_ANALYSIS
{
    uintptr_t self = (uintptr_t)current_thread();
    mutex_note_given(mutex);
    if (UNLIKELY(!atomic_compare_exchange_strong_explicit(
            &mutex->owner, &self, 0, memory_order_release, memory_order_relaxed))) {
        mutex_unlock_contended(mutex);
    }
}

/* THREAD has become as important as PRIORITY: if it waits for a mutex, boost the owner, and so on.
 * Locks: THREAD's on entry, none on return. */
void mutex_boost_owner(struct thread *thread, uint8_t priority) RELEASE(thread->lock);

/* True if the running thread holds MUTEX; for assertions. */
static inline bool mutex_is_mine(const struct mutex *mutex)
{
    uintptr_t owner = atomic_load_explicit(&mutex->owner, memory_order_relaxed);
    return (owner & ~MUTEX_CONTENDED) == (uintptr_t)current_thread();
}
