/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Semaphores: a count, and threads that wait until they may take one from it.
 *
 * References: one of being alive, which whoever ends the semaphore drops; one of each caller for the
 * time of his call, and so of each thread that waits.  The structure has a reference on its owner,
 * the task that it ends with, and on its port.  The owner's list has none.
 *
 * A semaphore ends when it is destroyed, when its owner ends, or when the last send right to its
 * port goes.  All three take it off the owner's list, under the owner's mutex: who finds it there is
 * the one who ends it.
 *
 * Waiting is that of sched/waitq.h.  A signal that finds a waiter is handed over: it never shows in
 * the count, so nobody who comes later can take it.
 *
 * Locks: owner's mutex; the semaphore's spin lock, two of them by address.
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>

#include <lib/compiler.h>
#include <lib/list.h>
#include <lib/refcount.h>
#include <arch/spinlock.h>
#include <sched/waitq.h>
#include <kern/trap_handler.h>

struct ipc_port;
struct task;

/* Lock keys: (l) lock, (a) atomic, (c) constant after creation, (o) the owner's lock. */
struct semaphore {
    struct spinlock lock;
    struct refcount references; /* (a) */
    bool is_active;             /* (l) */
    int32_t count;              /* (l) signals that nobody has taken; not negative */
    int policy;                 /* (c) SYNC_POLICY_* */
    struct waitq waiters;       /* (l) with SYNC_POLICY_REVERSED the last one is first */
    struct task *owner;         /* (c) a reference */
    struct ipc_port *port;      /* (c) a reference */
    struct list task_link;      /* (o) in task.semaphores */
};

/* Count a reference on SEMAPHORE. */
static inline void semaphore_reference(struct semaphore *semaphore)
{
    refcount_acquire(&semaphore->references);
}

/* Drop a reference; the last one frees the semaphore.  May sleep. */
void semaphore_release(struct semaphore *semaphore);

/*
 * Make a semaphore of OWNER with COUNT and POLICY, both valid, with a reference for the caller.  Its
 * port has no send right yet.  Context: may sleep.
 * Returns: KERN_SUCCESS and *SEMAPHORE; KERN_INVALID_TASK, OWNER has ended; KERN_RESOURCE_SHORTAGE.
 */
[[nodiscard]] kern_return_t semaphore_create_object(struct task *owner, int policy, int32_t count,
                                                    struct semaphore **semaphore);

/* End SEMAPHORE: who waits gets KERN_TERMINATED, its port dies.  Context: may sleep.
 * Returns: KERN_SUCCESS; KERN_TERMINATED, somebody was first. */
kern_return_t semaphore_end(struct semaphore *semaphore);

/* End all semaphores of OWNER, which is not active any more.  Context: may sleep. */
void semaphores_end(struct task *owner);

/* The last send right to PORT is gone: if it is a semaphore's, that ends.  Context: may sleep. */
void semaphore_no_senders(struct ipc_port *port);

/*
 * Wake the first waiter, or count up without one; wake all; wake THREAD, or the first one if it is
 * null.  Context: any, no spin locks.
 * Returns: KERN_SUCCESS; KERN_TERMINATED, the semaphore has ended; of the first,
 * KERN_RESOURCE_SHORTAGE, the count is INT32_MAX; of the third, KERN_NOT_WAITING.
 */
kern_return_t semaphore_post(struct semaphore *semaphore);
kern_return_t semaphore_post_all(struct semaphore *semaphore);
kern_return_t semaphore_post_thread(struct semaphore *semaphore, const struct thread *thread);

/*
 * Count SEMAPHORE down, waiting until DEADLINE (nanoseconds since boot; 0: do not wait) if it is
 * zero.  SIGNALLED, unless null, is posted in the same step; if that fails, nothing is waited for.
 * Context: may sleep; the caller has references.
 * Returns: KERN_SUCCESS; KERN_OPERATION_TIMED_OUT; KERN_ABORTED; KERN_TERMINATED, one of the two had
 * ended or SEMAPHORE ended meanwhile; what posting says.
 */
kern_return_t semaphore_take(struct semaphore *semaphore, struct semaphore *signalled,
                             uint64_t deadline);

/* Set up the zone.  Once, at boot. */
void semaphore_init(void);

/* Traps 33 to 39: <mach/semaphore.h> tells what they do. */
TRAP_HANDLER(semaphore_signal_trap);
TRAP_HANDLER(semaphore_signal_all_trap);
TRAP_HANDLER(semaphore_signal_thread_trap);
TRAP_HANDLER(semaphore_wait_trap);
TRAP_HANDLER(semaphore_wait_signal_trap);
TRAP_HANDLER(semaphore_timedwait_trap);
TRAP_HANDLER(semaphore_timedwait_signal_trap);
