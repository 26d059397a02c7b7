/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See semaphore_waiter.h.
 */
#include "semaphore_waiter.h"

#include <mach/thread_policy.h>

#include "systest.h"
#include "systest_msg.h"

const mach_timespec_t no_time = { 0, 0 };
const mach_timespec_t short_time = { 0, 20000000 };
const mach_timespec_t long_time = { 3600, 0 };

semaphore_t semaphore_make(int policy, int value)
{
    semaphore_t semaphore = SEMAPHORE_NULL;
    EXPECT_OK(semaphore_create(mach_task_self(), &semaphore, policy, value));
    return semaphore;
}

void semaphore_end(semaphore_t semaphore)
{
    EXPECT_OK(semaphore_destroy(mach_task_self(), semaphore));
    EXPECT_EQ(port_type(semaphore), 0); /* the caller's right went along */
}

uint32_t semaphore_drain(semaphore_t semaphore)
{
    uint32_t count = 0;
    while (semaphore_timedwait(semaphore, no_time) == KERN_SUCCESS) {
        count++;
    }
    return count;
}

static _Atomic uint32_t returned;

static kern_return_t wait_as_told(const struct waiter *waiter)
{
    if (waiter->signal != SEMAPHORE_NULL) {
        return waiter->is_timed
                   ? semaphore_timedwait_signal(waiter->semaphore, waiter->signal, long_time)
                   : semaphore_wait_signal(waiter->semaphore, waiter->signal);
    }
    return waiter->is_timed ? semaphore_timedwait(waiter->semaphore, long_time)
                            : semaphore_wait(waiter->semaphore);
}

static void wait_once(void *argument)
{
    struct waiter *waiter = argument;
    waiter->result = wait_as_told(waiter);
    waiter->place = ++returned;
}

void waiter_start_in(struct waiter *waiter, mach_port_t task)
{
    waiter->result = NO_RESULT;
    waiter->place = 0;
    EXPECT(worker_create(&waiter->worker, task, wait_once, waiter));
    thread_precedence_policy_data_t precedence = { waiter->priority };
    EXPECT_OK(thread_policy_set(waiter->worker.thread, THREAD_PRECEDENCE_POLICY,
                                (thread_policy_t)&precedence, THREAD_PRECEDENCE_POLICY_COUNT));
    EXPECT_OK(thread_resume(waiter->worker.thread));
    (void)worker_wait_blocked(&waiter->worker);
}

void waiter_start(struct waiter *waiter)
{
    waiter_start_in(waiter, mach_task_self());
}

void waiter_start_in_helper(struct waiter *waiter, const struct helper *helper,
                            semaphore_t semaphore)
{
    helper_give(helper, 0, semaphore, MACH_MSG_TYPE_COPY_SEND);
    *waiter = (struct waiter){ .semaphore = HELPER_PORT(0) };
    waiter_start_in(waiter, helper->task);
}

void waiters_begin(void)
{
    returned = 0;
}

void waiters_start(struct waiter *waiters, int count, semaphore_t semaphore)
{
    for (int i = 0; i < count; i++) {
        waiters[i] = (struct waiter){ .semaphore = semaphore, .is_timed = i % 2 == 1 };
        waiter_start(&waiters[i]);
    }
}

void waiter_join(struct waiter *waiter, kern_return_t result)
{
    worker_join(&waiter->worker);
    EXPECT_EQ(waiter->result, result);
}
