/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Every way to end leads through process_end(), once: the exit call, a signal, a crash, or the death
 * of the task, whichever is seen first.
 */
#include "lifecycle.h"

#include <mach/mach.h>
#include <mach/notify.h>
#include <mach_r/proc.h>
#include <mach_r/proc_server.h>

#include "identity.h"
#include "proc.h"

/* Ask to be told when TASK dies. */
static kern_return_t watch(mach_port_t task)
{
    mach_port_t previous = MACH_PORT_NULL;
    kern_return_t result =
        mach_port_request_notification(mach_task_self(), task, MACH_NOTIFY_DEAD_NAME, 0,
                                       proc_notify_port(), MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous);
    if (result == KERN_SUCCESS) {
        right_release(&previous);
    }
    return result;
}

kern_return_t process_enter_task(const struct process *process, mach_port_t task)
{
    kern_return_t result = identity_set(task, process->pid, process->is_privileged);
    return result == KERN_SUCCESS ? watch(task) : result;
}

kern_return_t process_bind(struct process *process, mach_port_t task)
{
    mach_port_t port = proc_port_create();
    if (port == MACH_PORT_NULL) {
        return KERN_RESOURCE_SHORTAGE;
    }
    kern_return_t result = process_enter_task(process, task);
    if (result != KERN_SUCCESS) {
        proc_port_destroy(&port);
        return result;
    }
    process->task = task;
    process->port = port;
    process->start_time = proc_now();
    return KERN_SUCCESS;
}

/* Tell waiters of PARENT that have nothing to wait for any more. */
static void answer_childless(struct process *parent)
{
    mach_port_t reply;
    while ((reply = wait_take_childless(parent)) != MACH_PORT_NULL) {
        (void)serve_proc_wait_reply_error(reply, SERVER_ERROR_NO_CHILD);
    }
}

void process_reap(struct process *child)
{
    struct process *parent = child->parent;
    process_forget(child);
    if (parent != nullptr) {
        answer_childless(parent);
    }
}

bool process_is_answerable(mach_port_t reply)
{
    mach_port_type_t type = 0;
    return mach_port_type(mach_task_self(), reply, &type) == KERN_SUCCESS &&
           (type & MACH_PORT_TYPE_DEAD_NAME) == 0;
}

/* Report the zombie CHILD to a waiter of its parent that is still there, if there is one. */
static void report(struct process *child)
{
    mach_port_t reply;
    while ((reply = wait_take(child->parent, child)) != MACH_PORT_NULL) {
        if (!process_is_answerable(reply)) {
            right_release(&reply);
        } else if (serve_proc_wait_reply(reply, child->pid, child->status) == KERN_SUCCESS) {
            process_reap(child);
            return;
        }
    }
}

/* Nobody waits for the children of PARENT any more; those that have ended are forgotten. */
static void orphan_children(struct process *parent)
{
    struct process *child = process_next_child(parent, process_first());
    while (child != nullptr) {
        struct process *next = child->next;
        child->parent = nullptr;
        if (child->is_zombie) {
            process_forget(child);
        }
        child = process_next_child(parent, next);
    }
}

/* Give up all rights of PROCESS; its task ends. */
static void drop_rights(struct process *process)
{
    process->cpu_time = identity_cpu_time(process->task);
    (void)task_terminate(process->task);
    right_release(&process->task);
    right_release(&process->executable);
    right_release(&process->error_output);
    proc_port_destroy(&process->port);
}

void process_end(struct process *process, int status)
{
    process->status = status;
    drop_rights(process);
    process->is_zombie = true;
    orphan_children(process);
    answer_childless(process);
    if (process->parent != nullptr) {
        report(process);
    } else {
        process_forget(process);
    }
}
