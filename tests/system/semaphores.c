/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Semaphores: counting, who is woken first, time-outs, aborts, signalling and waiting in one step.
 */
#include "semaphore_waiter.h"
#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

#define COUNT_MAX 0x7fffffff

CASE(a_semaphore_counts)
{
    semaphore_t semaphore = semaphore_make(SYNC_POLICY_FIFO, 2);
    EXPECT_EQ(port_type(semaphore), MACH_PORT_TYPE_SEND);
    EXPECT_OK(semaphore_wait(semaphore));
    EXPECT_OK(semaphore_timedwait(semaphore, long_time));
    EXPECT_EQ(semaphore_timedwait(semaphore, no_time), KERN_OPERATION_TIMED_OUT);
    EXPECT_OK(semaphore_signal(semaphore));
    EXPECT_OK(semaphore_signal(semaphore));
    EXPECT_OK(semaphore_signal(semaphore));
    EXPECT_EQ(semaphore_drain(semaphore), 3);
    semaphore_end(semaphore);
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
    semaphore_t other = semaphore_make(SYNC_POLICY_FIFO, 1);
    EXPECT_EQ(semaphore_signal(name), why);
    EXPECT_EQ(semaphore_signal_all(name), why);
    EXPECT_EQ(semaphore_signal_thread(name, MACH_PORT_NULL), why);
    EXPECT_EQ(semaphore_wait(name), why);
    EXPECT_EQ(semaphore_timedwait(name, no_time), why);
    EXPECT_EQ(semaphore_wait_signal(name, other), why);
    EXPECT_EQ(semaphore_wait_signal(other, name), why);
    EXPECT_EQ(semaphore_timedwait_signal(name, other, no_time), why);
    EXPECT_EQ(semaphore_timedwait_signal(other, name, no_time), why);
    EXPECT_EQ(semaphore_drain(other), 1); /* nothing of the pair was done */
    semaphore_end(other);
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
    semaphore_t semaphore = semaphore_make(SYNC_POLICY_FIFO, 1);
    for (int i = 0; i < 2; i++) {
        EXPECT_EQ(semaphore_timedwait(semaphore, bad[i]), KERN_INVALID_VALUE);
        EXPECT_EQ(semaphore_timedwait_signal(semaphore, semaphore, bad[i]), KERN_INVALID_VALUE);
    }
    EXPECT_EQ(semaphore_drain(semaphore), 1);
    semaphore_end(semaphore);
}

CASE(the_count_has_an_end)
{
    semaphore_t semaphore = semaphore_make(SYNC_POLICY_FIFO, COUNT_MAX);
    semaphore_t other = semaphore_make(SYNC_POLICY_FIFO, 1);
    EXPECT_EQ(semaphore_signal(semaphore), KERN_RESOURCE_SHORTAGE);
    EXPECT_EQ(semaphore_wait_signal(other, semaphore), KERN_RESOURCE_SHORTAGE);
    EXPECT_EQ(semaphore_drain(other), 1);
    EXPECT_OK(semaphore_wait(semaphore));
    EXPECT_OK(semaphore_signal(semaphore));
    semaphore_end(semaphore);
    semaphore_end(other);
}

CASE(a_wait_ends_in_time_but_not_before)
{
    semaphore_t semaphore = semaphore_make(SYNC_POLICY_FIFO, 0);
    uint64_t begin = mach_absolute_time();
    EXPECT_EQ(semaphore_timedwait(semaphore, short_time), KERN_OPERATION_TIMED_OUT);
    EXPECT(mach_absolute_time() - begin >= (uint64_t)short_time.tv_nsec);
    EXPECT_EQ(semaphore_drain(semaphore), 0); /* who timed out is not waited for any more */
    EXPECT_OK(semaphore_signal(semaphore));
    EXPECT_EQ(semaphore_drain(semaphore), 1);
    semaphore_end(semaphore);
}

/* Three who wait, by POLICY, the second of highest importance: signals reach them in ORDER. */
static void expect_order(int policy, const uint32_t order[3])
{
    static struct waiter waiters[3];
    semaphore_t semaphore = semaphore_make(policy, 0);
    waiters_begin();
    for (int i = 0; i < 3; i++) {
        waiters[i] = (struct waiter){ .semaphore = semaphore, .priority = i == 1 ? 5 : 0 };
        waiter_start(&waiters[i]);
    }
    for (uint32_t i = 0; i < 3; i++) {
        EXPECT_OK(semaphore_signal(semaphore));
        waiter_join(&waiters[order[i]], KERN_SUCCESS);
        EXPECT_EQ(waiters[order[i]].place, i + 1);
    }
    EXPECT_EQ(semaphore_drain(semaphore), 0);
    semaphore_end(semaphore);
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
    semaphore_t semaphore = semaphore_make(SYNC_POLICY_FIFO, 0);
    EXPECT_OK(semaphore_signal_all(semaphore));
    EXPECT_EQ(semaphore_drain(semaphore), 0);
    waiters_start(waiters, 4, semaphore);
    EXPECT_OK(semaphore_signal_all(semaphore));
    for (int i = 0; i < 4; i++) {
        waiter_join(&waiters[i], KERN_SUCCESS);
    }
    EXPECT_EQ(semaphore_drain(semaphore), 0);
    semaphore_end(semaphore);
}

CASE(one_thread_is_woken_if_it_waits)
{
    static struct waiter waiters[3];
    semaphore_t semaphore = semaphore_make(SYNC_POLICY_FIFO, 0);
    semaphore_t other = semaphore_make(SYNC_POLICY_FIFO, 0);
    mach_port_t self = mach_thread_self();
    EXPECT_EQ(semaphore_signal_thread(semaphore, MACH_PORT_NULL), KERN_NOT_WAITING);
    EXPECT_EQ(semaphore_signal_thread(semaphore, self), KERN_NOT_WAITING);
    EXPECT_EQ(semaphore_signal_thread(semaphore, mach_task_self()), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(semaphore_signal_thread(semaphore, 0x12345678), KERN_INVALID_ARGUMENT);
    waiters_start(waiters, 3, semaphore);
    EXPECT_EQ(semaphore_signal_thread(other, waiters[1].worker.thread), KERN_NOT_WAITING);
    EXPECT_OK(semaphore_signal_thread(semaphore, waiters[1].worker.thread));
    waiter_join(&waiters[1], KERN_SUCCESS);
    EXPECT_OK(semaphore_signal_thread(semaphore, MACH_PORT_NULL));
    waiter_join(&waiters[0], KERN_SUCCESS);
    EXPECT_EQ(waiters[2].result, NO_RESULT);
    EXPECT_OK(semaphore_signal(semaphore));
    waiter_join(&waiters[2], KERN_SUCCESS);
    EXPECT_EQ(semaphore_drain(semaphore), 0);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), self));
    semaphore_end(semaphore);
    semaphore_end(other);
}

CASE(an_abort_ends_a_wait_and_takes_nothing)
{
    static struct waiter waiters[2];
    semaphore_t semaphore = semaphore_make(SYNC_POLICY_FIFO, 0);
    waiters_start(waiters, 2, semaphore);
    for (int i = 0; i < 2; i++) {
        EXPECT_OK(thread_abort(waiters[i].worker.thread));
        waiter_join(&waiters[i], KERN_ABORTED);
    }
    EXPECT_OK(semaphore_signal(semaphore));
    EXPECT_EQ(semaphore_drain(semaphore), 1);
    semaphore_end(semaphore);
}

CASE(a_thread_that_waits_can_be_ended)
{
    static struct waiter waiter;
    semaphore_t semaphore = semaphore_make(SYNC_POLICY_FIFO, 0);
    waiter = (struct waiter){ .semaphore = semaphore };
    waiter_start(&waiter);
    worker_kill(&waiter.worker);
    EXPECT_EQ(waiter.result, NO_RESULT);
    EXPECT_OK(semaphore_signal(semaphore));
    EXPECT_EQ(semaphore_drain(semaphore), 1);
    semaphore_end(semaphore);
}

CASE(a_semaphore_works_between_tasks)
{
    static struct waiter waiter;
    struct helper helper;
    semaphore_t semaphore = semaphore_make(SYNC_POLICY_FIFO, 0);
    if (helper_create(&helper)) {
        waiter_start_in_helper(&waiter, &helper, semaphore);
        EXPECT_OK(semaphore_signal(semaphore));
        waiter_join(&waiter, KERN_SUCCESS);
        helper_destroy(&helper);
    }
    semaphore_end(semaphore);
}

CASE(signal_and_wait_are_one_step)
{
    semaphore_t semaphore = semaphore_make(SYNC_POLICY_FIFO, 1);
    semaphore_t other = semaphore_make(SYNC_POLICY_FIFO, 0);
    EXPECT_OK(semaphore_wait_signal(semaphore, other)); /* it need not wait */
    EXPECT_EQ(semaphore_timedwait_signal(semaphore, other, no_time), KERN_OPERATION_TIMED_OUT);
    EXPECT_EQ(semaphore_timedwait_signal(semaphore, other, short_time), KERN_OPERATION_TIMED_OUT);
    EXPECT_EQ(semaphore_drain(other), 3);
    EXPECT_EQ(semaphore_drain(semaphore), 0);
    EXPECT_OK(semaphore_wait_signal(semaphore, semaphore)); /* its own signal */
    EXPECT_EQ(semaphore_drain(semaphore), 0);
    semaphore_end(semaphore);
    semaphore_end(other);
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
    semaphore_t semaphores[2] = { semaphore_make(SYNC_POLICY_FIFO, 0),
                                  semaphore_make(SYNC_POLICY_FIFO, 0) };
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
    EXPECT_EQ(semaphore_drain(semaphores[0]), 1); /* the last signal */
    EXPECT_EQ(semaphore_drain(semaphores[1]), 0);
    semaphore_end(semaphores[0]);
    semaphore_end(semaphores[1]);
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
    semaphore = semaphore_make(SYNC_POLICY_FIFO, 0);
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
    EXPECT_EQ(semaphore_drain(semaphore), 0);
    semaphore_end(semaphore);
}
