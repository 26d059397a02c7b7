/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Locks beside the mutex: readers and writers, barriers, <os/lock.h>. Who must wait is seen by what
 * the others do meanwhile, never by time alone.
 */
#include <errno.h>
#include <os/lock.h>
#include <pthread.h>
#include <time.h>

#include "systest.h"

#define THREADS 4
#define ROUNDS  200

static pthread_rwlock_t table = PTHREAD_RWLOCK_INITIALIZER;
static int left, right; /* equal unless somebody writes */
static uint32_t differences, readers_at_once, most_readers;

static void run_together(void *(*function)(void *))
{
    pthread_t threads[THREADS];
    for (uintptr_t i = 0; i < THREADS; i++) {
        EXPECT_EQ(pthread_create(&threads[i], NULL, function, (void *)i), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        EXPECT_EQ(pthread_join(threads[i], NULL), 0);
    }
}

static void read_table(void)
{
    (void)pthread_rwlock_rdlock(&table);
    uint32_t now = __atomic_add_fetch(&readers_at_once, 1, __ATOMIC_SEQ_CST);
    if (now > __atomic_load_n(&most_readers, __ATOMIC_SEQ_CST)) {
        __atomic_store_n(&most_readers, now, __ATOMIC_SEQ_CST);
    }
    int seen = left;
    (void)sched_yield();
    if (seen != right) {
        (void)__atomic_add_fetch(&differences, 1, __ATOMIC_SEQ_CST);
    }
    (void)__atomic_sub_fetch(&readers_at_once, 1, __ATOMIC_SEQ_CST);
    (void)pthread_rwlock_unlock(&table);
}

static void write_table(void)
{
    (void)pthread_rwlock_wrlock(&table);
    left++;
    (void)sched_yield();
    right++;
    if (__atomic_load_n(&readers_at_once, __ATOMIC_SEQ_CST) != 0) {
        (void)__atomic_add_fetch(&differences, 1, __ATOMIC_SEQ_CST);
    }
    (void)pthread_rwlock_unlock(&table);
}

static void *use_table(void *argument)
{
    for (int i = 0; i < ROUNDS; i++) {
        if ((uintptr_t)argument == 0) {
            write_table();
        } else {
            read_table();
        }
    }
    return NULL;
}

static pthread_barrier_t all_here;
static uint32_t arrived, serial;
static os_unfair_lock small = OS_UNFAIR_LOCK_INIT;
static int counted;

static void *meet(void *argument)
{
    for (uint32_t i = 1; i <= ROUNDS; i++) {
        (void)__atomic_add_fetch(&arrived, 1, __ATOMIC_SEQ_CST);
        int result = pthread_barrier_wait(&all_here);
        if (__atomic_load_n(&arrived, __ATOMIC_SEQ_CST) < i * THREADS) {
            (void)__atomic_add_fetch(&differences, 1, __ATOMIC_SEQ_CST);
        }
        if (result == PTHREAD_BARRIER_SERIAL_THREAD) {
            (void)__atomic_add_fetch(&serial, 1, __ATOMIC_SEQ_CST);
        }
    }
    return argument;
}

static void *count_up(void *argument)
{
    for (int i = 0; i < ROUNDS; i++) {
        os_unfair_lock_lock(&small);
        int now = counted;
        (void)sched_yield();
        counted = now + 1;
        os_unfair_lock_unlock(&small);
    }
    return argument;
}

/* What threads make once: a port to wait on, some heap. */
void systest_prepare(void)
{
    run_together(count_up);
    run_together(use_table);
}

CASE(a_writer_is_alone)
{
    differences = 0;
    run_together(use_table);
    EXPECT_EQ(differences, 0);
    EXPECT_EQ(left, right);
}

static void *read_once(void *argument)
{
    *(int *)argument = pthread_rwlock_tryrdlock(&table);
    if (*(int *)argument == 0) {
        (void)pthread_rwlock_unlock(&table);
    }
    return NULL;
}

static void *write_once(void *argument)
{
    *(int *)argument = pthread_rwlock_trywrlock(&table);
    if (*(int *)argument == 0) {
        (void)pthread_rwlock_unlock(&table);
    }
    return NULL;
}

/* What another thread is told when it asks. */
static int told_to_another(void *(*ask)(void *))
{
    pthread_t thread;
    int answer = -1;
    EXPECT_EQ(pthread_create(&thread, NULL, ask, &answer), 0);
    EXPECT_EQ(pthread_join(thread, NULL), 0);
    return answer;
}

CASE(readers_share)
{
    EXPECT_EQ(pthread_rwlock_rdlock(&table), 0);
    EXPECT_EQ(told_to_another(read_once), 0);
    EXPECT_EQ(told_to_another(write_once), EBUSY);
    EXPECT_EQ(pthread_rwlock_destroy(&table), EBUSY);
    EXPECT_EQ(pthread_rwlock_unlock(&table), 0);
    EXPECT_EQ(pthread_rwlock_wrlock(&table), 0);
    EXPECT_EQ(told_to_another(read_once), EBUSY);
    EXPECT_EQ(pthread_rwlock_unlock(&table), 0);
    EXPECT_EQ(told_to_another(write_once), 0);
}

static uint32_t is_waiting;

static void *write_later(void *argument)
{
    __atomic_store_n(&is_waiting, 1, __ATOMIC_SEQ_CST);
    *(int *)argument = pthread_rwlock_wrlock(&table);
    (void)pthread_rwlock_unlock(&table);
    return NULL;
}

CASE(a_waiting_writer_goes_first)
{
    pthread_t writer;
    int result = -1;
    is_waiting = 0;
    EXPECT_EQ(pthread_rwlock_rdlock(&table), 0);
    EXPECT_EQ(pthread_create(&writer, NULL, write_later, &result), 0);
    while (pthread_rwlock_tryrdlock(&table) == 0) { /* until the writer waits */
        (void)pthread_rwlock_unlock(&table);
        (void)sched_yield();
    }
    EXPECT_EQ(is_waiting, 1);
    EXPECT_EQ(pthread_rwlock_unlock(&table), 0);
    EXPECT_EQ(pthread_join(writer, NULL), 0);
    EXPECT_EQ(result, 0);
    EXPECT_EQ(pthread_rwlock_tryrdlock(&table), 0);
    EXPECT_EQ(pthread_rwlock_unlock(&table), 0);
}

CASE(a_lock_can_be_waited_for_until_a_time)
{
    const struct timespec past = { .tv_sec = 1 };
    const struct timespec wrong = { .tv_nsec = -1 };
    EXPECT_EQ(pthread_rwlock_timedrdlock(&table, &past), 0);
    EXPECT_EQ(pthread_rwlock_timedwrlock(&table, &past), ETIMEDOUT);
    EXPECT_EQ(pthread_rwlock_tryrdlock(&table), 0); /* the writer has given up */
    EXPECT_EQ(pthread_rwlock_unlock(&table), 0);
    EXPECT_EQ(pthread_rwlock_unlock(&table), 0);
    EXPECT_EQ(pthread_rwlock_timedwrlock(&table, &wrong), EINVAL);
}

CASE(mistakes_with_locks)
{
    pthread_rwlock_t other;
    pthread_rwlockattr_t attributes;
    EXPECT_EQ(pthread_rwlock_init(&other, NULL), 0);
    EXPECT_EQ(pthread_rwlock_unlock(&other), EPERM);
    EXPECT_EQ(pthread_rwlock_wrlock(&other), 0);
    EXPECT_EQ(pthread_rwlock_wrlock(&other), EDEADLK);
    EXPECT_EQ(pthread_rwlock_rdlock(&other), EDEADLK);
    EXPECT_EQ(pthread_rwlock_trywrlock(&other), EBUSY);
    EXPECT_EQ(pthread_rwlock_unlock(&other), 0);
    EXPECT_EQ(pthread_rwlock_destroy(&other), 0);
    EXPECT_EQ(pthread_rwlockattr_init(&attributes), 0);
    EXPECT_EQ(pthread_rwlockattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED), ENOTSUP);
}

CASE(a_barrier_lets_all_go_at_once)
{
    differences = arrived = serial = 0;
    EXPECT_EQ(pthread_barrier_init(&all_here, NULL, 0), EINVAL);
    EXPECT_EQ(pthread_barrier_init(&all_here, NULL, THREADS), 0);
    run_together(meet);
    EXPECT_EQ(differences, 0);
    EXPECT_EQ(serial, ROUNDS);
    EXPECT_EQ(pthread_barrier_destroy(&all_here), 0);
}

CASE(an_unfair_lock_excludes)
{
    counted = 0;
    run_together(count_up);
    EXPECT_EQ(counted, THREADS * ROUNDS);
    EXPECT_EQ(os_unfair_lock_trylock(&small), true);
    EXPECT_EQ(os_unfair_lock_trylock(&small), false);
    os_unfair_lock_assert_owner(&small);
    os_unfair_lock_unlock(&small);
    os_unfair_lock_assert_not_owner(&small);
}
