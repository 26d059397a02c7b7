/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waiting for signals. Handlers run in the middle of anything, the library's locks included, so they take none
 * to wake who waits, but signal a semaphore.
 */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <unistd.h>

#include <mach/mach_init.h>
#include <mach/semaphore.h>
#include <mach/sync_policy.h>
#include <mach/task.h>

#include "../threads/cancel.h"
#include "errors.h"
#include "fork.h"
#include "signals.h"

static semaphore_t wakeups; /* (a) made by the first who waits */
static uint32_t waiting;    /* (a) threads that wait, or are about to */
static __thread uint32_t handled;

void signal_handled(void)
{
    handled++;
    for (uint32_t i = __atomic_load_n(&waiting, __ATOMIC_SEQ_CST); i > 0; i--) {
        (void)semaphore_signal(wakeups);
    }
}

uint32_t signal_handled_count(void)
{
    return handled;
}

/* Returns: false without memory. */
static bool begin(void)
{
    cancel_point_begin();
    if (__atomic_load_n(&wakeups, __ATOMIC_ACQUIRE) == SEMAPHORE_NULL) {
        semaphore_t made;
        semaphore_t none = SEMAPHORE_NULL;
        if (semaphore_create(mach_task_self_, &made, SYNC_POLICY_FIFO, 0) != KERN_SUCCESS) {
            errno = EAGAIN;
            cancel_point_end();
            return false;
        }
        if (!__atomic_compare_exchange_n(&wakeups, &none, made, false, __ATOMIC_ACQ_REL,
                                         __ATOMIC_ACQUIRE)) {
            (void)semaphore_destroy(mach_task_self_, made);
        }
    }
    __atomic_fetch_add(&waiting, 1, __ATOMIC_SEQ_CST);
    return true;
}

static void end(void)
{
    cancel_point_end();
    __atomic_fetch_sub(&waiting, 1, __ATOMIC_SEQ_CST);
}

int sigsuspend(const sigset_t *mask)
{
    sigset_t before;
    uint32_t seen = handled;
    if (!begin()) {
        return -1;
    }
    (void)pthread_sigmask(SIG_SETMASK, mask, &before);
    while (handled == seen) {
        (void)semaphore_wait(wakeups);
    }
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    end();
    return fail_errno(EINTR);
}

int pause(void)
{
    sigset_t mask = signal_blocked;
    return sigsuspend(&mask);
}

int sigwait(const sigset_t *restrict set, int *restrict number)
{
    if (!begin()) {
        return errno;
    }
    int found;
    while ((found = signal_take_pending(*set)) == 0) {
        (void)semaphore_wait(wakeups);
    }
    end();
    *number = found;
    return 0;
}

void signal_wait_after_fork(void)
{
    wakeups = SEMAPHORE_NULL;
    waiting = 0;
}
