/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cancelling threads. Who cancels notes it in the other's block, and interrupts it as a signal does
 * (<mach_r/signal_frame.h>): a thread that waits at a cancellation point, or may be cancelled anywhere, ends there. One
 * that waits for a condition holds locks of the library while it goes to sleep; its condition is signalled
 * instead, and it looks when it has the mutex again.
 */
#include "cancel.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>

#include "../posix/signals.h"
#include "park.h"
#include "thread_block.h"

static __thread int cancel_state = PTHREAD_CANCEL_ENABLE;
static __thread int cancel_type = PTHREAD_CANCEL_DEFERRED;
static __thread bool is_at_point;

int pthread_setcancelstate(int state, int *former)
{
    if (state != PTHREAD_CANCEL_ENABLE && state != PTHREAD_CANCEL_DISABLE) {
        return EINVAL;
    }
    if (former != NULL) {
        *former = cancel_state;
    }
    cancel_state = state;
    return 0;
}

int pthread_setcanceltype(int type, int *former)
{
    if (type != PTHREAD_CANCEL_DEFERRED && type != PTHREAD_CANCEL_ASYNCHRONOUS) {
        return EINVAL;
    }
    if (former != NULL) {
        *former = cancel_type;
    }
    cancel_type = type;
    if (type == PTHREAD_CANCEL_ASYNCHRONOUS) {
        pthread_testcancel();
    }
    return 0;
}

void pthread_testcancel(void)
{
    struct thread_block *block = thread_block_self();
    if (cancel_state == PTHREAD_CANCEL_ENABLE &&
        __atomic_load_n(&block->cancel_asked, __ATOMIC_SEQ_CST)) {
        cancel_state = PTHREAD_CANCEL_DISABLE; /* what is called at the end is not cancelled */
        pthread_exit(PTHREAD_CANCELED);
    }
}

void cancel_point_begin(void)
{
    is_at_point = true;
    pthread_testcancel();
}

void cancel_point_end(void)
{
    is_at_point = false;
}

void cancel_condition_begin(uint32_t *sequence)
{
    __atomic_store_n(&thread_block_self()->cancel_word, sequence, __ATOMIC_SEQ_CST);
}

void cancel_condition_end(void)
{
    __atomic_store_n(&thread_block_self()->cancel_word, NULL, __ATOMIC_SEQ_CST);
    pthread_testcancel();
}

bool cancel_is_due(void)
{
    return cancel_state == PTHREAD_CANCEL_ENABLE &&
           __atomic_load_n(&thread_block_self()->cancel_asked, __ATOMIC_SEQ_CST);
}

void cancel_interrupted(void)
{
    if (is_at_point || cancel_type == PTHREAD_CANCEL_ASYNCHRONOUS) {
        pthread_testcancel();
    }
}

int pthread_cancel(pthread_t thread)
{
    if (__atomic_load_n(&thread->exited, __ATOMIC_ACQUIRE)) {
        return ESRCH;
    }
    __atomic_store_n(&thread->cancel_asked, 1, __ATOMIC_SEQ_CST);
    if (thread == thread_block_self()) {
        cancel_interrupted();
        return 0;
    }
    uint32_t *sequence = __atomic_load_n(&thread->cancel_word, __ATOMIC_SEQ_CST);
    if (sequence != NULL) {
        (void)__atomic_add_fetch(sequence, 1, __ATOMIC_RELEASE);
        park_wake(sequence, UINT32_MAX);
    }
    if (__atomic_load_n(&thread->has_begun, __ATOMIC_ACQUIRE)) { /* else it sees it in time */
        (void)signal_send(thread->thread_port, CANCEL_SIGNAL);   /* it may have ended */
    }
    return 0;
}
