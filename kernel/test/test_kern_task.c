/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tasks and their threads, without user code: creation, inheritance, holding, termination.  What they
 * leave behind shows in the ledger.
 */
#include <test/ktest.h>

#include <mach/task_special_ports.h>

#include <arch/clock_device.h>
#include <arch/cpu.h>
#include <ipc/ipc_port.h>
#include <sched/thread.h>
#include <kern/convert.h>
#include <kern/kernel_port.h>
#include <kern/task.h>
#include <kern/thread_control.h>

#define PATIENCE_NS UINT64_C(1000000000)

/* A port that some code of the kernel receives from, and a send right to it. */
static struct ipc_port *make_right(struct ipc_port **receive)
{
    *receive = kernel_port_create(IPC_KOBJECT_NONE, nullptr);
    return kernel_port_make_send(*receive);
}

/* Threads end on processors of their own will: give them time. */
static bool task_becomes_empty(struct task *task)
{
    uint64_t deadline = clock_now() + PATIENCE_NS;
    while (task->thread_count > 0 && clock_now() < deadline) {
        thread_sleep_until(clock_now() + PATIENCE_NS / 1000);
    }
    return task->thread_count == 0;
}

KTEST(kern_task_is_created_and_terminated)
{
    struct task *task;
    uint32_t before = task_list_count();
    EXPECT_EQ(task_create_object(nullptr, false, &task), KERN_SUCCESS);
    EXPECT_EQ(task_list_count(), before + 1);
    EXPECT_EQ(task_terminate_object(task), KERN_SUCCESS);
    EXPECT_EQ(task_list_count(), before);
    EXPECT_EQ(task_terminate_object(task), KERN_TERMINATED);
    task_release(task);
}

KTEST(kern_task_port_stands_for_task_until_its_end)
{
    struct task *task;
    EXPECT_EQ(task_create_object(nullptr, false, &task), KERN_SUCCESS);
    struct ipc_port *right = task_make_send(task);
    struct task *found = convert_port_to_task(right);
    EXPECT_EQ(found, task);
    task_deallocate(found);
    EXPECT_EQ(convert_port_to_thread(right), nullptr);

    task_terminate_object(task);
    EXPECT_EQ(convert_port_to_task(right), nullptr);
    EXPECT_EQ(convert_port_to_space(right), nullptr);
    EXPECT_EQ(convert_port_to_map(right), nullptr);
    EXPECT_EQ(task_make_send(task), IPC_PORT_DEAD);
    send_right_release(right);
    task_release(task);
}

KTEST(kern_task_inherits_rights)
{
    struct task *parent;
    struct task *child;
    struct ipc_port *receive;
    struct ipc_port *right = make_right(&receive);
    EXPECT_EQ(task_create_object(nullptr, false, &parent), KERN_SUCCESS);
    parent->special[TASK_BOOTSTRAP_PORT] = right;
    EXPECT_EQ(task_create_object(parent, true, &child), KERN_SUCCESS);
    EXPECT_EQ(child->special[TASK_BOOTSTRAP_PORT], right);
    EXPECT_EQ(right->send_rights, 2);

    task_terminate_object(parent);
    EXPECT_EQ(right->send_rights, 1);
    struct task *orphan;
    EXPECT_EQ(task_create_object(parent, false, &orphan), KERN_INVALID_TASK);
    task_terminate_object(child);
    EXPECT_EQ(receive->send_rights, 0);
    kernel_port_destroy(receive);
    task_release(parent);
    task_release(child);
}

KTEST(kern_thread_that_never_ran_ends_with_its_task)
{
    struct task *task;
    struct thread *thread;
    EXPECT_EQ(task_create_object(nullptr, false, &task), KERN_SUCCESS);
    EXPECT_EQ(thread_create_in_task(task, &thread), KERN_SUCCESS);
    EXPECT_EQ(thread->state, THREAD_NEW);
    EXPECT_EQ(task->thread_count, 1);
    task_terminate_object(task);
    EXPECT_EQ(thread_create_in_task(task, &thread), KERN_INVALID_TASK);
    EXPECT(task_becomes_empty(task));
    thread_release(thread);
    task_release(task);
}

KTEST(kern_thread_is_held_as_often_as_asked)
{
    struct task *task;
    struct thread *thread;
    EXPECT_EQ(task_create_object(nullptr, false, &task), KERN_SUCCESS);
    EXPECT_EQ(thread_create_in_task(task, &thread), KERN_SUCCESS);
    EXPECT_EQ(thread_user_hold(thread), KERN_SUCCESS);
    EXPECT_EQ(thread_user_unhold(thread), KERN_SUCCESS);
    EXPECT_EQ(thread->state, THREAD_NEW);
    thread_hold(thread);
    EXPECT_EQ(thread_user_unhold(thread), KERN_SUCCESS);
    EXPECT_EQ(thread_user_unhold(thread), KERN_FAILURE);
    EXPECT_EQ(thread->suspend_count, 1);

    EXPECT_EQ(thread_terminate_object(thread), KERN_SUCCESS);
    EXPECT_EQ(thread_terminate_object(thread), KERN_TERMINATED);
    EXPECT_EQ(thread_user_hold(thread), KERN_TERMINATED);
    EXPECT_EQ(thread_make_send(thread), nullptr);
    EXPECT(task_becomes_empty(task));
    thread_release(thread);
    task_terminate_object(task);
    task_release(task);
}

/* User code of address 0, where nothing is mapped: nobody handles it, so the task ends. */
KTEST(kern_unhandled_exception_ends_the_task)
{
    struct task *task;
    struct thread *thread;
    EXPECT_EQ(task_create_object(nullptr, false, &task), KERN_SUCCESS);
    EXPECT_EQ(thread_create_in_task(task, &thread), KERN_SUCCESS);
    context_set_user_start(&thread->context, 0, 0, 0);
    EXPECT_EQ(thread_user_unhold(thread), KERN_SUCCESS);
    EXPECT(task_becomes_empty(task));
    EXPECT(!task->is_active);
    thread_release(thread);
    task_release(task);
}
