/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Semaphores: counts that threads wait for. <mach/task.h> makes and destroys them
 * (semaphore_create, semaphore_destroy); a send right is enough for all that is here.
 *
 * Errors of all: KERN_INVALID_NAME, there is no such name; KERN_INVALID_RIGHT, it is no send right,
 * or that of a semaphore that is gone; KERN_INVALID_ARGUMENT, of something else.
 */
#pragma once

#include <mach/abi.h>
#include <mach/clock_types.h>
#include <mach/kern_return.h>
#include <mach/mach_types.h>
#include <mach/port.h>
#include <mach/sync_policy.h>

MACH_BEGIN_DECLS

/* Wake one who waits; if nobody does, count up, so that the next one need not.
 * Returns: also KERN_TERMINATED, it is destroyed just now; KERN_RESOURCE_SHORTAGE, the count is at
 * its end. */
kern_return_t semaphore_signal(semaphore_t semaphore);

/* Wake all who wait; the count stays. */
kern_return_t semaphore_signal_all(semaphore_t semaphore);

/* Wake THREAD, or anybody if it is null, if it waits for SEMAPHORE; the count stays.
 * Returns: also KERN_NOT_WAITING. */
kern_return_t semaphore_signal_thread(semaphore_t semaphore, thread_t thread);

/* Count down, after waiting until that is possible.
 * Returns: also KERN_TERMINATED, it was destroyed meanwhile; KERN_ABORTED, by thread_abort(). */
kern_return_t semaphore_wait(semaphore_t semaphore);

/* The same, for WAIT_TIME at most; zero does not wait.
 * Returns: also KERN_OPERATION_TIMED_OUT; KERN_INVALID_VALUE, WAIT_TIME is none. */
kern_return_t semaphore_timedwait(semaphore_t semaphore, mach_timespec_t wait_time);

/* Signal SIGNAL_SEMAPHORE and wait for WAIT_SEMAPHORE, in one step: nobody sees the caller between
 * the two. */
kern_return_t semaphore_wait_signal(semaphore_t wait_semaphore, semaphore_t signal_semaphore);
kern_return_t semaphore_timedwait_signal(semaphore_t wait_semaphore, semaphore_t signal_semaphore,
                                         mach_timespec_t wait_time);

MACH_END_DECLS
