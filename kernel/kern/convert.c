/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See the header for why the caller's own objects are special.  Comparing a port's object with the
 * caller's own needs no lock: only equality counts, and the caller's own objects do not go away
 * under it.
 */
#include <kern/convert.h>

#include <sched/thread.h>
#include <ipc/ipc_port.h>
#include <ipc/ipc_space.h>
#include <vm/vm_map.h>
#include <kern/host.h>
#include <kern/kernel_port.h>
#include <kern/task.h>
#include <kern/thread_control.h>

/* True if PORT is the port of OBJECT, one of the caller's own. */
static inline bool port_stands_for(const struct ipc_port *port, enum ipc_kobject_kind kind,
                                   const void *object)
{
    return ipc_port_is_valid(port) && port->kobject == object && port->kobject_kind == kind &&
           port->state == PORT_IN_KERNEL;
}

/* The object of KIND behind PORT that is never destroyed, or null. */
static void *lasting_object(struct ipc_port *port, enum ipc_kobject_kind kind)
{
    if (!ipc_port_is_valid(port)) {
        return nullptr;
    }
    interrupt_state_t state = spin_lock_save(&port->object.lock);
    void *object = ipc_port_kobject_locked(port, kind);
    spin_unlock_restore(&port->object.lock, state);
    return object;
}

/* The task behind PORT with a reference, or null. */
static NOINLINE struct task *port_task_reference(struct ipc_port *port)
{
    if (!ipc_port_is_valid(port)) {
        return nullptr;
    }
    interrupt_state_t state = spin_lock_save(&port->object.lock);
    struct task *task = ipc_port_kobject_locked(port, IPC_KOBJECT_TASK);
    if (task != nullptr) {
        task_reference(task);
    }
    spin_unlock_restore(&port->object.lock, state);
    return task;
}

struct task *convert_port_to_task(struct ipc_port *port)
{
    struct task *self = current_task();
    return LIKELY(port_stands_for(port, IPC_KOBJECT_TASK, self)) ? self : port_task_reference(port);
}

void task_deallocate(struct task *task)
{
    if (task != current_task()) {
        task_release(task);
    }
}

/* The space of another task. */
static NOINLINE struct ipc_space *port_space_reference(struct ipc_port *port)
{
    struct task *task = port_task_reference(port);
    if (task == nullptr) {
        return nullptr;
    }
    struct ipc_space *space = task->space;
    if (space != current_thread()
                     ->space) { /* own space, if the port became the own task's since we looked */
        ipc_space_reference(space);
    }
    task_release(task);
    return space;
}

struct ipc_space *convert_port_to_space(struct ipc_port *port)
{
    const struct thread *self = current_thread();
    return LIKELY(port_stands_for(port, IPC_KOBJECT_TASK, self->task)) ? self->space
                                                                       : port_space_reference(port);
}

void space_deallocate(struct ipc_space *space)
{
    if (UNLIKELY(space != current_thread()->space && space != nullptr)) {
        interrupt_state_t state = interrupts_save();
        ipc_space_release(space);
        interrupts_restore(state);
    }
}

struct vm_map *convert_port_to_map(struct ipc_port *port)
{
    struct thread *self = current_thread();
    if (LIKELY(port_stands_for(port, IPC_KOBJECT_TASK, self->task))) {
        vm_map_reference(self->map);
        return self->map;
    }
    struct task *task = port_task_reference(port);
    if (task == nullptr) {
        return nullptr;
    }
    struct vm_map *map = task->map;
    vm_map_reference(map);
    task_release(task);
    return map;
}

struct thread *convert_port_to_thread(struct ipc_port *port)
{
    if (!ipc_port_is_valid(port)) {
        return nullptr;
    }
    interrupt_state_t state = spin_lock_save(&port->object.lock);
    struct thread *thread = ipc_port_kobject_locked(port, IPC_KOBJECT_THREAD);
    if (thread != nullptr && thread != current_thread()) {
        thread_reference(thread);
    }
    spin_unlock_restore(&port->object.lock, state);
    return thread;
}

void thread_deallocate(struct thread *thread)
{
    if (thread != nullptr && thread != current_thread()) {
        thread_release(thread);
    }
}

struct ipc_port *convert_task_to_port(struct task *task)
{
    if (task == nullptr) {
        return nullptr;
    }
    struct ipc_port *right = task_make_send(task);
    task_release(task);
    return right;
}

struct ipc_port *convert_thread_to_port(struct thread *thread)
{
    if (thread == nullptr) {
        return nullptr;
    }
    struct ipc_port *right = thread_make_send(thread);
    thread_release(thread);
    return right;
}

struct host *convert_port_to_host(struct ipc_port *port)
{
    struct host *host = lasting_object(port, IPC_KOBJECT_HOST);
    return host != nullptr ? host : lasting_object(port, IPC_KOBJECT_HOST_PRIV);
}

struct host *convert_port_to_host_priv(struct ipc_port *port)
{
    return lasting_object(port, IPC_KOBJECT_HOST_PRIV);
}

struct host *convert_port_to_host_security(struct ipc_port *port)
{
    return lasting_object(port, IPC_KOBJECT_HOST_SECURITY);
}

struct ipc_port *convert_host_to_port(struct host *host)
{
    return host != nullptr ? kernel_port_make_send(host->port) : nullptr;
}

struct processor_set *convert_port_to_pset(struct ipc_port *port)
{
    return lasting_object(port, IPC_KOBJECT_PROCESSOR_SET);
}

struct processor_set *convert_port_to_pset_name(struct ipc_port *port)
{
    struct processor_set *set = lasting_object(port, IPC_KOBJECT_PROCESSOR_SET_NAME);
    return set != nullptr ? set : lasting_object(port, IPC_KOBJECT_PROCESSOR_SET);
}

struct ipc_port *convert_pset_to_port(struct processor_set *set)
{
    return set != nullptr ? kernel_port_make_send(set->port) : nullptr;
}

struct ipc_port *convert_pset_name_to_port(struct processor_set *set)
{
    return set != nullptr ? kernel_port_make_send(set->name_port) : nullptr;
}

struct device_master *convert_port_to_device_master(struct ipc_port *port)
{
    return lasting_object(port, IPC_KOBJECT_DEVICE_MASTER);
}
