/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Semaphores: counting, who is woken first, time-outs, aborts, signalling and waiting in one step,
 * and all the ways in which one ends.
 */
#include <pthread.h>

#include <mach/thread_policy.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

#define COUNT_MAX 0x7fffffff

static const mach_timespec_t no_time = { 0, 0 };
static const mach_timespec_t short_time = { 0, 20000000 };
static const mach_timespec_t long_time = { 3600, 0 };

static semaphore_t create(int policy, int value)
{
    semaphore_t semaphore = SEMAPHORE_NULL;
    EXPECT_OK(semaphore_create(mach_task_self(), &semaphore, policy, value));
    return semaphore;
}

static void destroy(semaphore_t semaphore)
{
    EXPECT_OK(semaphore_destroy(mach_task_self(), semaphore));
    EXPECT_EQ(port_type(semaphore), 0); /* the caller's right went along */
}

/* The count of SEMAPHORE, which nobody waits for: it is 0 afterwards. */
static uint32_t drain(semaphore_t semaphore)
{
    uint32_t count = 0;
    while (semaphore_timedwait(semaphore, no_time) == KERN_SUCCESS) {
        count++;
    }
    return count;
}

/* A thread that waits once, and what it found. */
struct waiter {
    struct worker worker;
    semaphore_t semaphore;
    semaphore_t signal; /* null: plain wait */
    bool is_timed;      /* for a long time */
    int priority;       /* importance */
    _Atomic kern_return_t result;
    _Atomic uint32_t place; /* 1: it was the first to come back */
};

#define NO_RESULT (-1)

static _Atomic uint32_t returned;

static kern_return_t wait_as_told(const struct waiter *waiter)
{
    if (waiter->signal != SEMAPHORE_NULL) {
        return waiter->is_timed
                   ? semaphore_timedwait_signal(waiter->semaphore, waiter->signal, long_time)
                   : semaphore_wait_signal(waiter->semaphore, waiter->signal);
    }
    return waiter->is_timed ? semaphore_timedwait(waiter->semaphore, long_time)
                            : semaphore_wait(waiter->semaphore);
}

static void wait_once(void *argument)
{
    struct waiter *waiter = argument;
    waiter->result = wait_as_told(waiter);
    waiter->place = ++returned;
}

/* Start WAITER in TASK and let it come to wait. */
static void waiter_start_in(struct waiter *waiter, mach_port_t task)
{
    waiter->result = NO_RESULT;
    waiter->place = 0;
    EXPECT(worker_create(&waiter->worker, task, wait_once, waiter));
    thread_precedence_policy_data_t precedence = { waiter->priority };
    EXPECT_OK(thread_policy_set(waiter->worker.thread, THREAD_PRECEDENCE_POLICY,
                                (thread_policy_t)&precedence, THREAD_PRECEDENCE_POLICY_COUNT));
    EXPECT_OK(thread_resume(waiter->worker.thread));
    (void)worker_wait_blocked(&waiter->worker);
}

static void waiter_start(struct waiter *waiter)
{
    waiter_start_in(waiter, mach_task_self());
}

static void waiter_join(struct waiter *waiter, kern_return_t result)
{
    worker_join(&waiter->worker);
    EXPECT_EQ(waiter->result, result);
}

CASE(a_semaphore_counts)
{
    semaphore_t semaphore = create(SYNC_POLICY_FIFO, 2);
    EXPECT_EQ(port_type(semaphore), MACH_PORT_TYPE_SEND);
    EXPECT_OK(semaphore_wait(semaphore));
    EXPECT_OK(semaphore_timedwait(semaphore, long_time));
    EXPECT_EQ(semaphore_timedwait(semaphore, no_time), KERN_OPERATION_TIMED_OUT);
    EXPECT_OK(semaphore_signal(semaphore));
    EXPECT_OK(semaphore_signal(semaphore));
    EXPECT_OK(semaphore_signal(semaphore));
    EXPECT_EQ(drain(semaphore), 3);
    destroy(semaphore);
}

CASE(what_cannot_be_created_is_refused)
{
    semaphore_t semaphore = SEMAPHORE_NULL;
    mach_port_t host = mach_host_self();
    EXPECT_EQ(semaphore_create(mach_task_self(), &semaphore, SYNC_POLICY_FIFO, -1),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(semaphore_create(mach_task_self(), &semaphore, 4, 0), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(semaphore_create(mach_task_self(), &semaphore, -1, 0), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(semaphore_create(host, &semaphore, SYNC_POLICY_FIFO, 0), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(semaphore, SEMAPHORE_NULL);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
}

/* Each call on NAME, which is none of a semaphore. */
static void expect_refused(mach_port_t name, kern_return_t why)
{
    semaphore_t other = create(SYNC_POLICY_FIFO, 1);
    EXPECT_EQ(semaphore_signal(name), why);
    EXPECT_EQ(semaphore_signal_all(name), why);
    EXPECT_EQ(semaphore_signal_thread(name, MACH_PORT_NULL), why);
    EXPECT_EQ(semaphore_wait(name), why);
    EXPECT_EQ(semaphore_timedwait(name, no_time), why);
    EXPECT_EQ(semaphore_wait_signal(name, other), why);
    EXPECT_EQ(semaphore_wait_signal(other, name), why);
    EXPECT_EQ(semaphore_timedwait_signal(name, other, no_time), why);
    EXPECT_EQ(semaphore_timedwait_signal(other, name, no_time), why);
    EXPECT_EQ(drain(other), 1); /* nothing of the pair was done */
    destroy(other);
}

CASE(names_that_are_no_semaphore_are_refused)
{
    mach_port_t port = port_create();
    mach_port_t host = mach_host_self();
    expect_refused(MACH_PORT_NULL, KERN_INVALID_NAME);
    expect_refused(MACH_PORT_DEAD, KERN_INVALID_NAME);
    expect_refused(0x12345678, KERN_INVALID_NAME);
    expect_refused(port, KERN_INVALID_RIGHT);
    expect_refused(host, KERN_INVALID_ARGUMENT);
    EXPECT_OK(mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND));
    expect_refused(port, KERN_INVALID_ARGUMENT);
    port_destroy(port);
    expect_refused(port, KERN_INVALID_RIGHT); /* a dead name */
    EXPECT_OK(mach_port_deallocate(mach_task_self(), port));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
}

CASE(times_that_are_none_are_refused)
{
    static const mach_timespec_t bad[] = { { 0, -1 }, { 1, 1000000000 } };
    semaphore_t semaphore = create(SYNC_POLICY_FIFO, 1);
    for (int i = 0; i < 2; i++) {
        EXPECT_EQ(semaphore_timedwait(semaphore, bad[i]), KERN_INVALID_VALUE);
        EXPECT_EQ(semaphore_timedwait_signal(semaphore, semaphore, bad[i]), KERN_INVALID_VALUE);
    }
    EXPECT_EQ(drain(semaphore), 1);
    destroy(semaphore);
}

CASE(the_count_has_an_end)
{
    semaphore_t semaphore = create(SYNC_POLICY_FIFO, COUNT_MAX);
    semaphore_t other = create(SYNC_POLICY_FIFO, 1);
    EXPECT_EQ(semaphore_signal(semaphore), KERN_RESOURCE_SHORTAGE);
    EXPECT_EQ(semaphore_wait_signal(other, semaphore), KERN_RESOURCE_SHORTAGE);
    EXPECT_EQ(drain(other), 1);
    EXPECT_OK(semaphore_wait(semaphore));
    EXPECT_OK(semaphore_signal(semaphore));
    destroy(semaphore);
    destroy(other);
}

CASE(a_wait_ends_in_time_but_not_before)
{
    semaphore_t semaphore = create(SYNC_POLICY_FIFO, 0);
    uint64_t begin = mach_absolute_time();
    EXPECT_EQ(semaphore_timedwait(semaphore, short_time), KERN_OPERATION_TIMED_OUT);
    EXPECT(mach_absolute_time() - begin >= (uint64_t)short_time.tv_nsec);
    EXPECT_EQ(drain(semaphore), 0); /* who timed out is not waited for any more */
    EXPECT_OK(semaphore_signal(semaphore));
    EXPECT_EQ(drain(semaphore), 1);
    destroy(semaphore);
}

/* Three who wait, by POLICY, the second of highest importance: signals reach them in ORDER. */
static void expect_order(int policy, const uint32_t order[3])
{
    static struct waiter waiters[3];
    semaphore_t semaphore = create(policy, 0);
    returned = 0;
    for (int i = 0; i < 3; i++) {
        waiters[i] = (struct waiter){ .semaphore = semaphore, .priority = i == 1 ? 5 : 0 };
        waiter_start(&waiters[i]);
    }
    for (uint32_t i = 0; i < 3; i++) {
        EXPECT_OK(semaphore_signal(semaphore));
        waiter_join(&waiters[order[i]], KERN_SUCCESS);
        EXPECT_EQ(waiters[order[i]].place, i + 1);
    }
    EXPECT_EQ(drain(semaphore), 0);
    destroy(semaphore);
}

CASE(the_policy_says_who_is_first)
{
    expect_order(SYNC_POLICY_FIFO, (const uint32_t[]){ 0, 1, 2 });
    expect_order(SYNC_POLICY_LIFO, (const uint32_t[]){ 2, 1, 0 });
    expect_order(SYNC_POLICY_FIXED_PRIORITY, (const uint32_t[]){ 1, 0, 2 });
    expect_order(SYNC_POLICY_FIXED_PRIORITY | SYNC_POLICY_REVERSED, (const uint32_t[]){ 1, 2, 0 });
}

CASE(all_who_wait_are_woken_and_nothing_is_counted)
{
    static struct waiter waiters[4];
    semaphore_t semaphore = create(SYNC_POLICY_FIFO, 0);
    EXPECT_OK(semaphore_signal_all(semaphore));
    EXPECT_EQ(drain(semaphore), 0);
    for (int i = 0; i < 4; i++) {
        waiters[i] = (struct waiter){ .semaphore = semaphore, .is_timed = i % 2 == 1 };
        waiter_start(&waiters[i]);
    }
    EXPECT_OK(semaphore_signal_all(semaphore));
    for (int i = 0; i < 4; i++) {
        waiter_join(&waiters[i], KERN_SUCCESS);
    }
    EXPECT_EQ(drain(semaphore), 0);
    destroy(semaphore);
}

CASE(one_thread_is_woken_if_it_waits)
{
    static struct waiter waiters[3];
    semaphore_t semaphore = create(SYNC_POLICY_FIFO, 0);
    semaphore_t other = create(SYNC_POLICY_FIFO, 0);
    mach_port_t self = mach_thread_self();
    EXPECT_EQ(semaphore_signal_thread(semaphore, MACH_PORT_NULL), KERN_NOT_WAITING);
    EXPECT_EQ(semaphore_signal_thread(semaphore, self), KERN_NOT_WAITING);
    EXPECT_EQ(semaphore_signal_thread(semaphore, mach_task_self()), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(semaphore_signal_thread(semaphore, 0x12345678), KERN_INVALID_ARGUMENT);
    for (int i = 0; i < 3; i++) {
        waiters[i] = (struct waiter){ .semaphore = semaphore };
        waiter_start(&waiters[i]);
    }
    EXPECT_EQ(semaphore_signal_thread(other, waiters[1].worker.thread), KERN_NOT_WAITING);
    EXPECT_OK(semaphore_signal_thread(semaphore, waiters[1].worker.thread));
    waiter_join(&waiters[1], KERN_SUCCESS);
    EXPECT_OK(semaphore_signal_thread(semaphore, MACH_PORT_NULL));
    waiter_join(&waiters[0], KERN_SUCCESS);
    EXPECT_EQ(waiters[2].result, NO_RESULT);
    EXPECT_OK(semaphore_signal(semaphore));
    waiter_join(&waiters[2], KERN_SUCCESS);
    EXPECT_EQ(drain(semaphore), 0);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), self));
    destroy(semaphore);
    destroy(other);
}

CASE(an_abort_ends_a_wait_and_takes_nothing)
{
    static struct waiter waiters[2];
    semaphore_t semaphore = create(SYNC_POLICY_FIFO, 0);
    for (int i = 0; i < 2; i++) {
        waiters[i] = (struct waiter){ .semaphore = semaphore, .is_timed = i == 1 };
        waiter_start(&waiters[i]);
        EXPECT_OK(thread_abort(waiters[i].worker.thread));
        waiter_join(&waiters[i], KERN_ABORTED);
    }
    EXPECT_OK(semaphore_signal(semaphore));
    EXPECT_EQ(drain(semaphore), 1);
    destroy(semaphore);
}

CASE(a_thread_that_waits_can_be_ended)
{
    static struct waiter waiter;
    semaphore_t semaphore = create(SYNC_POLICY_FIFO, 0);
    waiter = (struct waiter){ .semaphore = semaphore };
    waiter_start(&waiter);
    worker_kill(&waiter.worker);
    EXPECT_EQ(waiter.result, NO_RESULT);
    EXPECT_OK(semaphore_signal(semaphore));
    EXPECT_EQ(drain(semaphore), 1);
    destroy(semaphore);
}

CASE(destroying_ends_all_waits)
{
    static struct waiter waiters[3];
    semaphore_t semaphore = create(SYNC_POLICY_LIFO, 0);
    semaphore_t other = create(SYNC_POLICY_FIFO, 0);
    for (int i = 0; i < 3; i++) {
        waiters[i] = (struct waiter){ .semaphore = semaphore, .is_timed = i == 1 };
        waiters[i].signal = i == 2 ? other : SEMAPHORE_NULL;
        waiter_start(&waiters[i]);
    }
    EXPECT_EQ(drain(other), 1);
    destroy(semaphore);
    for (int i = 0; i < 3; i++) {
        waiter_join(&waiters[i], KERN_TERMINATED);
    }
    EXPECT_EQ(semaphore_wait(semaphore), KERN_INVALID_NAME);
    destroy(other);
}

CASE(more_references_become_a_dead_name)
{
    semaphore_t semaphore = create(SYNC_POLICY_FIFO, 1);
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), semaphore, MACH_PORT_RIGHT_SEND, 1));
    EXPECT_OK(semaphore_destroy(mach_task_self(), semaphore));
    EXPECT_EQ(semaphore_wait(semaphore), KERN_INVALID_RIGHT);
    EXPECT_EQ(port_type(semaphore), MACH_PORT_TYPE_DEAD_NAME);
    EXPECT_EQ(semaphore_destroy(mach_task_self(), semaphore), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(port_type(semaphore), 0);
}

CASE(the_last_right_takes_the_semaphore_along)
{
    uint64_t before = systest_count("semaphores");
    semaphore_t semaphore = create(SYNC_POLICY_FIFO, 1);
    EXPECT_EQ(systest_count("semaphores"), before + 1);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), semaphore));
    EXPECT_EQ(systest_count("semaphores"), before);
}

CASE(only_the_owner_destroys)
{
    struct helper helper;
    semaphore_t semaphore = create(SYNC_POLICY_FIFO, 1);
    mach_port_t host = mach_host_self();
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), semaphore, MACH_PORT_RIGHT_SEND, 2));
    if (helper_create(&helper)) {
        EXPECT_EQ(semaphore_destroy(helper.task, semaphore), KERN_INVALID_ARGUMENT);
        helper_destroy(&helper);
    }
    EXPECT_EQ(semaphore_destroy(host, semaphore), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(port_refs(semaphore, MACH_PORT_RIGHT_SEND), 1);
    EXPECT_EQ(semaphore_destroy(mach_task_self(), host), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(drain(semaphore), 1);
    destroy(semaphore);
}

CASE(semaphores_end_with_their_task)
{
    static struct waiter waiter;
    struct helper helper;
    semaphore_t semaphore = SEMAPHORE_NULL, refused = SEMAPHORE_NULL;
    if (!helper_create(&helper)) {
        return;
    }
    EXPECT_OK(semaphore_create(helper.task, &semaphore, SYNC_POLICY_FIFO, 0));
    waiter = (struct waiter){ .semaphore = semaphore };
    waiter_start(&waiter);
    EXPECT_OK(task_terminate(helper.task));
    waiter_join(&waiter, KERN_TERMINATED);
    EXPECT_EQ(semaphore_signal(semaphore), KERN_INVALID_RIGHT);
    EXPECT_EQ(port_type(semaphore), MACH_PORT_TYPE_DEAD_NAME);
    EXPECT(semaphore_create(helper.task, &refused, SYNC_POLICY_FIFO, 0) != KERN_SUCCESS);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), semaphore));
    helper_destroy(&helper);
}

CASE(a_task_that_waits_may_end)
{
    static struct waiter waiter;
    struct helper helper;
    semaphore_t semaphore = create(SYNC_POLICY_FIFO, 0);
    if (helper_create(&helper)) {
        helper_give(&helper, 0, semaphore, MACH_MSG_TYPE_COPY_SEND);
        waiter = (struct waiter){ .semaphore = HELPER_PORT(0) };
        waiter_start_in(&waiter, helper.task);
        helper_destroy(&helper);
        worker_join(&waiter.worker);
        EXPECT_EQ(waiter.result, NO_RESULT);
    }
    EXPECT_OK(semaphore_signal(semaphore));
    EXPECT_EQ(drain(semaphore), 1);
    destroy(semaphore);
}

CASE(a_semaphore_works_between_tasks)
{
    static struct waiter waiter;
    struct helper helper;
    semaphore_t semaphore = create(SYNC_POLICY_FIFO, 0);
    if (helper_create(&helper)) {
        helper_give(&helper, 0, semaphore, MACH_MSG_TYPE_COPY_SEND);
        waiter = (struct waiter){ .semaphore = HELPER_PORT(0) };
        waiter_start_in(&waiter, helper.task);
        EXPECT_OK(semaphore_signal(semaphore));
        waiter_join(&waiter, KERN_SUCCESS);
        helper_destroy(&helper);
    }
    destroy(semaphore);
}

CASE(signal_and_wait_are_one_step)
{
    semaphore_t semaphore = create(SYNC_POLICY_FIFO, 1);
    semaphore_t other = create(SYNC_POLICY_FIFO, 0);
    EXPECT_OK(semaphore_wait_signal(semaphore, other)); /* it need not wait */
    EXPECT_EQ(semaphore_timedwait_signal(semaphore, other, no_time), KERN_OPERATION_TIMED_OUT);
    EXPECT_EQ(semaphore_timedwait_signal(semaphore, other, short_time), KERN_OPERATION_TIMED_OUT);
    EXPECT_EQ(drain(other), 3);
    EXPECT_EQ(drain(semaphore), 0);
    EXPECT_OK(semaphore_wait_signal(semaphore, semaphore)); /* its own signal */
    EXPECT_EQ(drain(semaphore), 0);
    destroy(semaphore);
    destroy(other);
}

#define ROUNDS 2000

/* Two who wake each other by turns; each waits for his own semaphore and signals the other's. */
struct player {
    struct worker worker;
    semaphore_t own, others;
    bool is_timed;
    uint32_t rounds;
    uint32_t failures;
};

static _Atomic uint32_t ball; /* whose turn it is */
static struct player players[2];

static void play(void *argument)
{
    struct player *player = argument;
    uint32_t me = (uint32_t)(player - players);
    player->failures += semaphore_wait(player->own) != KERN_SUCCESS;
    for (player->rounds = 1; player->rounds < ROUNDS; player->rounds++) {
        player->failures += ball != me;
        ball = 1 - me;
        player->failures +=
            (player->is_timed ? semaphore_timedwait_signal(player->own, player->others, long_time)
                              : semaphore_wait_signal(player->own, player->others)) != KERN_SUCCESS;
    }
    player->failures += ball != me;
    ball = 1 - me;
    player->failures += semaphore_signal(player->others) != KERN_SUCCESS;
}

CASE(threads_hand_each_other_the_turn)
{
    semaphore_t semaphores[2] = { create(SYNC_POLICY_FIFO, 0), create(SYNC_POLICY_FIFO, 0) };
    ball = 0;
    for (int i = 0; i < 2; i++) {
        players[i] = (struct player){ .own = semaphores[i],
                                      .others = semaphores[1 - i],
                                      .is_timed = i == 1 };
        EXPECT(worker_start(&players[i].worker, mach_task_self(), play, &players[i]));
    }
    EXPECT_OK(semaphore_signal(semaphores[0]));
    for (int i = 0; i < 2; i++) {
        worker_join(&players[i].worker);
        EXPECT_EQ(players[i].rounds, ROUNDS);
        EXPECT_EQ(players[i].failures, 0);
    }
    EXPECT_EQ(drain(semaphores[0]), 1); /* the last signal */
    EXPECT_EQ(drain(semaphores[1]), 0);
    destroy(semaphores[0]);
    destroy(semaphores[1]);
}

#define TAKERS 4
#define SHARE  500

/* Takes its share by waits that may time out at any moment: no signal is lost or counted twice. */
static void take_share(void *argument)
{
    uint32_t taken = 0;
    while (taken < SHARE) {
        kern_return_t result =
            semaphore_timedwait(*(semaphore_t *)argument, (mach_timespec_t){ 0, 50000 });
        if (result == KERN_SUCCESS) {
            taken++;
        } else {
            EXPECT_EQ(result, KERN_OPERATION_TIMED_OUT);
        }
    }
}

CASE(no_signal_is_lost_to_a_time_out)
{
    static semaphore_t semaphore;
    struct worker workers[TAKERS];
    semaphore = create(SYNC_POLICY_FIFO, 0);
    for (int i = 0; i < TAKERS; i++) {
        EXPECT(worker_start(&workers[i], mach_task_self(), take_share, &semaphore));
    }
    for (int i = 0; i < TAKERS * SHARE; i++) {
        EXPECT_OK(semaphore_signal(semaphore));
        if (i % 16 == 0) {
            systest_pause();
        }
    }
    for (int i = 0; i < TAKERS; i++) {
        worker_join(&workers[i]);
    }
    EXPECT_EQ(drain(semaphore), 0);
    destroy(semaphore);
}

static void *return_at_once(void *argument)
{
    return argument;
}

/* What the first thread of the library leaves, is there before the first case. */
void systest_prepare(void)
{
    pthread_t thread;
    EXPECT_EQ(pthread_create(&thread, NULL, return_at_once, NULL), 0);
    EXPECT_EQ(pthread_join(thread, NULL), 0);
}

static void *create_for_ever(void *argument)
{
    mach_port_t task = *(mach_port_t *)argument;
    semaphore_t semaphore;
    while (semaphore_create(task, &semaphore, SYNC_POLICY_FIFO, 0) == KERN_SUCCESS) {
        (void)mach_port_deallocate(mach_task_self(), semaphore);
    }
    return NULL;
}

CASE(a_task_ends_while_semaphores_are_made_for_it)
{
    pthread_t thread;
    for (int round = 0; round < 20; round++) {
        struct helper helper;
        if (helper_create(&helper)) {
            mach_port_t task = helper.task;
            EXPECT_EQ(pthread_create(&thread, NULL, create_for_ever, &task), 0);
            systest_pause();
            EXPECT_OK(task_terminate(helper.task));
            EXPECT_EQ(pthread_join(thread, NULL), 0);
            helper_destroy(&helper);
        }
    }
}
