/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Condition variables: a count of wake-ups. A waiter notes the count while it holds the mutex and
 * sleeps only if nobody has changed it since, so no wake-up between the two can be lost.
 */
#include <errno.h>
#include <pthread.h>
#include <sys/time.h>
#include <time.h>

#include <mach/mach_time.h>

#include "../mach/mach_time.h"
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
    (void)pthread_mutex_unlock(mutex);
    bool woken = park_wait(&cond->sequence, sequence, deadline);
    (void)pthread_mutex_lock(mutex);
    return woken ? 0 : ETIMEDOUT;
}

int pthread_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex)
{
    return wait_until(cond, mutex, PARK_FOREVER);
}

static bool is_valid(const struct timespec *time)
{
    return time->tv_nsec >= 0 && time->tv_nsec < (long)NSEC_PER_SEC;
}

static uint64_t to_ns(const struct timespec *time)
{
    return time->tv_sec < 0 ? 0 : (uint64_t)time->tv_sec * NSEC_PER_SEC + (uint64_t)time->tv_nsec;
}

/* The time of day could change meanwhile; nothing sets it here. */
int pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *mutex,
                           const struct timespec *time)
{
    struct timespec now;
    if (!is_valid(time)) {
        return EINVAL;
    }
    (void)clock_gettime(CLOCK_REALTIME, &now);
    uint64_t from = to_ns(&now);
    uint64_t to = to_ns(time);
    uint64_t span = to > from ? to - from : 0;
    return wait_until(cond, mutex, mach_absolute_time() + mach_time_from_ns(span));
}

int pthread_cond_timedwait_relative_np(pthread_cond_t *cond, pthread_mutex_t *mutex,
                                       const struct timespec *span)
{
    if (!is_valid(span)) {
        return EINVAL;
    }
    return wait_until(cond, mutex, mach_absolute_time() + mach_time_from_ns(to_ns(span)));
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
