/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The owner's address and the mark of contention are one word.  While the mark is set the word never
 * becomes free: the owner passes the mutex to the first waiter, so nobody who comes later can
 * overtake, and the fast paths, which expect a word without mark, fail.
 *
 * A waiter lends the owner his importance, and if the owner himself waits for a mutex, its owner, and
 * so on.  The one who gets it next runs before its equals: it is the owner already, and all who want the
 * mutex would else wait until its turn comes, each time.
 *
 * Invariant: under MUTEX's lock, while it is marked, its owner stays the owner; under a thread's lock,
 * while blocked_on names a mutex, that mutex exists.
 */
#include <sched/mutex.h>

#include <lib/assert.h>
#include <sched/policy.h>
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

static struct thread *mutex_owner(const struct mutex *mutex) REQUIRES(mutex->lock)
{
    return (struct thread *)(atomic_load(&mutex->owner) & ~MUTEX_CONTENDED);
}

/* Lend PRIORITY to the owner of MUTEX, which is marked.  Returns: the owner, locked. */
static struct thread *boost(struct mutex *mutex, uint8_t priority)
    REQUIRES(mutex->lock) NO_LOCK_ANALYSIS
{
    struct thread *owner = mutex_owner(mutex);
    spin_lock(&owner->lock);
    if (owner->importance < priority) {
        bool is_first = !mutex->is_boosting;
        mutex->is_boosting = true;
        policy_set_boost(owner, priority, owner->policy.boosts + is_first);
    }
    return owner;
}

/* The mutex that THREAD waits for, locked; null if none, or one that is about to be handed over to
 * it.  Whoever holds that lock never waits for a thread that itself waits. */
static struct mutex *lock_blocked_on(struct thread *thread) REQUIRES(thread->lock) NO_LOCK_ANALYSIS
{
    struct mutex *mutex = thread->blocked_on;
    while (mutex != nullptr && !spin_trylock(&mutex->lock)) {
        spin_unlock(&thread->lock);
        cpu_pause();
        spin_lock(&thread->lock);
        mutex = thread->blocked_on;
    }
    return mutex;
}

void mutex_boost_owner(struct thread *thread, uint8_t priority) NO_LOCK_ANALYSIS
{
    struct mutex *mutex = lock_blocked_on(thread);
    spin_unlock(&thread->lock);
    while (mutex != nullptr) {
        struct thread *owner = boost(mutex, priority);
        struct mutex *next = lock_blocked_on(owner);
        spin_unlock(&owner->lock);
        spin_unlock(&mutex->lock);
        mutex = next;
    }
}

/* The running thread is about to wait for MUTEX, or has got it. */
static void set_blocked_on(struct thread *thread, struct mutex *mutex)
{
    spin_lock(&thread->lock);
    thread->blocked_on = mutex;
    spin_unlock(&thread->lock);
}

/* The most that a thread waiting for MUTEX can lend. */
static uint8_t greatest_importance(const struct mutex *mutex) REQUIRES(mutex->lock)
{
    uint8_t greatest = 0;
    const struct thread *waiter;
    list_for_each_entry(waiter, &mutex->waiters.threads, wait_link) {
        if (waiter->importance > greatest) {
            greatest = waiter->importance;
        }
    }
    return greatest;
}

void mutex_lock_contended(struct mutex *mutex)
{
    struct thread *self = current_thread();
    assert(!mutex_is_mine(mutex));
    interrupt_state_t state = spin_lock_save(&mutex->lock);
    if (mutex_take_or_mark(mutex)) {
        spin_unlock_restore(&mutex->lock, state);
        return;
    }
    set_blocked_on(self, mutex);
    waitq_enqueue(&mutex->waiters, WAIT_ARMED);
    spin_unlock(&mutex->lock);
    spin_lock(&self->lock);
    mutex_boost_owner(self, self->importance);
    /* The one who wakes us has made us the owner. */
    (void)thread_block(WAIT_FOREVER);
    interrupts_restore(state);
}

/* What the running thread was lent for MUTEX goes back, unless it holds others that gave it some. */
static void unboost(struct mutex *mutex) REQUIRES(mutex->lock)
{
    struct thread *self = current_thread();
    if (mutex->is_boosting) {
        mutex->is_boosting = false;
        spin_lock(&self->lock);
        uint32_t left = self->policy.boosts - 1;
        policy_set_boost(self, left == 0 ? 0 : self->policy.boost, left);
        spin_unlock(&self->lock);
    }
}

/* MUTEX has a new owner, and others wait. */
static void boost_next(struct mutex *mutex) REQUIRES(mutex->lock) NO_LOCK_ANALYSIS
{
    struct thread *owner = boost(mutex, greatest_importance(mutex));
    spin_unlock(&owner->lock);
}

void mutex_unlock_contended(struct mutex *mutex)
{
    assert(mutex_is_mine(mutex));
    interrupt_state_t state = spin_lock_save(&mutex->lock);
    struct thread *next = waitq_claim_one(&mutex->waiters);
    uintptr_t mark = waitq_is_empty(&mutex->waiters) ? 0 : MUTEX_CONTENDED;
    unboost(mutex);
    if (next != nullptr) {
        spin_lock(&next->lock);
        next->blocked_on = nullptr;
        next->policy.is_hurried = true;
        spin_unlock(&next->lock);
    }
    atomic_store(&mutex->owner, (uintptr_t)next | mark);
    if (mark != 0) {
        boost_next(mutex);
    }
    spin_unlock(&mutex->lock);
    if (next != nullptr) {
        thread_wake(next);
    }
    sched_restore_interrupts(state);
}
