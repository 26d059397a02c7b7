/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All the ways in which a semaphore ends, and what becomes of those who wait for it.
 */
#include <pthread.h>

#include "semaphore_waiter.h"
#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

/* What the first thread of the library leaves, is there before the first case. */
void systest_prepare(void)
{
    thread_warm_up();
}

CASE(destroying_ends_all_waits)
{
    static struct waiter waiters[3];
    semaphore_t semaphore = semaphore_make(SYNC_POLICY_LIFO, 0);
    semaphore_t other = semaphore_make(SYNC_POLICY_FIFO, 0);
    for (int i = 0; i < 3; i++) {
        waiters[i] = (struct waiter){ .semaphore = semaphore, .is_timed = i == 1 };
        waiters[i].signal = i == 2 ? other : SEMAPHORE_NULL;
        waiter_start(&waiters[i]);
    }
    EXPECT_EQ(semaphore_drain(other), 1);
    semaphore_end(semaphore);
    for (int i = 0; i < 3; i++) {
        waiter_join(&waiters[i], KERN_TERMINATED);
    }
    EXPECT_EQ(semaphore_wait(semaphore), KERN_INVALID_NAME);
    semaphore_end(other);
}

CASE(more_references_become_a_dead_name)
{
    semaphore_t semaphore = semaphore_make(SYNC_POLICY_FIFO, 1);
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
    semaphore_t semaphore = semaphore_make(SYNC_POLICY_FIFO, 1);
    EXPECT_EQ(systest_count("semaphores"), before + 1);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), semaphore));
    EXPECT_EQ(systest_count("semaphores"), before);
}

CASE(only_the_owner_destroys)
{
    struct helper helper;
    semaphore_t semaphore = semaphore_make(SYNC_POLICY_FIFO, 1);
    mach_port_t host = mach_host_self();
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), semaphore, MACH_PORT_RIGHT_SEND, 2));
    if (helper_create(&helper)) {
        EXPECT_EQ(semaphore_destroy(helper.task, semaphore), KERN_INVALID_ARGUMENT);
        helper_destroy(&helper);
    }
    EXPECT_EQ(semaphore_destroy(host, semaphore), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(port_refs(semaphore, MACH_PORT_RIGHT_SEND), 1);
    EXPECT_EQ(semaphore_destroy(mach_task_self(), host), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(semaphore_drain(semaphore), 1);
    semaphore_end(semaphore);
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
    semaphore_t semaphore = semaphore_make(SYNC_POLICY_FIFO, 0);
    if (helper_create(&helper)) {
        waiter_start_in_helper(&waiter, &helper, semaphore);
        helper_destroy(&helper);
        worker_join(&waiter.worker);
        EXPECT_EQ(waiter.result, NO_RESULT);
    }
    EXPECT_OK(semaphore_signal(semaphore));
    EXPECT_EQ(semaphore_drain(semaphore), 1);
    semaphore_end(semaphore);
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
