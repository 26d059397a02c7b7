/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newlib's locks: the static ones that it refers to by name, and those of open files. All are
 * recursive mutexes here, which serves both kinds.
 */
#include <pthread.h>
#include <stdlib.h>
#include <sys/lock.h>

struct __lock {
    pthread_mutex_t mutex;
};

#define STATIC_LOCK(name) struct __lock __lock_##name = { PTHREAD_RECURSIVE_MUTEX_INITIALIZER }

STATIC_LOCK(__sinit_recursive_mutex);
STATIC_LOCK(__sfp_recursive_mutex);
STATIC_LOCK(__atexit_recursive_mutex);
STATIC_LOCK(__at_quick_exit_mutex);
STATIC_LOCK(__malloc_recursive_mutex);
STATIC_LOCK(__env_recursive_mutex);
STATIC_LOCK(__tz_mutex);
STATIC_LOCK(__dd_hash_mutex);
STATIC_LOCK(__arc4random_mutex);

/* Without memory for a lock of its own the file shares one; slower, and still correct. */
static struct __lock shared_lock = { PTHREAD_RECURSIVE_MUTEX_INITIALIZER };

void __retarget_lock_init_recursive(_LOCK_T *lock)
{
    struct __lock *made = malloc(sizeof(*made));
    if (made == NULL) {
        *lock = &shared_lock;
        return;
    }
    *made = (struct __lock){ PTHREAD_RECURSIVE_MUTEX_INITIALIZER };
    *lock = made;
}

void __retarget_lock_init(_LOCK_T *lock)
{
    __retarget_lock_init_recursive(lock);
}

void __retarget_lock_close_recursive(_LOCK_T lock)
{
    if (lock != &shared_lock) {
        free(lock);
    }
}

void __retarget_lock_close(_LOCK_T lock)
{
    __retarget_lock_close_recursive(lock);
}

void __retarget_lock_acquire_recursive(_LOCK_T lock)
{
    (void)pthread_mutex_lock(&lock->mutex);
}

void __retarget_lock_acquire(_LOCK_T lock)
{
    (void)pthread_mutex_lock(&lock->mutex);
}

int __retarget_lock_try_acquire_recursive(_LOCK_T lock)
{
    return pthread_mutex_trylock(&lock->mutex) == 0;
}

int __retarget_lock_try_acquire(_LOCK_T lock)
{
    return pthread_mutex_trylock(&lock->mutex) == 0;
}

void __retarget_lock_release_recursive(_LOCK_T lock)
{
    (void)pthread_mutex_unlock(&lock->mutex);
}

void __retarget_lock_release(_LOCK_T lock)
{
    (void)pthread_mutex_unlock(&lock->mutex);
}
