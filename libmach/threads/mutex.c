/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pthread mutexes of all three types and once-only initialization.
 */
#include <errno.h>
#include <pthread.h>

#include "park.h"
#include "thread_block.h"

int pthread_mutexattr_init(pthread_mutexattr_t *attributes)
{
    attributes->type = PTHREAD_MUTEX_DEFAULT;
    return 0;
}

int pthread_mutexattr_destroy(pthread_mutexattr_t *attributes)
{
    (void)attributes;
    return 0;
}

int pthread_mutexattr_settype(pthread_mutexattr_t *attributes, int type)
{
    if (type < PTHREAD_MUTEX_NORMAL || type > PTHREAD_MUTEX_ERRORCHECK) {
        return EINVAL;
    }
    attributes->type = type;
    return 0;
}

int pthread_mutexattr_gettype(const pthread_mutexattr_t *attributes, int *type)
{
    *type = attributes->type;
    return 0;
}

int pthread_mutex_init(pthread_mutex_t *mutex, const pthread_mutexattr_t *attributes)
{
    *mutex = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
    if (attributes != NULL) {
        mutex->type = attributes->type;
    }
    return 0;
}

int pthread_mutex_destroy(pthread_mutex_t *mutex)
{
    return __atomic_load_n(&mutex->state, __ATOMIC_RELAXED) == 0 ? 0 : EBUSY;
}

/* Only the owner itself can find itself to be the owner, so the unlocked read is exact. */
static bool is_mine(const pthread_mutex_t *mutex)
{
    return __atomic_load_n(&mutex->owner, __ATOMIC_RELAXED) == thread_block_self();
}

static void set_owner(pthread_mutex_t *mutex, pthread_t owner)
{
    __atomic_store_n(&mutex->owner, owner, __ATOMIC_RELAXED);
}

/* The caller owns MUTEX already and locks it again. */
static int lock_again(pthread_mutex_t *mutex)
{
    if (mutex->type == PTHREAD_MUTEX_RECURSIVE) {
        mutex->depth++;
        return 0;
    }
    return EDEADLK;
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    if (mutex->type != PTHREAD_MUTEX_NORMAL && is_mine(mutex)) {
        return lock_again(mutex);
    }
    word_lock(&mutex->state);
    set_owner(mutex, thread_block_self());
    return 0;
}

int pthread_mutex_trylock(pthread_mutex_t *mutex)
{
    if (mutex->type == PTHREAD_MUTEX_RECURSIVE && is_mine(mutex)) {
        return lock_again(mutex);
    }
    if (!word_trylock(&mutex->state)) {
        return EBUSY;
    }
    set_owner(mutex, thread_block_self());
    return 0;
}

int pthread_mutex_unlock(pthread_mutex_t *mutex)
{
    if (mutex->type != PTHREAD_MUTEX_NORMAL && !is_mine(mutex)) {
        return EPERM;
    }
    if (mutex->depth > 0) {
        mutex->depth--;
        return 0;
    }
    set_owner(mutex, NULL);
    word_unlock(&mutex->state);
    return 0;
}
