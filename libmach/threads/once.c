/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pthread_once(). A thread that ends inside the routine, cancelled or by pthread_exit(), has not run it: the
 * next one, which may wait already, runs it anew.
 */
#include <pthread.h>

#include "park.h"

#define ONCE_FRESH   0
#define ONCE_RUNNING 1
#define ONCE_WAITED  2
#define ONCE_DONE    3

static void leave(pthread_once_t *once, uint32_t state)
{
    if (__atomic_exchange_n(&once->state, state, __ATOMIC_RELEASE) == ONCE_WAITED) {
        park_wake(&once->state, UINT32_MAX);
    }
}

static void undo(void *once)
{
    leave(once, ONCE_FRESH);
}

static void run(pthread_once_t *once, void (*routine)(void))
{
    pthread_cleanup_push(undo, once);
    routine();
    pthread_cleanup_pop(0);
    leave(once, ONCE_DONE);
}

/* Change the state from EXPECTED, or fetch what it is. */
static bool change(pthread_once_t *once, uint32_t *expected, uint32_t wanted)
{
    return __atomic_compare_exchange_n(&once->state, expected, wanted, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_ACQUIRE);
}

int pthread_once(pthread_once_t *once, void (*routine)(void))
{
    uint32_t state = __atomic_load_n(&once->state, __ATOMIC_ACQUIRE);
    while (state != ONCE_DONE) {
        if (state == ONCE_FRESH) {
            if (change(once, &state, ONCE_RUNNING)) {
                run(once, routine);
                return 0;
            }
        } else if (state == ONCE_WAITED || change(once, &state, ONCE_WAITED)) {
            (void)park_wait(&once->state, ONCE_WAITED, PARK_FOREVER);
            state = __atomic_load_n(&once->state, __ATOMIC_ACQUIRE);
        }
    }
    return 0;
}
