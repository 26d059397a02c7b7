/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counting, waiting and ending.  What a waiter is told is in its wait_value: a kern_return_t.
 */
#include <kern/semaphore.h>

#include <mach/sync_policy.h>

#include <lib/assert.h>
#include <mem/zone.h>
#include <kern/convert.h>
#include <kern/kernel_port.h>
#include <kern/task.h>

static struct zone semaphore_zone;

void semaphore_init(void)
{
    zone_init(&semaphore_zone, "semaphores", sizeof(struct semaphore));
}

static void semaphore_free(struct semaphore *semaphore)
{
    assert(waitq_is_empty(&semaphore->waiters) && list_empty(&semaphore->task_link));
    interrupt_state_t state = interrupts_save();
    ipc_port_release(semaphore->port);
    interrupts_restore(state);
    task_release(semaphore->owner);
    zone_free(&semaphore_zone, semaphore);
}

void semaphore_release(struct semaphore *semaphore)
{
    if (refcount_release(&semaphore->references)) {
        semaphore_free(semaphore);
    }
}

/* Tell all that SEMAPHORE, off its owner's list, has ended; drop the reference of being alive. */
static void semaphore_finish(struct semaphore *semaphore)
{
    interrupt_state_t state = spin_lock_save(&semaphore->lock);
    semaphore->is_active = false;
    struct list woken;
    list_init(&woken);
    waitq_claim_all(&semaphore->waiters, KERN_TERMINATED, &woken);
    spin_unlock(&semaphore->lock);
    waitq_wake_claimed(&woken);
    interrupts_restore(state);
    kernel_port_destroy(semaphore->port);
    semaphore_release(semaphore);
}

/* Enter SEMAPHORE in its owner's list.  Returns: false if the owner has ended. */
static bool semaphore_adopt(struct semaphore *semaphore)
{
    struct task *owner = semaphore->owner;
    mutex_lock(&owner->lock);
    bool is_active = owner->is_active;
    if (is_active) {
        list_insert_tail(&owner->semaphores, &semaphore->task_link);
    }
    mutex_unlock(&owner->lock);
    return is_active;
}

kern_return_t semaphore_create_object(struct task *owner, int policy, int32_t count,
                                      struct semaphore **semaphore)
{
    struct semaphore *created = zone_alloc_zeroed(&semaphore_zone);
    if (created == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    created->port = kernel_port_create_for(owner->space->quota, IPC_KOBJECT_SEMAPHORE, created);
    if (created->port == nullptr) {
        zone_free(&semaphore_zone, created);
        return KERN_RESOURCE_SHORTAGE;
    }
    ipc_port_reference(created->port); /* semaphore->port; the receive right has its own */
    spinlock_init(&created->lock, LOCK_CLASS_SEMAPHORE);
    refcount_init(&created->references, 2);
    waitq_init(&created->waiters);
    list_init(&created->task_link);
    created->is_active = true;
    created->count = count;
    created->policy = policy;
    created->owner = owner;
    task_reference(owner);
    if (!semaphore_adopt(created)) {
        semaphore_finish(created);
        semaphore_release(created);
        return KERN_INVALID_TASK;
    }
    *semaphore = created;
    return KERN_SUCCESS;
}

kern_return_t semaphore_end(struct semaphore *semaphore)
{
    mutex_lock(&semaphore->owner->lock);
    bool is_mine = !list_empty(&semaphore->task_link);
    list_remove(&semaphore->task_link);
    mutex_unlock(&semaphore->owner->lock);
    if (!is_mine) {
        return KERN_TERMINATED;
    }
    semaphore_finish(semaphore);
    return KERN_SUCCESS;
}

/* Take a semaphore off OWNER's list.  Returns: null if there is none. */
static struct semaphore *semaphore_disown(struct task *owner)
{
    struct semaphore *semaphore = nullptr;
    mutex_lock(&owner->lock);
    if (!list_empty(&owner->semaphores)) {
        semaphore = list_first_entry(&owner->semaphores, struct semaphore, task_link);
        list_remove(&semaphore->task_link);
    }
    mutex_unlock(&owner->lock);
    return semaphore;
}

void semaphores_end(struct task *owner)
{
    struct semaphore *semaphore;
    while ((semaphore = semaphore_disown(owner)) != nullptr) {
        semaphore_finish(semaphore);
    }
}

void semaphore_no_senders(struct ipc_port *port)
{
    struct semaphore *semaphore = convert_port_to_semaphore(port);
    if (semaphore != nullptr) {
        (void)semaphore_end(semaphore);
        semaphore_release(semaphore);
    }
}

/* THREAD's priority.  It waits, so only others change it. */
static uint8_t waiter_priority(struct thread *thread)
{
    spin_lock(&thread->lock);
    uint8_t priority = thread->priority;
    spin_unlock(&thread->lock);
    return priority;
}

/* The waiter of highest priority, of several the first. */
static struct thread *best_waiter(struct semaphore *semaphore) REQUIRES(semaphore->lock)
{
    struct thread *best = nullptr;
    uint8_t best_priority = 0;
    struct thread *waiter;
    list_for_each_entry(waiter, &semaphore->waiters.threads, wait_link) {
        uint8_t priority = waiter_priority(waiter);
        if (best == nullptr || priority > best_priority) {
            best = waiter;
            best_priority = priority;
        }
    }
    return best;
}

/* As waitq_claim_one(), in the order of SEMAPHORE's policy. */
static struct thread *claim_one(struct semaphore *semaphore) REQUIRES(semaphore->lock)
{
    if ((semaphore->policy & SYNC_POLICY_FIXED_PRIORITY) == 0) {
        return waitq_claim_one(&semaphore->waiters);
    }
    struct thread *waiter;
    while ((waiter = best_waiter(semaphore)) != nullptr) {
        list_remove(&waiter->wait_link);
        if (thread_claim_wait(waiter)) {
            return waiter;
        }
    }
    return nullptr;
}

/* The same for THREAD alone, if it waits for SEMAPHORE. */
static struct thread *claim_thread(struct semaphore *semaphore, const struct thread *thread)
    REQUIRES(semaphore->lock)
{
    struct thread *waiter;
    list_for_each_entry(waiter, &semaphore->waiters.threads, wait_link) {
        if (waiter == thread) {
            list_remove(&waiter->wait_link);
            return thread_claim_wait(waiter) ? waiter : nullptr;
        }
    }
    return nullptr;
}

/* Wake WAITER, claimed, with success.  Null is ignored.  Context: interrupts off. */
static void wake(struct thread *waiter)
{
    if (waiter != nullptr) {
        thread_wake(waiter);
    }
}

/* Hand a signal to the waiter *WOKEN, claimed, whom the caller wakes; or count it, *WOKEN null. */
static kern_return_t post_locked(struct semaphore *semaphore, struct thread **woken)
    REQUIRES(semaphore->lock)
{
    *woken = nullptr;
    if (!semaphore->is_active) {
        return KERN_TERMINATED;
    }
    *woken = claim_one(semaphore);
    if (*woken != nullptr) {
        (*woken)->wait_value = KERN_SUCCESS;
    } else if (semaphore->count == INT32_MAX) {
        return KERN_RESOURCE_SHORTAGE;
    } else {
        semaphore->count++;
    }
    return KERN_SUCCESS;
}

kern_return_t semaphore_post(struct semaphore *semaphore)
{
    struct thread *woken;
    interrupt_state_t state = spin_lock_save(&semaphore->lock);
    kern_return_t result = post_locked(semaphore, &woken);
    spin_unlock(&semaphore->lock);
    wake(woken);
    interrupts_restore(state);
    return result;
}

kern_return_t semaphore_post_all(struct semaphore *semaphore)
{
    interrupt_state_t state = spin_lock_save(&semaphore->lock);
    bool is_active = semaphore->is_active;
    struct list woken;
    list_init(&woken);
    waitq_claim_all(&semaphore->waiters, KERN_SUCCESS, &woken);
    spin_unlock(&semaphore->lock);
    waitq_wake_claimed(&woken);
    interrupts_restore(state);
    return is_active ? KERN_SUCCESS : KERN_TERMINATED;
}

kern_return_t semaphore_post_thread(struct semaphore *semaphore, const struct thread *thread)
{
    interrupt_state_t state = spin_lock_save(&semaphore->lock);
    kern_return_t result = semaphore->is_active ? KERN_NOT_WAITING : KERN_TERMINATED;
    struct thread *woken =
        thread != nullptr ? claim_thread(semaphore, thread) : claim_one(semaphore);
    if (woken != nullptr) {
        woken->wait_value = KERN_SUCCESS;
        result = KERN_SUCCESS;
    }
    spin_unlock(&semaphore->lock);
    wake(woken);
    interrupts_restore(state);
    return result;
}

/* Arm the running thread's wait and queue it. */
static void enqueue(struct semaphore *semaphore) REQUIRES(semaphore->lock)
{
    if ((semaphore->policy & SYNC_POLICY_REVERSED) != 0) {
        list_insert_head(&semaphore->waiters.threads, &current_thread()->wait_link);
        thread_wait_arm(WAIT_ARMED_RESTARTABLE);
    } else {
        waitq_enqueue(&semaphore->waiters, WAIT_ARMED_RESTARTABLE);
    }
}

/* The running thread's wait for SEMAPHORE is over with OUTCOME: what does that mean? */
static kern_return_t wait_result(struct semaphore *semaphore, enum wait_outcome outcome)
{
    if (outcome == WAIT_WOKEN) {
        return (kern_return_t)current_thread()->wait_value;
    }
    spin_lock(&semaphore->lock);
    waitq_remove_self();
    spin_unlock(&semaphore->lock);
    return outcome == WAIT_TIMED_OUT ? KERN_OPERATION_TIMED_OUT : KERN_ABORTED;
}

/* Count SEMAPHORE down, or queue the running thread (*IS_WAITING) unless DEADLINE is 0. */
static kern_return_t take_locked(struct semaphore *semaphore, uint64_t deadline, bool *is_waiting)
    REQUIRES(semaphore->lock)
{
    if (semaphore->count > 0) {
        semaphore->count--;
        return KERN_SUCCESS;
    }
    if (deadline == 0) {
        return KERN_OPERATION_TIMED_OUT;
    }
    enqueue(semaphore);
    *is_waiting = true;
    return KERN_SUCCESS;
}

kern_return_t semaphore_take(struct semaphore *semaphore, struct semaphore *signalled,
                             uint64_t deadline)
{
    struct semaphore *other = signalled != nullptr ? signalled : semaphore;
    struct thread *woken = nullptr;
    bool is_waiting = false;
    interrupt_state_t state = interrupts_save();
    spin_lock_pair(&semaphore->lock, &other->lock);
    kern_return_t result = semaphore->is_active ? KERN_SUCCESS : KERN_TERMINATED;
    if (result == KERN_SUCCESS && signalled != nullptr) {
        result = post_locked(other, &woken);
    }
    if (result == KERN_SUCCESS) {
        result = take_locked(semaphore, deadline, &is_waiting);
    }
    spin_unlock_pair(&semaphore->lock, &other->lock);
    if (!is_waiting) {
        wake(woken);
    } else if (woken == nullptr) {
        result = wait_result(semaphore, thread_block(deadline));
    } else {
        result = wait_result(semaphore, thread_block_handoff(deadline, woken));
    }
    interrupts_restore(state);
    return result;
}
