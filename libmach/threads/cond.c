/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Condition variables: a count of wake-ups. A waiter notes the count while it holds the mutex and
 * sleeps only if nobody has changed it since, so no wake-up between the two can be lost.
 */
#include <errno.h>
#include <pthread.h>
#include <time.h>

#include "deadline.h"
#include "cancel.h"
#include "park.h"

int pthread_condattr_init(pthread_condattr_t *attributes)
{
    attributes->clock = CLOCK_REALTIME;
    return 0;
}

int pthread_condattr_destroy(pthread_condattr_t *attributes)
{
    (void)attributes;
    return 0;
}

int pthread_cond_init(pthread_cond_t *cond, const pthread_condattr_t *attributes)
{
    (void)attributes;
    *cond = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
    return 0;
}

int pthread_cond_destroy(pthread_cond_t *cond)
{
    (void)cond;
    return 0;
}

static int wait_until(pthread_cond_t *cond, pthread_mutex_t *mutex, uint64_t deadline)
{
    uint32_t sequence = __atomic_load_n(&cond->sequence, __ATOMIC_RELAXED);
    cancel_condition_begin(&cond->sequence);
    (void)pthread_mutex_unlock(mutex);
    bool woken = cancel_is_due() || park_wait(&cond->sequence, sequence, deadline);
    (void)pthread_mutex_lock(mutex);
    cancel_condition_end();
    return woken ? 0 : ETIMEDOUT;
}

int pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
    return wait_until(cond, mutex, PARK_FOREVER);
}

int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                           const struct timespec *time)
{
    uint64_t deadline;
    return deadline_at(time, &deadline) ? wait_until(cond, mutex, deadline) : EINVAL;
}

int pthread_cond_timedwait_relative_np(pthread_cond_t *cond, pthread_mutex_t *mutex,
                                       const struct timespec *span)
{
    uint64_t deadline;
    return deadline_after(span, &deadline) ? wait_until(cond, mutex, deadline) : EINVAL;
}

static int wake(pthread_cond_t *cond, unsigned int count)
{
    (void)__atomic_add_fetch(&cond->sequence, 1, __ATOMIC_RELEASE);
    park_wake(&cond->sequence, count);
    return 0;
}

int pthread_cond_signal(pthread_cond_t *cond)
{
    return wake(cond, 1);
}

int pthread_cond_broadcast(pthread_cond_t *cond)
{
    return wake(cond, UINT32_MAX);
}
