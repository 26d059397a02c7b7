/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A table of queues, chosen by the word's address, of threads that sleep. A sleeper's record lies on
 * its own stack; it waits for an empty message on its own port, which exists from the first wait to
 * the thread's end. The waker takes the record off the queue before it sends, so a record gets one
 * message at most. A sleeper whose time ran out and who finds its record gone was woken at the same
 * moment: the message is on its way and is received, or it would end the next sleep.
 *
 * The queues are guarded by spin locks that yield: they are held for a few instructions, but the
 * holder may be preempted.
 */
#include <stddef.h>

#include <mach/mach_init.h>
#include <mach/mach_port.h>
#include <mach/mach_time.h>
#include <mach/mach_traps.h>
#include <mach/message.h>

#include "../posix/fork.h"
#include "park.h"
#include "thread_block.h"

#define QUEUE_COUNT  64
#define SPIN_COUNT   64
#define NSEC_PER_MS  1000000ULL
#define LONGEST_WAIT 0x7fffffffULL /* milliseconds in one receive */

struct sleeper {
    struct sleeper *next;
    const uint32_t *word;
    mach_port_t port;
    bool queued;
};

static struct queue {
    uint32_t lock;
    struct sleeper *first;
    struct sleeper *last;
} queues[QUEUE_COUNT];

static struct queue *queue_of(const uint32_t *word)
{
    uintptr_t hash = (uintptr_t)word >> 2;
    hash ^= hash >> 6 ^ hash >> 12;
    return &queues[hash % QUEUE_COUNT];
}

static void queue_lock(struct queue *queue)
{
    for (unsigned int tries = 1; __atomic_exchange_n(&queue->lock, 1, __ATOMIC_ACQUIRE) != 0;
         tries++) {
        if (tries % SPIN_COUNT == 0) {
            (void)swtch_pri(0);
        }
        __builtin_ia32_pause();
    }
}

static void queue_unlock(struct queue *queue)
{
    __atomic_store_n(&queue->lock, 0, __ATOMIC_RELEASE);
}

static void queue_insert(struct queue *queue, struct sleeper *sleeper)
{
    sleeper->next = NULL;
    sleeper->queued = true;
    if (queue->first == NULL) {
        queue->first = sleeper;
    } else {
        queue->last->next = sleeper;
    }
    queue->last = sleeper;
}

/* Take SLEEPER, which stands behind PREVIOUS (null: in front), off the queue. */
static void queue_remove(struct queue *queue, struct sleeper *previous, struct sleeper *sleeper)
{
    if (previous == NULL) {
        queue->first = sleeper->next;
    } else {
        previous->next = sleeper->next;
    }
    if (queue->last == sleeper) {
        queue->last = previous;
    }
    sleeper->queued = false;
}

/* The calling thread's port for waking it up. */
static mach_port_t park_port(void)
{
    struct thread_block *self = thread_block_self();
    if (self->park_port == MACH_PORT_NULL) {
        mach_port_t port = mach_reply_port();
        (void)mach_port_insert_right(mach_task_self_, port, port, MACH_MSG_TYPE_MAKE_SEND);
        self->park_port = port;
    }
    return self->park_port;
}

/* Milliseconds until DEADLINE, rounded up. */
static mach_msg_timeout_t time_left(uint64_t deadline)
{
    mach_timebase_info_data_t base;
    uint64_t now = mach_absolute_time();
    if (now >= deadline) {
        return 0;
    }
    (void)mach_timebase_info(&base);
    uint64_t ms =
        (uint64_t)((unsigned __int128)(deadline - now) * base.numer / base.denom / NSEC_PER_MS) + 1;
    return (mach_msg_timeout_t)(ms < LONGEST_WAIT ? ms : LONGEST_WAIT);
}

/* Wait for the wake-up message. Returns: did it come? */
static bool receive_wakeup(mach_port_t port, uint64_t deadline)
{
    for (;;) {
        mach_msg_empty_rcv_t message;
        mach_msg_option_t options = MACH_RCV_MSG;
        mach_msg_timeout_t timeout = 0;
        if (deadline != PARK_FOREVER) {
            options |= MACH_RCV_TIMEOUT;
            timeout = time_left(deadline);
        }
        mach_msg_return_t result =
            mach_msg(&message.header, options, 0, sizeof(message), port, timeout, MACH_PORT_NULL);
        if (result == MACH_MSG_SUCCESS) {
            return true;
        }
        if (result == MACH_RCV_TIMED_OUT && mach_absolute_time() >= deadline) {
            return false;
        }
    }
}

static void send_wakeup(mach_port_t port)
{
    mach_msg_header_t message = {
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
        .msgh_size = sizeof(message),
        .msgh_remote_port = port,
    };
    (void)mach_msg(&message, MACH_SEND_MSG, sizeof(message), 0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
}

/* SLEEPER's time ran out. Returns: it was still asleep; false, somebody has just woken it. */
static bool withdraw(struct queue *queue, struct sleeper *sleeper)
{
    queue_lock(queue);
    bool asleep = sleeper->queued;
    if (asleep) {
        struct sleeper *previous = NULL;
        for (struct sleeper *s = queue->first; s != sleeper; s = s->next) {
            previous = s;
        }
        queue_remove(queue, previous, sleeper);
    }
    queue_unlock(queue);
    return asleep;
}

bool park_wait(const uint32_t *word, uint32_t expected, uint64_t deadline)
{
    struct queue *queue = queue_of(word);
    struct sleeper sleeper = { .word = word, .port = park_port() };
    queue_lock(queue);
    if (__atomic_load_n(word, __ATOMIC_RELAXED) != expected) {
        queue_unlock(queue);
        return true;
    }
    queue_insert(queue, &sleeper);
    queue_unlock(queue);

    if (receive_wakeup(sleeper.port, deadline)) {
        return true;
    }
    if (withdraw(queue, &sleeper)) {
        return false;
    }
    return receive_wakeup(sleeper.port, PARK_FOREVER);
}

/* Take the first sleeper on WORD off the queue. Returns: its port; null if there is none. */
static mach_port_t take_sleeper(struct queue *queue, const uint32_t *word)
{
    struct sleeper *previous = NULL;
    for (struct sleeper *sleeper = queue->first; sleeper != NULL; sleeper = sleeper->next) {
        if (sleeper->word == word) {
            mach_port_t port = sleeper->port;
            queue_remove(queue, previous, sleeper);
            return port;
        }
        previous = sleeper;
    }
    return MACH_PORT_NULL;
}

void park_wake(const uint32_t *word, unsigned int count)
{
    struct queue *queue = queue_of(word);
    for (; count > 0; count--) {
        queue_lock(queue);
        mach_port_t port = take_sleeper(queue, word);
        queue_unlock(queue);
        if (port == MACH_PORT_NULL) {
            return;
        }
        send_wakeup(port);
    }
}

/* State 2 tells the holder to wake somebody; whoever has waited takes the lock in that state. */
void word_lock_slow(uint32_t *word)
{
    while (__atomic_exchange_n(word, 2, __ATOMIC_ACQUIRE) != 0) {
        (void)park_wait(word, 2, PARK_FOREVER);
    }
}

/* Those who slept were the parent's. */
void park_after_fork(void)
{
    for (size_t i = 0; i < QUEUE_COUNT; i++) {
        queues[i] = (struct queue){};
    }
    thread_block_self()->park_port = MACH_PORT_NULL;
}
