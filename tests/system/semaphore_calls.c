/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Semaphores by message: each routine of semaphore.defs does what the trap does that programs use,
 * and refuses what is no semaphore.
 */
#include <pthread.h>

#include <mach_r/semaphore.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

static const mach_timespec_t no_time = { 0, 0 };
static const mach_timespec_t short_time = { 0, 20000000 };
static const mach_timespec_t bad_time = { 0, -1 };

/* What the first thread of the library leaves, is there before the first case. */
void systest_prepare(void)
{
    thread_warm_up();
}

static semaphore_t create(int value)
{
    semaphore_t semaphore = SEMAPHORE_NULL;
    EXPECT_OK(semaphore_create(mach_task_self(), &semaphore, SYNC_POLICY_FIFO, value));
    return semaphore;
}

static void destroy(semaphore_t semaphore)
{
    EXPECT_OK(semaphore_destroy(mach_task_self(), semaphore));
}

/* A thread that waits once by message, and what it found. Stubs need the library's threads. */
struct waiter {
    pthread_t thread;
    semaphore_t semaphore;
    semaphore_t signal; /* null: plain wait */
    _Atomic bool is_about_to_wait;
    _Atomic kern_return_t result;
};

#define NO_RESULT (-1)

static void *wait_once(void *argument)
{
    struct waiter *waiter = argument;
    (void)mig_get_reply_port(); /* nothing is left to be made once it is about to wait */
    waiter->is_about_to_wait = true;
    waiter->result = waiter->signal != SEMAPHORE_NULL
                         ? rpc_semaphore_wait_signal(waiter->semaphore, waiter->signal)
                         : rpc_semaphore_wait(waiter->semaphore);
    return NULL;
}

static bool is_about_to_wait(void *argument)
{
    const struct waiter *waiter = argument;
    return waiter->is_about_to_wait;
}

/* Start WAITER and let it come to wait. */
static void waiter_start(struct waiter *waiter)
{
    waiter->result = NO_RESULT;
    waiter->is_about_to_wait = false;
    EXPECT_EQ(pthread_create(&waiter->thread, NULL, wait_once, waiter), 0);
    EXPECT(systest_wait(is_about_to_wait, waiter));
    const struct worker worker = { .thread = pthread_mach_thread_np(waiter->thread) };
    (void)worker_wait_blocked(&worker);
    EXPECT_EQ(waiter->result, NO_RESULT);
}

static void waiter_join(struct waiter *waiter, kern_return_t result)
{
    EXPECT_EQ(pthread_join(waiter->thread, NULL), 0);
    EXPECT_EQ(waiter->result, result);
}

/* Send PORT a message of nothing but a header with ID.  Returns: the result in the reply. */
static kern_return_t call_by_id(mach_port_t port, mach_msg_id_t id)
{
    struct {
        mig_reply_error_t error;
        mach_msg_trailer_t trailer;
    } message = { 0 };
    mach_msg_header_t *header = &message.error.Head;
    header->msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    header->msgh_remote_port = port;
    header->msgh_local_port = mig_get_reply_port();
    header->msgh_id = id;
    EXPECT_OK(mach_msg(header, MACH_SEND_MSG | MACH_RCV_MSG, sizeof(mach_msg_header_t),
                       sizeof(message), header->msgh_local_port, 0, MACH_PORT_NULL));
    EXPECT_EQ(header->msgh_id, (mach_msg_id_t)((uint32_t)id + 100));
    return message.error.RetCode;
}

CASE(ids_are_those_of_other_machs)
{
    semaphore_t semaphore = create(0);
    EXPECT_OK(call_by_id(semaphore, 617200)); /* semaphore_signal */
    EXPECT_OK(call_by_id(semaphore, 617202)); /* semaphore_wait */
    EXPECT_EQ(semaphore_timedwait(semaphore, no_time), KERN_OPERATION_TIMED_OUT);
    destroy(semaphore);
}

CASE(ids_between_the_interfaces_are_none)
{
    static const mach_msg_id_t ids[] = { 6400, 617199, 617207, 617300, 899999, 906400, -1 };
    semaphore_t semaphore = create(0);
    for (uint32_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        EXPECT_EQ(call_by_id(semaphore, ids[i]), MIG_BAD_ID);
    }
    destroy(semaphore);
}

CASE(signals_and_waits_count)
{
    semaphore_t semaphore = create(0);
    EXPECT_OK(rpc_semaphore_signal(semaphore));
    EXPECT_OK(rpc_semaphore_signal(semaphore));
    EXPECT_OK(semaphore_wait(semaphore));
    EXPECT_OK(rpc_semaphore_wait(semaphore));
    EXPECT_EQ(rpc_semaphore_timedwait(semaphore, no_time), KERN_OPERATION_TIMED_OUT);
    EXPECT_EQ(rpc_semaphore_timedwait(semaphore, short_time), KERN_OPERATION_TIMED_OUT);
    EXPECT_OK(rpc_semaphore_signal_all(semaphore));
    EXPECT_EQ(rpc_semaphore_timedwait(semaphore, no_time), KERN_OPERATION_TIMED_OUT);
    destroy(semaphore);
}

CASE(who_waits_by_message_is_woken)
{
    static struct waiter waiters[3];
    semaphore_t semaphore = create(0), other = create(0);
    for (int i = 0; i < 3; i++) {
        waiters[i] = (struct waiter){ .semaphore = semaphore, .signal = i == 2 ? other : 0 };
        waiter_start(&waiters[i]);
    }
    mach_port_t second = pthread_mach_thread_np(waiters[1].thread);
    EXPECT_OK(rpc_semaphore_timedwait(other, no_time)); /* the third signalled it */
    EXPECT_EQ(rpc_semaphore_signal_thread(other, second), KERN_NOT_WAITING);
    EXPECT_OK(rpc_semaphore_signal_thread(semaphore, second));
    waiter_join(&waiters[1], KERN_SUCCESS);
    EXPECT_OK(rpc_semaphore_signal_thread(semaphore, MACH_PORT_NULL));
    waiter_join(&waiters[0], KERN_SUCCESS);
    EXPECT_OK(rpc_semaphore_signal_all(semaphore));
    waiter_join(&waiters[2], KERN_SUCCESS);
    EXPECT_EQ(rpc_semaphore_signal_thread(semaphore, MACH_PORT_NULL), KERN_NOT_WAITING);
    destroy(semaphore);
    destroy(other);
}

/* The kernel's routine is broken off, not the call: there is an answer, which says so. */
CASE(a_wait_by_message_ends_as_others_do)
{
    static struct waiter waiter;
    semaphore_t semaphore = create(0);
    kern_return_t (*const aborts[])(thread_act_t) = { thread_abort, thread_abort_safely };
    for (int i = 0; i < 2; i++) {
        waiter = (struct waiter){ .semaphore = semaphore };
        waiter_start(&waiter);
        EXPECT_OK(aborts[i](pthread_mach_thread_np(waiter.thread)));
        waiter_join(&waiter, KERN_ABORTED);
    }
    waiter_start(&waiter);
    destroy(semaphore);
    waiter_join(&waiter, KERN_TERMINATED);
}

CASE(signal_and_wait_are_one_step)
{
    semaphore_t semaphore = create(1), other = create(0);
    EXPECT_OK(rpc_semaphore_wait_signal(semaphore, other));
    EXPECT_EQ(rpc_semaphore_timedwait_signal(semaphore, other, no_time), KERN_OPERATION_TIMED_OUT);
    EXPECT_EQ(rpc_semaphore_timedwait_signal(semaphore, other, short_time),
              KERN_OPERATION_TIMED_OUT);
    for (int i = 0; i < 3; i++) {
        EXPECT_OK(semaphore_timedwait(other, no_time));
    }
    EXPECT_EQ(semaphore_timedwait(other, no_time), KERN_OPERATION_TIMED_OUT);
    destroy(semaphore);
    destroy(other);
}

CASE(what_is_no_semaphore_or_no_time_is_refused)
{
    semaphore_t semaphore = create(1);
    mach_port_t host = mach_host_self();
    EXPECT_EQ(rpc_semaphore_signal(host), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(rpc_semaphore_signal_all(host), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(rpc_semaphore_signal_thread(host, MACH_PORT_NULL), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(rpc_semaphore_wait(host), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(rpc_semaphore_timedwait(host, no_time), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(rpc_semaphore_timedwait(semaphore, bad_time), KERN_INVALID_VALUE);
    EXPECT_EQ(rpc_semaphore_wait_signal(host, semaphore), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(rpc_semaphore_wait_signal(semaphore, host), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(rpc_semaphore_timedwait_signal(semaphore, host, no_time), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(rpc_semaphore_timedwait_signal(semaphore, semaphore, bad_time), KERN_INVALID_VALUE);
    EXPECT_OK(semaphore_timedwait(semaphore, no_time)); /* nothing of all that was done */
    EXPECT_EQ(semaphore_timedwait(semaphore, no_time), KERN_OPERATION_TIMED_OUT);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
    destroy(semaphore);
}
