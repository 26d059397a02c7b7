/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tasks and their threads, without user code: creation, inheritance, holding, termination.  What they
 * leave behind shows in the ledger.
 */
#include <test/ktest.h>

#include <task_server.h>
#include <thread_act_server.h>

#include <mach/exception_types.h>
#include <mach/task_special_ports.h>
#include <mach/thread_special_ports.h>

#include <arch/clock_device.h>
#include <arch/cpu.h>
#include <mem/zone.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_port.h>
#include <ipc/ipc_space.h>
#include <ipc/upcalls.h>
#include <sched/thread.h>
#include <kern/convert.h>
#include <kern/host.h>
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

/* Counts of suspensions end, and do not begin anew. */
KTEST(kern_suspensions_are_counted_to_an_end)
{
    struct task *task;
    struct thread *thread;
    EXPECT_EQ(task_create_object(nullptr, false, &task), KERN_SUCCESS);
    EXPECT_EQ(thread_create_in_task(task, &thread), KERN_SUCCESS);
    thread->user_suspend_count = SUSPEND_COUNT_MAX - 1;
    thread->suspend_count = SUSPEND_COUNT_MAX - 1;
    EXPECT_EQ(thread_suspend(thread), KERN_SUCCESS);
    EXPECT_EQ(thread_suspend(thread), KERN_RESOURCE_SHORTAGE);
    EXPECT_EQ(thread->suspend_count, SUSPEND_COUNT_MAX);
    EXPECT_EQ(thread_resume(thread), KERN_SUCCESS);
    EXPECT_EQ(thread_suspend(thread), KERN_SUCCESS);
    EXPECT_EQ(task_suspend(task), KERN_SUCCESS); /* counts once more for each thread */
    task->suspend_count = SUSPEND_COUNT_MAX;
    EXPECT_EQ(task_suspend(task), KERN_RESOURCE_SHORTAGE);
    EXPECT_EQ(task->suspend_count, SUSPEND_COUNT_MAX);
    EXPECT_EQ(task_terminate(task), KERN_SUCCESS);
    EXPECT(task_becomes_empty(task));
    thread_release(thread);
    task_release(task);
}

/* A call that found its task or thread just before the end comes too late. */
KTEST(kern_what_has_ended_takes_no_more)
{
    struct task *task;
    struct thread *thread;
    struct ipc_port *told = nullptr;
    struct ipc_port **list = nullptr;
    mach_msg_type_number_t count = 0;
    EXPECT_EQ(task_create_object(nullptr, false, &task), KERN_SUCCESS);
    EXPECT_EQ(thread_create_in_task(task, &thread), KERN_SUCCESS);
    EXPECT_EQ(task_terminate(task), KERN_SUCCESS);
    EXPECT_EQ(task_terminate(task), KERN_FAILURE);
    EXPECT_EQ(task_suspend(task), KERN_INVALID_TASK);
    EXPECT_EQ(task_resume(task), KERN_INVALID_TASK);
    EXPECT_EQ(task_set_special_port(task, TASK_BOOTSTRAP_PORT, nullptr), KERN_INVALID_TASK);
    EXPECT_EQ(task_make_send_of_kind(task, IPC_KOBJECT_TASK_READ, &told), KERN_INVALID_TASK);
    EXPECT_EQ(mach_ports_register(task, nullptr, 0), KERN_INVALID_TASK);
    EXPECT_EQ(mach_ports_lookup(task, &list, &count), KERN_INVALID_TASK);
    EXPECT_EQ(task_threads(task->self, &list, &count), KERN_INVALID_TASK);
    EXPECT_EQ(
        task_set_exception_ports(task, EXC_MASK_ALL, nullptr, EXCEPTION_DEFAULT, THREAD_STATE_NONE),
        KERN_INVALID_TASK);
    EXPECT_EQ(thread_set_exception_ports(thread, EXC_MASK_ALL, nullptr, EXCEPTION_DEFAULT,
                                         THREAD_STATE_NONE),
              KERN_TERMINATED);
    EXPECT_EQ(thread_make_send_with(thread, ACCESS_CONTROL, &told), KERN_TERMINATED);
    EXPECT_EQ(thread_make_send_with(thread, ACCESS_READ, &told), KERN_TERMINATED);
    EXPECT(task_becomes_empty(task));
    thread_release(thread);
    task_release(task);
}

/* The exception of TASK's thread has been told to RECEIVE, or has ended the task: give it time. */
static bool exception_is_told(struct task *task, struct ipc_port *receive)
{
    uint64_t deadline = clock_now() + PATIENCE_NS;
    while (receive->message_count == 0 && task->is_active && clock_now() < deadline) {
        thread_sleep_until(clock_now() + PATIENCE_NS / 1000);
    }
    return receive->message_count > 0;
}

/* With no memory for the message nobody is asked: the task ends, and its handler's right with it. */
KTEST(kern_exception_without_memory_ends_the_task)
{
    for (struct ktest_failures f = ktest_failures_begin(); ktest_failures_next(&f);) {
        struct ipc_port *receive;
        struct task *task;
        struct thread *thread;
        zone_fail_after(-1);
        EXPECT_EQ(task_create_object(nullptr, false, &task), KERN_SUCCESS);
        EXPECT_EQ(thread_create_in_task(task, &thread), KERN_SUCCESS);
        EXPECT_EQ(task_set_exception_ports(task, EXC_MASK_ALL, make_right(&receive),
                                           EXCEPTION_DEFAULT, THREAD_STATE_NONE),
                  KERN_SUCCESS);
        context_set_user_start(&thread->context, 0, 0, 0);
        zone_fail_after(f.next);
        EXPECT_EQ(thread_user_unhold(thread), KERN_SUCCESS);
        bool is_told = exception_is_told(task, receive);
        EXPECT(is_told || ktest_failure_happened());
        EXPECT_EQ(task->is_active, is_told);
        (void)task_terminate_object(task);
        EXPECT(task_becomes_empty(task));
        EXPECT_EQ(receive->send_rights, receive->message_count);
        kernel_port_destroy(receive);
        thread_release(thread);
        task_release(task);
    }
}

/* The kernel's answer comes from the kernel: whoever asked is not held by it. */
KTEST(kern_request_gives_back_who_sent_it)
{
    interrupts_disable();
    struct ipc_sender *sender = ipc_sender_create(&(security_token_t){}, &(audit_token_t){});
    struct ipc_kmsg *request = ipc_kmsg_alloc(sizeof(mig_reply_error_t));
    struct ipc_port *reply_port = ipc_port_create();
    request->header = (mach_msg_header_t){ .msgh_size = sizeof(mach_msg_header_t), .msgh_id = 1 };
    request->destination = kernel_port_make_send(the_host.port);
    request->destination_type = MACH_MSG_TYPE_PORT_SEND;
    request->reply = ipc_port_make_send_once(reply_port);
    request->reply_type = MACH_MSG_TYPE_PORT_SEND_ONCE;
    ipc_sender_reference(sender);
    request->sender = sender;
    struct ipc_short_reply short_reply;
    struct ipc_kmsg *reply = upcall_kobject_call(request, &short_reply);
    EXPECT_EQ(reply->sender, nullptr);
    EXPECT_EQ(((mig_reply_error_t *)&short_reply)->RetCode, MIG_BAD_ID);
    EXPECT_EQ(refcount_value(&sender->references), 1);
    ipc_sender_release(sender);
    ipc_kmsg_destroy(reply);
    ipc_port_destroy(reply_port);
    interrupts_enable();
}
