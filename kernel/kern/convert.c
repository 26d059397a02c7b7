/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Conversions that look at the port: see the header for those of the caller's own task.
 */
#include <kern/convert.h>

#include <sched/thread.h>
#include <ipc/ipc_port.h>
#include <ipc/ipc_right.h>
#include <ipc/ipc_space.h>
#include <vm/vm_map.h>
#include <kern/clock.h>
#include <kern/host.h>
#include <kern/kernel_port.h>
#include <kern/semaphore.h>
#include <kern/task.h>
#include <kern/thread_control.h>

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

/* Is PORT one of those whose kinds begin with FIRST, and allows at least ACCESS?  *FOUND: what it allows. */
static bool port_allows(const struct ipc_port *port, enum ipc_kobject_kind first,
                        enum object_access access, enum object_access *found)
{
    *found = (enum object_access)(port->kobject_kind - first); /* kinds before FIRST: a huge one */
    return port->state == PORT_IN_KERNEL && *found <= access;
}

/* The task behind PORT, which allows at least ACCESS, with a reference; what it allows in *FOUND. */
static struct task *task_with_access(struct ipc_port *port, enum object_access access,
                                     enum object_access *found)
{
    if (!ipc_port_is_valid(port)) {
        return nullptr;
    }
    interrupt_state_t state = spin_lock_save(&port->object.lock);
    struct task *task =
        port_allows(port, IPC_KOBJECT_TASK, access, found) ? port->kobject : nullptr;
    if (task != nullptr) {
        task_reference(task);
    }
    spin_unlock_restore(&port->object.lock, state);
    return task;
}

struct task *convert_foreign_port_to_task(struct ipc_port *port, enum object_access access)
{
    enum object_access found;
    struct task *task = task_with_access(port, access, &found);
    if (UNLIKELY(task != nullptr && task == current_task())) {
        task_release(task); /* a lesser port of the caller's own: not the last */
    }
    return task;
}

struct task *convert_port_to_task_access(struct ipc_port *port, enum object_access *access)
{
    *access = ACCESS_CONTROL;
    if (port_is_own_task(port)) {
        return current_task();
    }
    struct task *task = task_with_access(port, ACCESS_INSPECT, access);
    if (task != nullptr && task == current_task()) {
        task_release(task);
    }
    return task;
}

struct task *convert_port_to_task_token(struct ipc_port *port)
{
    if (!ipc_port_is_valid(port)) {
        return nullptr;
    }
    interrupt_state_t state = spin_lock_save(&port->object.lock);
    struct task *task = ipc_port_kobject_locked(port, IPC_KOBJECT_TASK_TOKEN);
    if (task != nullptr && task != current_task()) {
        task_reference(task);
    }
    spin_unlock_restore(&port->object.lock, state);
    return task;
}

struct ipc_space *convert_foreign_port_to_space(struct ipc_port *port, enum object_access access)
{
    struct task *task = convert_foreign_port_to_task(port, access);
    if (task == nullptr) {
        return nullptr;
    }
    struct ipc_space *space = task->space;
    if (space != current_thread()
                     ->space) { /* own space, if the port became the own task's since we looked */
        ipc_space_reference(space);
    }
    task_deallocate(task);
    return space;
}

void space_release_foreign(struct ipc_space *space)
{
    if (space != nullptr) {
        interrupt_state_t state = interrupts_save();
        ipc_space_release(space);
        interrupts_restore(state);
    }
}

/* The map of TASK, or null, whose reference is consumed. */
static struct vm_map *task_to_map(struct task *task)
{
    if (task == nullptr) {
        return nullptr;
    }
    struct vm_map *map = task->map;
    vm_map_reference(map);
    task_deallocate(task);
    return map;
}

struct vm_map *convert_port_to_map(struct ipc_port *port)
{
    return task_to_map(convert_port_to_task(port));
}

struct vm_map *convert_port_to_map_read(struct ipc_port *port)
{
    return task_to_map(convert_port_to_task_read(port));
}

/* The thread behind PORT, which allows at least ACCESS; what it allows in *FOUND. */
static struct thread *thread_with_access(struct ipc_port *port, enum object_access access,
                                         enum object_access *found)
{
    if (!ipc_port_is_valid(port)) {
        return nullptr;
    }
    interrupt_state_t state = spin_lock_save(&port->object.lock);
    struct thread *thread =
        port_allows(port, IPC_KOBJECT_THREAD, access, found) ? port->kobject : nullptr;
    if (thread != nullptr && thread != current_thread()) {
        thread_reference(thread);
    }
    spin_unlock_restore(&port->object.lock, state);
    return thread;
}

struct thread *convert_port_to_thread(struct ipc_port *port)
{
    enum object_access found;
    return thread_with_access(port, ACCESS_CONTROL, &found);
}

struct thread *convert_port_to_thread_read(struct ipc_port *port)
{
    enum object_access found;
    return thread_with_access(port, ACCESS_READ, &found);
}

struct thread *convert_port_to_thread_inspect(struct ipc_port *port)
{
    enum object_access found;
    return thread_with_access(port, ACCESS_INSPECT, &found);
}

struct thread *convert_port_to_thread_access(struct ipc_port *port, enum object_access *access)
{
    return thread_with_access(port, ACCESS_INSPECT, access);
}

kern_return_t convert_name_to_port(mach_port_name_t name, struct ipc_port **port)
{
    struct ipc_space *space = current_thread()->space;
    kern_return_t result = KERN_SUCCESS;
    spin_lock(&space->lock);
    struct ipc_entry *entry = space->is_active ? ipc_entry_lookup(space, name) : nullptr;
    if (entry == nullptr) {
        result = KERN_INVALID_NAME;
    } else if ((entry->bits & MACH_PORT_TYPE_SEND) == 0 || ipc_right_check(space, entry)) {
        result = KERN_INVALID_RIGHT;
    } else {
        *port = ipc_entry_port(entry);
        ipc_port_reference(*port);
    }
    spin_unlock(&space->lock);
    return result;
}

struct thread *convert_name_to_thread(mach_port_name_t name)
{
    struct ipc_port *port;
    if (convert_name_to_port(name, &port) != KERN_SUCCESS) {
        return nullptr;
    }
    struct thread *thread = convert_port_to_thread(port);
    ipc_port_release(port);
    return thread;
}

struct clock *convert_name_to_clock(mach_port_name_t name)
{
    struct ipc_port *port;
    if (convert_name_to_port(name, &port) != KERN_SUCCESS) {
        return nullptr;
    }
    struct clock *clock = convert_port_to_clock(port);
    ipc_port_release(port);
    return clock;
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

struct processor *convert_port_to_processor(struct ipc_port *port)
{
    return lasting_object(port, IPC_KOBJECT_PROCESSOR);
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

struct clock *convert_port_to_clock(struct ipc_port *port)
{
    return lasting_object(port, IPC_KOBJECT_CLOCK);
}

struct ipc_port *convert_clock_to_port(struct clock *clock)
{
    return clock != nullptr ? kernel_port_make_send(clock->port) : nullptr;
}

struct clock *convert_port_to_clock_control(struct ipc_port *port)
{
    return lasting_object(port, IPC_KOBJECT_CLOCK_CONTROL);
}

struct ipc_port *convert_clock_control_to_port(struct clock *clock)
{
    return clock != nullptr ? kernel_port_make_send(clock->control_port) : nullptr;
}

struct device_master *convert_port_to_device_master(struct ipc_port *port)
{
    return lasting_object(port, IPC_KOBJECT_DEVICE_MASTER);
}

struct semaphore *convert_port_to_semaphore(struct ipc_port *port)
{
    if (!ipc_port_is_valid(port)) {
        return nullptr;
    }
    interrupt_state_t state = spin_lock_save(&port->object.lock);
    struct semaphore *semaphore = ipc_port_kobject_locked(port, IPC_KOBJECT_SEMAPHORE);
    if (semaphore != nullptr) {
        semaphore_reference(semaphore);
    }
    spin_unlock_restore(&port->object.lock, state);
    return semaphore;
}

void semaphore_deallocate(struct semaphore *semaphore)
{
    if (semaphore != nullptr) {
        semaphore_release(semaphore);
    }
}

struct ipc_port *convert_semaphore_to_port(struct semaphore *semaphore)
{
    if (semaphore == nullptr) {
        return nullptr;
    }
    struct ipc_port *right = kernel_port_make_send(semaphore->port);
    semaphore_release(semaphore);
    return right;
}

struct ipc_voucher *convert_port_to_voucher(struct ipc_port *port)
{
    return ipc_voucher_of_port(port);
}

struct ipc_port *convert_voucher_to_port(struct ipc_voucher *voucher)
{
    if (voucher == nullptr) {
        return nullptr;
    }
    struct ipc_port *right = ipc_voucher_make_send(voucher);
    ipc_voucher_release(voucher);
    return right;
}
