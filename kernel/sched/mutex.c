/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The owner's address and the mark of contention are one word.  While the mark is set the word never
 * becomes free: the owner passes the mutex to the first waiter, so nobody who comes later can
 * overtake, and the fast paths, which expect a word without mark, fail.
 */
#include <sched/mutex.h>

#include <lib/assert.h>
#include <sched/sched.h>

void mutex_init(struct mutex *mutex, [[maybe_unused]] enum lock_class class)
{
    atomic_init(&mutex->owner, 0);
    spinlock_init(&mutex->lock, LOCK_CLASS_MUTEX_WAITERS);
    waitq_init(&mutex->waiters);
#ifdef MACH_R_DEBUG
    mutex->class = class;
#endif
}

#ifdef MACH_R_DEBUG
void mutex_note_wanted(const struct mutex *mutex, const void *place)
{
    lock_check_order(&current_thread()->held_mutexes, mutex, mutex->class, place);
    if (!interrupts_enabled()) {
        spin_lock_check_none(nullptr, "mutex wanted");
    }
}

/* The statistics are the processor's, so the thread must not change it meanwhile. */
void mutex_note_taken(const struct mutex *mutex, const void *place, bool was_contended)
{
    interrupt_state_t state = interrupts_save();
    struct lock_statistics *statistics = &percpu_ptr(lock_cpu)->statistics[mutex->class];
    statistics->acquisitions++;
    statistics->contended += was_contended;
    lock_check_push(&current_thread()->held_mutexes, mutex, mutex->class, place, clock_now());
    interrupts_restore(state);
}

void mutex_note_given(const struct mutex *mutex)
{
    interrupt_state_t state = interrupts_save();
    lock_check_pop(&current_thread()->held_mutexes, mutex, clock_now(),
                   &percpu_ptr(lock_cpu)->statistics[mutex->class]);
    interrupts_restore(state);
}
#endif

/* Take MUTEX if it is free, else mark it as contended.  Returns: true if it was free. */
static bool mutex_take_or_mark(struct mutex *mutex) REQUIRES(mutex->lock)
{
    uintptr_t owner = atomic_load(&mutex->owner);
    uintptr_t wanted;
    do {
        wanted = owner == 0 ? (uintptr_t)current_thread() : owner | MUTEX_CONTENDED;
    } while (!atomic_compare_exchange_weak(&mutex->owner, &owner, wanted));
    return owner == 0;
}

void mutex_lock_contended(struct mutex *mutex)
{
    assert(!mutex_is_mine(mutex));
    interrupt_state_t state = spin_lock_save(&mutex->lock);
    if (mutex_take_or_mark(mutex)) {
        spin_unlock_restore(&mutex->lock, state);
        return;
    }
    waitq_enqueue(&mutex->waiters, false);
    spin_unlock(&mutex->lock);
    /* The one who wakes us has made us the owner. */
    (void)thread_block(WAIT_FOREVER);
    interrupts_restore(state);
}

void mutex_unlock_contended(struct mutex *mutex)
{
    assert(mutex_is_mine(mutex));
    interrupt_state_t state = spin_lock_save(&mutex->lock);
    struct thread *next = waitq_claim_one(&mutex->waiters);
    uintptr_t mark = waitq_is_empty(&mutex->waiters) ? 0 : MUTEX_CONTENDED;
    atomic_store(&mutex->owner, (uintptr_t)next | mark);
    spin_unlock(&mutex->lock);
    if (next != nullptr) {
        thread_wake(next);
    }
    sched_restore_interrupts(state);
}
