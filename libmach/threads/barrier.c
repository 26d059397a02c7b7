/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Barriers: the last of a group to arrive lets all go.
 */
#include <errno.h>
#include <pthread.h>

#include "park.h"

int pthread_barrier_init(pthread_barrier_t *barrier, const pthread_barrierattr_t *attributes,
                         unsigned count)
{
    (void)attributes;
    if (count == 0) {
        return EINVAL;
    }
    *barrier = (pthread_barrier_t){ .wanted = count };
    return 0;
}

int pthread_barrier_destroy(pthread_barrier_t *barrier)
{
    return barrier->arrived == 0 ? 0 : EBUSY;
}

int pthread_barrier_wait(pthread_barrier_t *barrier)
{
    word_lock(&barrier->lock);
    uint32_t round = barrier->round;
    bool last = ++barrier->arrived == barrier->wanted;
    if (last) {
        barrier->arrived = 0;
        __atomic_store_n(&barrier->round, round + 1, __ATOMIC_RELEASE);
    }
    word_unlock(&barrier->lock);
    if (last) {
        park_wake(&barrier->round, UINT32_MAX);
        return PTHREAD_BARRIER_SERIAL_THREAD;
    }
    while (__atomic_load_n(&barrier->round, __ATOMIC_ACQUIRE) == round) {
        (void)park_wait(&barrier->round, round, PARK_FOREVER);
    }
    return 0;
}

int pthread_barrierattr_init(pthread_barrierattr_t *attributes)
{
    attributes->shared = PTHREAD_PROCESS_PRIVATE;
    return 0;
}

int pthread_barrierattr_destroy(pthread_barrierattr_t *attributes)
{
    (void)attributes;
    return 0;
}

int pthread_barrierattr_getpshared(const pthread_barrierattr_t *attributes, int *shared)
{
    *shared = attributes->shared;
    return 0;
}

int pthread_barrierattr_setpshared(pthread_barrierattr_t *attributes, int shared)
{
    if (shared != PTHREAD_PROCESS_PRIVATE) {
        return shared == PTHREAD_PROCESS_SHARED ? ENOTSUP : EINVAL;
    }
    attributes->shared = shared;
    return 0;
}
