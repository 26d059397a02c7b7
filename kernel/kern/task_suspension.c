/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Routines of idl/task.defs that stop a task and let it go on.  There is one count of suspensions: as
 * on Darwin, task_resume() may end one that a token stands for, which then is worth nothing.
 *
 * A token is the destination of task_resume2's request, and given up with that. So who took one, counts
 * it, and the next that is given up ends no suspension.
 */
#include <kern/task_suspension.h>

#include <task_server.h>

#include <arch/cpu.h>
#include <kern/task.h>
#include <kern/thread_control.h>

/* Stop all threads of TASK, and wait until they stand still.  Locks: TASK's. */
static void hold_threads(struct task *task)
{
    struct thread *thread;
    list_for_each_entry(thread, &task->threads, task_link) {
        thread_hold(thread);
    }
    list_for_each_entry(thread, &task->threads, task_link) {
        thread_wait_held(thread);
    }
}

/* A token of TASK, which is active, in *TOKEN.  Locks: TASK's. */
static kern_return_t token_make(struct task *task, struct ipc_port **token)
{
    struct ipc_port *port = task_lesser_port(task, IPC_KOBJECT_TASK_RESUME);
    if (port == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    *token = ipc_port_make_send_once(port);
    return ipc_port_is_valid(*token) ? KERN_SUCCESS : KERN_RESOURCE_SHORTAGE;
}

/* Suspend TASK once more; *TOKEN, if wanted, gets a token of that. */
static kern_return_t suspend(struct task *task, struct ipc_port **token)
{
    if (task == nullptr) {
        return KERN_INVALID_TASK;
    }
    kern_return_t result = KERN_SUCCESS;
    mutex_lock(&task->lock);
    if (!task->is_active) {
        result = KERN_INVALID_TASK;
    } else if (task->suspend_count == SUSPEND_COUNT_MAX) {
        result = KERN_RESOURCE_SHORTAGE;
    } else if (token != nullptr) {
        result = token_make(task, token);
    }
    if (result == KERN_SUCCESS && task->suspend_count++ == 0) {
        hold_threads(task);
    }
    mutex_unlock(&task->lock);
    return result;
}

kern_return_t task_suspend(task_t target_task)
{
    return suspend(target_task, nullptr);
}

kern_return_t task_suspend2(task_t target_task, ipc_port_t *suspend_token)
{
    return suspend(target_task, suspend_token);
}

/* Undo one suspension of TASK.  Returns: as task_resume().  Locks: TASK's. */
static kern_return_t resume(struct task *task)
{
    if (!task->is_active) {
        return KERN_INVALID_TASK;
    }
    if (task->suspend_count == 0) {
        return KERN_FAILURE;
    }
    struct thread *thread;
    if (--task->suspend_count == 0) {
        list_for_each_entry(thread, &task->threads, task_link) {
            thread_unhold(thread);
        }
    }
    return KERN_SUCCESS;
}

kern_return_t task_resume(task_t target_task)
{
    if (target_task == nullptr) {
        return KERN_INVALID_TASK;
    }
    mutex_lock(&target_task->lock);
    kern_return_t result = resume(target_task);
    mutex_unlock(&target_task->lock);
    return result;
}

/* The task that PORT has tokens of, with a reference; null if it is another port. */
static struct task *token_task(struct ipc_port *port)
{
    if (!ipc_port_is_valid(port)) {
        return nullptr;
    }
    interrupt_state_t state = spin_lock_save(&port->object.lock);
    struct task *task = ipc_port_kobject_locked(port, IPC_KOBJECT_TASK_RESUME);
    if (task != nullptr) {
        task_reference(task);
    }
    spin_unlock_restore(&port->object.lock, state);
    return task;
}

kern_return_t task_resume2(ipc_port_t suspend_token)
{
    struct task *task = token_task(suspend_token);
    if (task == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    mutex_lock(&task->lock);
    kern_return_t result = resume(task);
    task->tokens_taken += result == KERN_SUCCESS;
    mutex_unlock(&task->lock);
    task_release(task);
    return result == KERN_INVALID_TASK ? KERN_INVALID_ARGUMENT : result;
}

/* A token of TASK is given up. */
static void token_end(struct task *task)
{
    mutex_lock(&task->lock);
    if (task->tokens_taken > 0) {
        task->tokens_taken--;
    } else {
        (void)resume(task); /* fails if somebody else ended the suspension, or the task */
    }
    mutex_unlock(&task->lock);
}

void task_suspension_dropped(struct ipc_port *port)
{
    struct task *task = token_task(port);
    if (task != nullptr) {
        interrupts_enable();
        token_end(task);
        task_release(task);
        interrupts_disable();
    }
}
