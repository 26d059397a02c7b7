/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Locks that many readers or one writer may have. A reader that comes while a writer waits has to
 * wait too, or writers might never get it; so a thread that reads twice can wait for itself, as on
 * Darwin. A release wakes all sleepers, who try again.
 */
#include <errno.h>
#include <pthread.h>

#include "deadline.h"
#include "park.h"
#include "thread_block.h"

/* Try to take the lock, whose words are locked. Returns: 0; EBUSY; EDEADLK, the caller writes. */
typedef int (*try_t)(pthread_rwlock_t *lock);

static int try_read(pthread_rwlock_t *lock)
{
    if (lock->writer == thread_block_self()) {
        return EDEADLK;
    }
    if (lock->writer != NULL || lock->waiting_writers != 0) {
        return EBUSY;
    }
    lock->readers++;
    return 0;
}

static int try_write(pthread_rwlock_t *lock)
{
    if (lock->writer == thread_block_self()) {
        return EDEADLK;
    }
    if (lock->writer != NULL || lock->readers != 0) {
        return EBUSY;
    }
    lock->writer = thread_block_self();
    return 0;
}

/* Sleep until something changes; the words are locked before and after. Returns: 0; ETIMEDOUT. */
static int sleep_for_change(pthread_rwlock_t *lock, uint64_t deadline)
{
    uint32_t changes = lock->changes;
    lock->sleepers++;
    word_unlock(&lock->lock);
    bool woken = park_wait(&lock->changes, changes, deadline);
    word_lock(&lock->lock);
    lock->sleepers--;
    return woken ? 0 : ETIMEDOUT;
}

/* Let those who sleep try again. Unlocks the words. */
static void change(pthread_rwlock_t *lock)
{
    bool wake = lock->sleepers != 0;
    lock->changes++;
    word_unlock(&lock->lock);
    if (wake) {
        park_wake(&lock->changes, UINT32_MAX);
    }
}

static int acquire(pthread_rwlock_t *lock, try_t try, uint64_t deadline)
{
    bool writes = try == try_write;
    word_lock(&lock->lock);
    int error = try(lock);
    bool waits = error == EBUSY;
    if (waits && writes) {
        lock->waiting_writers++;
    }
    while (error == EBUSY) {
        error = sleep_for_change(lock, deadline);
        if (error == 0) {
            error = try(lock);
        }
    }
    if (waits && writes) {
        lock->waiting_writers--;
    }
    if (error == ETIMEDOUT && writes) {
        change(lock); /* readers may have waited for this writer only */
    } else {
        word_unlock(&lock->lock);
    }
    return error;
}

static int attempt(pthread_rwlock_t *lock, try_t try)
{
    word_lock(&lock->lock);
    int error = try(lock);
    word_unlock(&lock->lock);
    return error == EDEADLK ? EBUSY : error;
}

int pthread_rwlock_init(pthread_rwlock_t *lock, const pthread_rwlockattr_t *attributes)
{
    (void)attributes;
    *lock = (pthread_rwlock_t)PTHREAD_RWLOCK_INITIALIZER;
    return 0;
}

int pthread_rwlock_destroy(pthread_rwlock_t *lock)
{
    word_lock(&lock->lock);
    bool busy = lock->readers != 0 || lock->writer != NULL || lock->sleepers != 0;
    word_unlock(&lock->lock);
    return busy ? EBUSY : 0;
}

int pthread_rwlock_rdlock(pthread_rwlock_t *lock)
{
    return acquire(lock, try_read, PARK_FOREVER);
}

int pthread_rwlock_wrlock(pthread_rwlock_t *lock)
{
    return acquire(lock, try_write, PARK_FOREVER);
}

int pthread_rwlock_tryrdlock(pthread_rwlock_t *lock)
{
    return attempt(lock, try_read);
}

int pthread_rwlock_trywrlock(pthread_rwlock_t *lock)
{
    return attempt(lock, try_write);
}

int pthread_rwlock_timedrdlock(pthread_rwlock_t *lock, const struct timespec *time)
{
    uint64_t deadline;
    return deadline_at(time, &deadline) ? acquire(lock, try_read, deadline) : EINVAL;
}

int pthread_rwlock_timedwrlock(pthread_rwlock_t *lock, const struct timespec *time)
{
    uint64_t deadline;
    return deadline_at(time, &deadline) ? acquire(lock, try_write, deadline) : EINVAL;
}

int pthread_rwlock_unlock(pthread_rwlock_t *lock)
{
    word_lock(&lock->lock);
    if (lock->writer == thread_block_self()) {
        lock->writer = NULL;
    } else if (lock->writer == NULL && lock->readers != 0) {
        lock->readers--;
    } else {
        word_unlock(&lock->lock);
        return EPERM;
    }
    change(lock);
    return 0;
}

int pthread_rwlockattr_init(pthread_rwlockattr_t *attributes)
{
    attributes->shared = PTHREAD_PROCESS_PRIVATE;
    return 0;
}

int pthread_rwlockattr_destroy(pthread_rwlockattr_t *attributes)
{
    (void)attributes;
    return 0;
}

int pthread_rwlockattr_getpshared(const pthread_rwlockattr_t *attributes, int *shared)
{
    *shared = attributes->shared;
    return 0;
}

/* Waiting goes by ports of one program, so nothing can be shared between two. */
int pthread_rwlockattr_setpshared(pthread_rwlockattr_t *attributes, int shared)
{
    if (shared != PTHREAD_PROCESS_PRIVATE) {
        return shared == PTHREAD_PROCESS_SHARED ? ENOTSUP : EINVAL;
    }
    attributes->shared = shared;
    return 0;
}
