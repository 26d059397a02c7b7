/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Semaphores without user code: what fails for want of memory leaves nothing behind, and they end
 * once.
 */
#include <test/ktest.h>

#include <task_server.h>

#include <mach/sync_policy.h>

#include <kern/convert.h>
#include <kern/kernel_port.h>
#include <kern/semaphore.h>
#include <kern/task.h>

static struct task *make_task(void)
{
    struct task *task = nullptr;
    EXPECT_EQ(task_create_object(nullptr, false, &task), KERN_SUCCESS);
    return task;
}

static void end_task(struct task *task)
{
    (void)task_terminate_object(task);
    task_release(task);
}

KTEST(kern_semaphore_needs_memory)
{
    struct task *task = make_task();
    for (struct ktest_failures f = ktest_failures_begin(); ktest_failures_next(&f);) {
        struct semaphore *semaphore = nullptr;
        kern_return_t result = semaphore_create(task, &semaphore, SYNC_POLICY_FIFO, 0);
        EXPECT_EQ(result, ktest_failure_happened() ? KERN_RESOURCE_SHORTAGE : KERN_SUCCESS);
        EXPECT_EQ(list_empty(&task->semaphores), result != KERN_SUCCESS);
        if (result == KERN_SUCCESS) {
            send_right_release(convert_semaphore_to_port(semaphore));
        }
        EXPECT(list_empty(&task->semaphores));
    }
    end_task(task);
}

KTEST(kern_semaphore_ends_once)
{
    struct task *task = make_task();
    struct semaphore *semaphore = nullptr;
    EXPECT_EQ(semaphore_create_object(task, SYNC_POLICY_FIFO, 1, &semaphore), KERN_SUCCESS);
    EXPECT_EQ(semaphore_end(semaphore), KERN_SUCCESS);
    EXPECT_EQ(semaphore_end(semaphore), KERN_TERMINATED);
    EXPECT_EQ(semaphore_post(semaphore), KERN_TERMINATED);
    EXPECT_EQ(semaphore_post_all(semaphore), KERN_TERMINATED);
    EXPECT_EQ(semaphore_post_thread(semaphore, nullptr), KERN_TERMINATED);
    EXPECT_EQ(semaphore_take(semaphore, nullptr, WAIT_FOREVER), KERN_TERMINATED);
    EXPECT_EQ(semaphore->port->object.is_active, false);
    semaphore_release(semaphore);
    end_task(task);
}

/* A pair of which one has ended does nothing. */
KTEST(kern_semaphore_pair_needs_both)
{
    struct task *task = make_task();
    struct semaphore *ended = nullptr;
    struct semaphore *other = nullptr;
    EXPECT_EQ(semaphore_create_object(task, SYNC_POLICY_FIFO, 1, &ended), KERN_SUCCESS);
    EXPECT_EQ(semaphore_create_object(task, SYNC_POLICY_FIFO, 1, &other), KERN_SUCCESS);
    (void)semaphore_end(ended);
    EXPECT_EQ(semaphore_take(ended, other, WAIT_FOREVER), KERN_TERMINATED);
    EXPECT_EQ(semaphore_take(other, ended, WAIT_FOREVER), KERN_TERMINATED);
    EXPECT_EQ(other->count, 1);
    semaphore_release(ended);
    semaphore_release(other);
    end_task(task);
}

KTEST(kern_semaphores_end_with_their_task)
{
    struct task *task = make_task();
    struct semaphore *semaphore = nullptr;
    struct semaphore *late = nullptr;
    EXPECT_EQ(semaphore_create_object(task, SYNC_POLICY_FIFO, 0, &semaphore), KERN_SUCCESS);
    (void)task_terminate_object(task);
    EXPECT_EQ(semaphore->is_active, false);
    EXPECT_EQ(semaphore_end(semaphore), KERN_TERMINATED);
    EXPECT_EQ(convert_semaphore_to_port(semaphore), IPC_PORT_DEAD);
    EXPECT_EQ(semaphore_create_object(task, SYNC_POLICY_FIFO, 0, &late), KERN_INVALID_TASK);
    task_release(task);
}
