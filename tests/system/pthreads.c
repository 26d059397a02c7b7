/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * POSIX threads: what libmach makes of threads, mutexes and conditions over the kernel's.
 */
#include <pthread.h>

#include "systest.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t turn_changed = PTHREAD_COND_INITIALIZER;
static int turn, turns;

static void *take_turns(void *argument)
{
    int mine = (int)(uintptr_t)argument;
    for (int i = 0; i < 100; i++) {
        (void)pthread_mutex_lock(&mutex);
        while (turn != mine) {
            (void)pthread_cond_wait(&turn_changed, &mutex);
        }
        turns++;
        turn = (turn + 1) % 3;
        (void)pthread_cond_broadcast(&turn_changed);
        (void)pthread_mutex_unlock(&mutex);
    }
    return argument;
}

static void run_turns(void)
{
    pthread_t threads[3];
    turn = turns = 0;
    for (uintptr_t i = 0; i < 3; i++) {
        EXPECT_EQ(pthread_create(&threads[i], NULL, take_turns, (void *)i), 0);
    }
    for (uintptr_t i = 0; i < 3; i++) {
        void *result;
        EXPECT_EQ(pthread_join(threads[i], &result), 0);
        EXPECT_EQ((uintptr_t)result, i);
    }
    EXPECT_EQ(turns, 300);
}

/* What pthreads make once: a port to wait on, some heap. */
void systest_prepare(void)
{
    run_turns();
}

CASE(pthreads_take_turns)
{
    run_turns();
}
