/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pthread_cancel(): where a thread ends by it, what is called then, and how it holds it off.
 */
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <unistd.h>

#include "systest.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t condition = PTHREAD_COND_INITIALIZER;
static uint32_t ready;
static uint32_t go_on;
static uint32_t cleanups;

static void note(void *argument)
{
    (void)argument;
    cleanups++;
}

static void unlock(void *argument)
{
    (void)argument;
    cleanups++;
    EXPECT_EQ(pthread_mutex_trylock(&mutex), EBUSY);
    EXPECT_EQ(pthread_mutex_unlock(&mutex), 0);
}

static void set(uint32_t *word)
{
    __atomic_store_n(word, 1, __ATOMIC_RELEASE);
}

static void wait_for(uint32_t *word)
{
    while (__atomic_load_n(word, __ATOMIC_ACQUIRE) == 0) {
        (void)sched_yield();
    }
}

static void *test_cancel(void *nothing)
{
    pthread_cleanup_push(note, NULL);
    set(&ready);
    for (;;) {
        pthread_testcancel();
        (void)sched_yield();
    }
    pthread_cleanup_pop(0);
    return nothing;
}

static void *sleep_long(void *nothing)
{
    pthread_cleanup_push(note, NULL);
    set(&ready);
    (void)sleep(1000000);
    pthread_cleanup_pop(0);
    return nothing;
}

static void *wait_for_condition(void *nothing)
{
    (void)pthread_mutex_lock(&mutex);
    pthread_cleanup_push(unlock, NULL);
    set(&ready);
    for (;;) {
        (void)pthread_cond_wait(&condition, &mutex);
    }
    pthread_cleanup_pop(0);
    return nothing;
}

static void *spin(void *nothing)
{
    int former = -1;
    pthread_cleanup_push(note, NULL);
    EXPECT_EQ(pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, &former), 0);
    EXPECT_EQ(former, PTHREAD_CANCEL_DEFERRED);
    set(&ready);
    for (;;) {
        __asm__ volatile("pause");
    }
    pthread_cleanup_pop(0);
    return nothing;
}

static void *hold_off(void *word)
{
    int former = -1;
    EXPECT_EQ(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &former), 0);
    EXPECT_EQ(former, PTHREAD_CANCEL_ENABLE);
    set(&ready);
    wait_for(&go_on);
    pthread_testcancel();
    (void)usleep(1);
    *(int *)word = 1;
    EXPECT_EQ(pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL), 0);
    (void)usleep(1);
    *(int *)word = 2;
    return NULL;
}

static pthread_once_t once = PTHREAD_ONCE_INIT;
static uint32_t runs;

static void run_for_ever(void)
{
    runs++;
    set(&ready);
    for (;;) {
        pthread_testcancel();
        (void)sched_yield();
    }
}

static void run_shortly(void)
{
    runs++;
}

static void *run_once_for_ever(void *nothing)
{
    (void)pthread_once(&once, run_for_ever);
    return nothing;
}

static void *run_once_shortly(void *nothing)
{
    set(&go_on);
    EXPECT_EQ(pthread_once(&once, run_shortly), 0);
    return nothing;
}

static pthread_t begin(void *(*routine)(void *), void *argument)
{
    pthread_t thread;
    ready = 0;
    go_on = 0;
    cleanups = 0;
    EXPECT_EQ(pthread_create(&thread, NULL, routine, argument), 0);
    wait_for(&ready);
    EXPECT_EQ(pthread_cancel(thread), 0);
    return thread;
}

static void expect_cancelled(pthread_t thread)
{
    void *result = NULL;
    EXPECT_EQ(pthread_join(thread, &result), 0);
    EXPECT(result == PTHREAD_CANCELED);
}

CASE(a_thread_ends_where_it_asks)
{
    expect_cancelled(begin(test_cancel, NULL));
    EXPECT_EQ(cleanups, 1);
}

/* Many are cancelled before they run at all. */
CASE(a_thread_may_be_cancelled_at_once)
{
    for (int i = 0; i < 50; i++) {
        pthread_t thread;
        EXPECT_EQ(pthread_create(&thread, NULL, test_cancel, NULL), 0);
        EXPECT_EQ(pthread_cancel(thread), 0);
        expect_cancelled(thread);
    }
}

CASE(a_thread_ends_in_its_sleep)
{
    expect_cancelled(begin(sleep_long, NULL));
    EXPECT_EQ(cleanups, 1);
}

CASE(a_thread_that_waits_for_a_condition_ends_with_the_mutex)
{
    expect_cancelled(begin(wait_for_condition, NULL));
    EXPECT_EQ(cleanups, 1);
    EXPECT_EQ(pthread_mutex_trylock(&mutex), 0);
    EXPECT_EQ(pthread_mutex_unlock(&mutex), 0);
}

CASE(a_thread_ends_anywhere_if_it_says_so)
{
    expect_cancelled(begin(spin, NULL));
    EXPECT_EQ(cleanups, 1);
    EXPECT_EQ(pthread_setcanceltype(99, NULL), EINVAL);
}

CASE(a_thread_that_holds_it_off_ends_later)
{
    int word = 0;
    pthread_t thread = begin(hold_off, &word);
    set(&go_on);
    expect_cancelled(thread);
    EXPECT_EQ(word, 1);
}

CASE(what_was_cancelled_has_not_run_once)
{
    once = (pthread_once_t)PTHREAD_ONCE_INIT;
    runs = 0;
    expect_cancelled(begin(run_once_for_ever, NULL));
    EXPECT_EQ(pthread_once(&once, run_shortly), 0);
    EXPECT_EQ(pthread_once(&once, run_shortly), 0);
    EXPECT_EQ(runs, 2);
}

CASE(who_waits_for_what_is_cancelled_runs_it)
{
    pthread_t first, second;
    once = (pthread_once_t)PTHREAD_ONCE_INIT;
    runs = 0;
    ready = 0;
    go_on = 0;
    EXPECT_EQ(pthread_create(&first, NULL, run_once_for_ever, NULL), 0);
    wait_for(&ready);
    EXPECT_EQ(pthread_create(&second, NULL, run_once_shortly, NULL), 0);
    wait_for(&go_on);
    EXPECT_EQ(pthread_cancel(first), 0);
    expect_cancelled(first);
    EXPECT_EQ(pthread_join(second, NULL), 0);
    EXPECT_EQ(runs, 2);
}

/* The memory and ports that a first thread leaves behind. */
void systest_prepare(void)
{
    expect_cancelled(begin(test_cancel, NULL));
    expect_cancelled(begin(wait_for_condition, NULL));
}
