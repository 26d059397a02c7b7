/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Routines of idl/task.defs: life and threads of tasks, and the rights a task keeps.
 */
#include <task_server.h>

#include <mach/task_special_ports.h>

#include <mem/zone.h>
#include <kern/host.h>
#include <kern/kernel_port.h>
#include <kern/task.h>
#include <kern/thread_control.h>

/* Free the memory of an array of rights that came with a message. */
static void right_array_free(ipc_port_t *rights, mach_msg_type_number_t count)
{
    if (count > 0) {
        kfree(rights, count * sizeof(*rights));
    }
}

kern_return_t task_create(task_t target_task, ipc_port_t *ledgers,
                          mach_msg_type_number_t ledgersCnt, boolean_t inherit_memory,
                          task_t *child_task)
{
    if (target_task == nullptr) {
        return KERN_INVALID_TASK;
    }
    kern_return_t result = task_create_object(target_task, inherit_memory, child_task);
    if (result == KERN_SUCCESS) {
        for (mach_msg_type_number_t i = 0; i < ledgersCnt; i++) {
            send_right_release(ledgers[i]);
        }
        right_array_free(ledgers, ledgersCnt);
    }
    return result;
}

kern_return_t task_terminate(task_t target_task)
{
    if (target_task == nullptr) {
        return KERN_INVALID_TASK;
    }
    return task_terminate_object(target_task) == KERN_SUCCESS ? KERN_SUCCESS : KERN_FAILURE;
}

kern_return_t task_threads(task_t target_task, ipc_port_t **act_list,
                           mach_msg_type_number_t *act_listCnt)
{
    if (target_task == nullptr) {
        return KERN_INVALID_TASK;
    }
    kern_return_t result = KERN_SUCCESS;
    mach_msg_type_number_t count = 0;
    ipc_port_t *list = nullptr;
    mutex_lock(&target_task->lock);
    if (!target_task->is_active) {
        result = KERN_INVALID_TASK;
    } else if (target_task->thread_count > 0) {
        list = kalloc(target_task->thread_count * sizeof(*list));
        result = list != nullptr ? KERN_SUCCESS : KERN_RESOURCE_SHORTAGE;
    }
    if (list != nullptr) {
        struct thread *thread;
        list_for_each_entry(thread, &target_task->threads, task_link) {
            list[count++] = thread_make_send(thread);
        }
    }
    mutex_unlock(&target_task->lock);
    *act_list = list;
    *act_listCnt = count;
    return result;
}

kern_return_t mach_ports_register(task_t target_task, ipc_port_t *init_port_set,
                                  mach_msg_type_number_t init_port_setCnt)
{
    if (target_task == nullptr) {
        return KERN_INVALID_TASK;
    }
    if (init_port_setCnt > TASK_REGISTERED_MAX) {
        return KERN_INVALID_ARGUMENT;
    }
    struct ipc_port *old[TASK_REGISTERED_MAX];
    mutex_lock(&target_task->lock);
    if (!target_task->is_active) {
        mutex_unlock(&target_task->lock);
        return KERN_INVALID_TASK;
    }
    for (uint32_t i = 0; i < TASK_REGISTERED_MAX; i++) {
        old[i] = target_task->registered[i];
        target_task->registered[i] = i < init_port_setCnt ? init_port_set[i] : nullptr;
    }
    mutex_unlock(&target_task->lock);
    for (uint32_t i = 0; i < TASK_REGISTERED_MAX; i++) {
        send_right_release(old[i]);
    }
    right_array_free(init_port_set, init_port_setCnt);
    return KERN_SUCCESS;
}

kern_return_t mach_ports_lookup(task_t target_task, ipc_port_t **init_port_set,
                                mach_msg_type_number_t *init_port_setCnt)
{
    if (target_task == nullptr) {
        return KERN_INVALID_TASK;
    }
    ipc_port_t *rights = kalloc(TASK_REGISTERED_MAX * sizeof(*rights));
    if (rights == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    mutex_lock(&target_task->lock);
    bool is_active = target_task->is_active;
    for (uint32_t i = 0; is_active && i < TASK_REGISTERED_MAX; i++) {
        rights[i] = send_right_copy(target_task->registered[i]);
    }
    mutex_unlock(&target_task->lock);
    if (!is_active) {
        kfree(rights, TASK_REGISTERED_MAX * sizeof(*rights));
        return KERN_INVALID_TASK;
    }
    *init_port_set = rights;
    *init_port_setCnt = TASK_REGISTERED_MAX;
    return KERN_SUCCESS;
}

kern_return_t task_suspend(task_t target_task)
{
    if (target_task == nullptr) {
        return KERN_INVALID_TASK;
    }
    kern_return_t result = KERN_INVALID_TASK;
    struct thread *thread;
    mutex_lock(&target_task->lock);
    if (target_task->is_active) {
        result = KERN_SUCCESS;
        if (target_task->suspend_count++ == 0) {
            list_for_each_entry(thread, &target_task->threads, task_link) {
                thread_hold(thread);
            }
            list_for_each_entry(thread, &target_task->threads, task_link) {
                thread_wait_held(thread);
            }
        }
    }
    mutex_unlock(&target_task->lock);
    return result;
}

kern_return_t task_resume(task_t target_task)
{
    if (target_task == nullptr) {
        return KERN_INVALID_TASK;
    }
    kern_return_t result = KERN_SUCCESS;
    struct thread *thread;
    mutex_lock(&target_task->lock);
    if (!target_task->is_active) {
        result = KERN_INVALID_TASK;
    } else if (target_task->suspend_count == 0) {
        result = KERN_FAILURE;
    } else if (--target_task->suspend_count == 0) {
        list_for_each_entry(thread, &target_task->threads, task_link) {
            thread_unhold(thread);
        }
    }
    mutex_unlock(&target_task->lock);
    return result;
}

/* What a special port is if nobody has set it. */
static struct ipc_port *default_special_port(task_t task, int which_port)
{
    switch (which_port) {
    case TASK_KERNEL_PORT:
    case TASK_NAME_PORT:
    case TASK_INSPECT_PORT:
    case TASK_READ_PORT: return task_make_send(task);
    case TASK_HOST_PORT: return kernel_port_make_send(the_host.port);
    default: return nullptr;
    }
}

struct ipc_port *task_host_port(struct task *task)
{
    struct ipc_port *port = nullptr;
    if (task_get_special_port(task, TASK_HOST_PORT, &port) != KERN_SUCCESS) {
        return nullptr;
    }
    return port;
}

static bool special_port_is_known(int which_port)
{
    switch (which_port) {
    case TASK_KERNEL_PORT:
    case TASK_HOST_PORT:
    case TASK_NAME_PORT:
    case TASK_BOOTSTRAP_PORT:
    case TASK_INSPECT_PORT:
    case TASK_READ_PORT:
    case TASK_ACCESS_PORT:
    case TASK_DEBUG_CONTROL_PORT:
    case TASK_RESOURCE_NOTIFY_PORT: return true;
    default: return false;
    }
}

/* The task's own port, under whatever name, is not to be replaced. */
static bool special_port_is_settable(int which_port)
{
    return special_port_is_known(which_port) && which_port != TASK_KERNEL_PORT &&
           which_port != TASK_NAME_PORT && which_port != TASK_INSPECT_PORT &&
           which_port != TASK_READ_PORT;
}

kern_return_t task_get_special_port(task_t task, int which_port, ipc_port_t *special_port)
{
    if (task == nullptr) {
        return KERN_INVALID_TASK;
    }
    if (!special_port_is_known(which_port)) {
        return KERN_INVALID_ARGUMENT;
    }
    mutex_lock(&task->lock);
    bool is_active = task->is_active;
    if (is_active) {
        *special_port = send_right_copy(task->special[which_port]);
    }
    mutex_unlock(&task->lock);
    if (!is_active) {
        return KERN_INVALID_TASK;
    }
    if (*special_port == nullptr) {
        *special_port = default_special_port(task, which_port);
    }
    return KERN_SUCCESS;
}

kern_return_t task_set_special_port(task_t task, int which_port, ipc_port_t special_port)
{
    if (task == nullptr) {
        return KERN_INVALID_TASK;
    }
    if (!special_port_is_settable(which_port)) {
        return KERN_INVALID_ARGUMENT;
    }
    mutex_lock(&task->lock);
    if (!task->is_active) {
        mutex_unlock(&task->lock);
        return KERN_INVALID_TASK;
    }
    struct ipc_port *old = task->special[which_port];
    task->special[which_port] = special_port;
    mutex_unlock(&task->lock);
    send_right_release(old);
    return KERN_SUCCESS;
}
