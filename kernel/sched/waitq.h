/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Wait queues: who waits for an object, in order of arrival.  The queue has no lock of its own; the
 * object's spin lock protects it.  See sched/thread.h for the protocol.
 *
 *      waiter                                      waker
 *      spin_lock(&object->lock);                   spin_lock(&object->lock);
 *      waitq_enqueue(&object->waiters, how);      thread = waitq_claim_one(&object->waiters);
 *      spin_unlock(&object->lock);                 spin_unlock(&object->lock);
 *      outcome = thread_block(deadline);           if (thread != nullptr) {
 *      if (outcome != WAIT_WOKEN) {                    thread->wait_value = word;
 *          spin_lock(&object->lock);                   thread_wake(thread);
 *          waitq_remove_self();                    }
 *          spin_unlock(&object->lock);
 *      }
 *
 * The words here are inline because they are steps of the message path.
 */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include <lib/assert.h>
#include <lib/compiler.h>
#include <lib/list.h>
#include <sched/thread.h>

#define WAIT_FOREVER UINT64_MAX

/* The leeway of a wait of user code: this part of its length, and at most so much (nanoseconds). */
#define WAIT_LEEWAY_PART 16
#define WAIT_LEEWAY_MAX  UINT64_C(1000000)

/*
 * The low four bits of a claim word; the generation above them counts the waits.  While WAIT_OPEN is
 * set somebody may end the wait: who takes that bit away has claimed it.
 */
#define WAIT_OPEN       UINT64_C(1)
#define WAIT_STATE_MASK UINT64_C(15)
#define WAIT_GENERATION UINT64_C(16)

enum wait_state {
    WAIT_ENDED = 0,               /* no wait, or one that is over */
    WAIT_ARMED = 3,               /* only its waker or a time-out ends it */
    WAIT_ARMED_INTERRUPTIBLE = 7, /* an abort ends it too, whatever is half done then */
    WAIT_ARMED_RESTARTABLE =
        11, /* so does an abort that has to be safe: the call can be repeated */
};

struct waitq {
    struct list threads;
};

/* Make WAITQ empty. */
static inline void waitq_init(struct waitq *waitq)
{
    list_init(&waitq->threads);
}

/* True if nobody is linked into WAITQ. */
static inline bool waitq_is_empty(const struct waitq *waitq)
{
    return list_empty(&waitq->threads);
}

/* Requests that end a wait, if it is one that they may end (thread_abort_wait()). */
#define THREAD_AST_ENDS_WAIT (THREAD_AST_TERMINATE | THREAD_AST_ABORT | THREAD_AST_ABORT_SAFELY)

/* End THREAD's wait, if it is not over and the requests AST may end it, with WAIT_INTERRUPTED: an
 * interruptible one by all but THREAD_AST_ABORT_SAFELY, a restartable one by all.  Context: any; the
 * caller has a reference.  Returns: true if it was ended. */
bool thread_abort_wait(struct thread *thread, uint32_t ast);

/* Arm the running thread's claim word in the way HOW, one of WAIT_ARMED*, without a queue (for plain
 * sleeps).  A request that is already pending ends a wait that it may end at once.  Context:
 * interrupts off, and they stay off until thread_block(), but for sched_let_in(). */
static inline void thread_wait_arm(enum wait_state how)
{
    struct thread *self = current_thread();
    uint64_t word = atomic_load_explicit(&self->wait_word, memory_order_relaxed);
    debug_assert((word & WAIT_STATE_MASK) == WAIT_ENDED);
    word += WAIT_GENERATION;
    if (how == WAIT_ARMED) {
        atomic_store_explicit(&self->wait_word, word | WAIT_ARMED, memory_order_release);
        return;
    }
    /* Arming must come before the look at the requests, as whoever sets a request looks at the word
     * afterwards: one of the two sees the other. */
    atomic_exchange(&self->wait_word, word | (uint64_t)how);
    uint32_t ast = atomic_load_explicit(&self->ast, memory_order_relaxed);
    if (UNLIKELY(ast & THREAD_AST_ENDS_WAIT)) {
        thread_abort_wait(self, ast);
    }
}

/* Arm the running thread's claim word, as thread_wait_arm() does, and append it to WAITQ.
 * Locks: the queue's. */
static inline void waitq_enqueue(struct waitq *waitq, enum wait_state how)
{
    list_insert_tail(&waitq->threads, &current_thread()->wait_link);
    thread_wait_arm(how);
}

/*
 * Try to become the one who ends THREAD's wait.  The caller knows which wait that is: THREAD is still on
 * the queue whose lock he holds, or he runs for its time-out, which is cancelled before the next wait.
 * Returns: true if the caller is, and must pass it to thread_wake() or thread_block_handoff().
 */
static inline bool thread_claim_wait(struct thread *thread)
{
    return LIKELY(atomic_fetch_and_explicit(&thread->wait_word, ~WAIT_OPEN, memory_order_acquire) &
                  WAIT_OPEN);
}

/* THREAD, whose wait somebody else ended, was taken off its queue: it will find itself off already, and
 * not look for a queue that may not exist any more.  Locks: the queue's. */
void waitq_forget(struct thread *thread);

/* The first thread of WAITQ that nobody else claimed, taken off the queue and claimed by the
 * caller, as by thread_claim_wait(); null if there is none.  Locks: the queue's. */
static inline struct thread *waitq_claim_one(struct waitq *waitq)
{
    while (LIKELY(!list_empty(&waitq->threads))) {
        struct thread *thread =
            container_of(list_remove_first(&waitq->threads), struct thread, wait_link);
        if (LIKELY(thread_claim_wait(thread))) {
            return thread;
        }
        waitq_forget(thread);
    }
    return nullptr;
}

/* Claim and wake all, with VALUE.  Locks: the queue's. */
void waitq_wake_all(struct waitq *waitq, uintptr_t value);

/*
 * The same in two steps, where there may be many: claim all, with VALUE, and move them to the end of
 * WOKEN, while the queue is locked; wake them all, letting interrupts in, when it is not any more
 * (context: interrupts off, no spin locks).  Between claim and wake a thread's wait_link is its
 * claimer's.
 */
void waitq_claim_all(struct waitq *waitq, uintptr_t value, struct list *woken);
void waitq_wake_claimed(struct list *woken);

/* Take the running thread off the queue it is on, if it still is.  Locks: the queue's. */
static inline void waitq_remove_self(void)
{
    list_remove(&current_thread()->wait_link);
}

/*
 * The same for who has no reference on the object, and may not look at it any more if a claimer, say
 * the object's end, has taken the thread off: it noted the queue's lock in wait_lock when it was
 * enqueued.  Locks: none.
 */
void waitq_leave(void);

/* Wait until the armed wait ends, at the latest at DEADLINE (nanoseconds since boot, or
 * WAIT_FOREVER).  Returns at once if it has ended already.  Context: interrupts off, no locks. */
enum wait_outcome thread_block(uint64_t deadline);

/* The same, and give the processor directly to TARGET, which the caller has claimed (with
 * wait_value set): the thread is woken in any case, as by thread_wake().  TARGET inherits the rest of the caller's time
 * slice. */
enum wait_outcome thread_block_handoff(uint64_t deadline, struct thread *target);

/* Make THREAD, claimed by the caller, runnable; the outcome is WAIT_WOKEN, or what the caller has set in
 * wait_outcome since.  Context: interrupts off. */
void thread_wake(struct thread *thread);
