/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Routines of idl/task.defs about the ports that a task has: special ones, which it keeps for its
 * children, and those that allow less than control of it.
 */
#include <task_server.h>

#include <mach/task_special_ports.h>

#include <kern/host.h>
#include <kern/kernel_port.h>
#include <kern/task.h>

/* The access that the special port WHICH_PORT gives to its task.  Returns: false, it is none of those. */
static bool special_access(int which_port, enum object_access *access)
{
    switch (which_port) {
    case TASK_KERNEL_PORT: *access = ACCESS_CONTROL; return true;
    case TASK_READ_PORT: *access = ACCESS_READ; return true;
    case TASK_INSPECT_PORT: *access = ACCESS_INSPECT; return true;
    case TASK_NAME_PORT: *access = ACCESS_NAME; return true;
    default: return false;
    }
}

/* Is WHICH_PORT a port that can be set? */
static bool special_port_is_settable(int which_port)
{
    switch (which_port) {
    case TASK_HOST_PORT:
    case TASK_BOOTSTRAP_PORT:
    case TASK_ACCESS_PORT:
    case TASK_DEBUG_CONTROL_PORT:
    case TASK_RESOURCE_NOTIFY_PORT: return true;
    default: return false;
    }
}

/* TASK's special port WHICH_PORT, one that can be set. */
static kern_return_t get_settable_port(task_t task, int which_port, ipc_port_t *special_port)
{
    mutex_lock(&task->lock);
    bool is_active = task->is_active;
    if (is_active) {
        *special_port = send_right_copy(task->special[which_port]);
    }
    mutex_unlock(&task->lock);
    if (!is_active) {
        return KERN_INVALID_TASK;
    }
    if (*special_port == nullptr && which_port == TASK_HOST_PORT) {
        *special_port = kernel_port_make_send(the_host.port);
    }
    return KERN_SUCCESS;
}

struct ipc_port *task_host_port(struct task *task)
{
    struct ipc_port *port = nullptr;
    return get_settable_port(task, TASK_HOST_PORT, &port) == KERN_SUCCESS ? port : nullptr;
}

/* TASK's special port WHICH_PORT for who has ACCESS to it: nobody gets more by it. */
static kern_return_t get_special_port(task_t task, int which_port, enum object_access access,
                                      ipc_port_t *special_port)
{
    enum object_access wanted;
    if (special_access(which_port, &wanted)) {
        return wanted < access
                   ? KERN_INVALID_CAPABILITY
                   : task_make_send_of_kind(task, IPC_KOBJECT_TASK + wanted, special_port);
    }
    if (!special_port_is_settable(which_port)) {
        return KERN_INVALID_ARGUMENT;
    }
    return access == ACCESS_CONTROL ? get_settable_port(task, which_port, special_port)
                                    : KERN_INVALID_CAPABILITY;
}

kern_return_t task_get_special_port(ipc_port_t port, int which_port, ipc_port_t *special_port)
{
    enum object_access access;
    struct task *task = convert_port_to_task_access(port, &access);
    if (task == nullptr) {
        return KERN_INVALID_TASK;
    }
    kern_return_t result = get_special_port(task, which_port, access, special_port);
    task_deallocate(task);
    return result;
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

kern_return_t mach_task_is_self(task_t task, boolean_t *is_self)
{
    *is_self = task == current_task();
    return task == nullptr ? KERN_INVALID_TASK : KERN_SUCCESS;
}

kern_return_t task_create_identity_token(task_t task, ipc_port_t *token)
{
    return task == nullptr ? KERN_INVALID_ARGUMENT
                           : task_make_send_of_kind(task, IPC_KOBJECT_TASK_TOKEN, token);
}

kern_return_t task_identity_token_get_task_port(task_t token, task_flavor_t flavor,
                                                ipc_port_t *task_port)
{
    if (token == nullptr || flavor < ACCESS_CONTROL || flavor > ACCESS_NAME) {
        return KERN_INVALID_ARGUMENT;
    }
    return task_make_send_of_kind(token, IPC_KOBJECT_TASK + (enum ipc_kobject_kind)flavor,
                                  task_port);
}
