/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The routines of mach_port.defs that tell what a right stands for: an object of the kernel's, of
 * which kind, or nothing but a queue.
 */
#include <ipc/mach_port.h>

#include <lib/object_number.h>
#include <lib/string.h>
#include <ipc/ipc_right.h>
#include <ipc/mach_port_internal.h>

/* A kind of object for users: the number that Darwin gives it, and in words. */
struct kind {
    natural_t number;
    const char *words;
};

/* Darwin's number of what it has not. */
#define KIND_UNKNOWN 54

static const struct kind kinds[] = {
    [IPC_KOBJECT_NONE] = { 0, "" },
    [IPC_KOBJECT_TASK] = { 2, "task" },
    [IPC_KOBJECT_TASK_READ] = { 45, "task, to be read" },
    [IPC_KOBJECT_TASK_INSPECT] = { 44, "task, to be inspected" },
    [IPC_KOBJECT_TASK_NAME] = { 20, "name of a task" },
    [IPC_KOBJECT_TASK_TOKEN] = { 50, "identity of a task" },
    [IPC_KOBJECT_TASK_RESUME] = { 36, "suspension of a task" },
    [IPC_KOBJECT_THREAD] = { 1, "thread" },
    [IPC_KOBJECT_THREAD_READ] = { 47, "thread, to be read" },
    [IPC_KOBJECT_THREAD_INSPECT] = { 46, "thread, to be inspected" },
    [IPC_KOBJECT_HOST] = { 3, "host" },
    [IPC_KOBJECT_HOST_PRIV] = { 4, "host, privileged" },
    [IPC_KOBJECT_HOST_SECURITY] = { 17, "host, security" },
    [IPC_KOBJECT_PROCESSOR] = { 5, "processor" },
    [IPC_KOBJECT_PROCESSOR_SET] = { 6, "processor set" },
    [IPC_KOBJECT_PROCESSOR_SET_NAME] = { 7, "name of a processor set" },
    [IPC_KOBJECT_CLOCK] = { 25, "clock" },
    [IPC_KOBJECT_CLOCK_CONTROL] = { 26, "clock, privileged" },
    [IPC_KOBJECT_SEMAPHORE] = { 23, "semaphore" },
    [IPC_KOBJECT_VOUCHER] = { 37, "voucher" },
    [IPC_KOBJECT_MEMORY_ENTRY] = { 28, "memory entry" },
    [IPC_KOBJECT_DEVICE_MASTER] = { 19, "all devices" },
    [IPC_KOBJECT_INTERRUPT] = { KIND_UNKNOWN, "interrupt" },
};

/* A timer's port has a queue, which its user receives from, and is Darwin's object all the same. */
static const struct kind kind_timer = { 8, "timer" };

/* The number of the object that PORT stands for; 0 if it is none, or gone. */
static uint32_t number_of_object(struct ipc_port *port)
{
    spin_lock(&port->object.lock);
    const void *object = port->state == PORT_IN_KERNEL ? port->kobject : nullptr;
    spin_unlock(&port->object.lock);
    return object_number(object);
}

/* What the send or receive right NAME stands for, and which of these. */
static kern_return_t find_kind(struct ipc_space *task, mach_port_name_t name, struct kind *kind,
                               mach_vm_address_t *number)
{
    struct ipc_entry *entry;
    kern_return_t result = mach_port_lock_entry(task, name, &entry);
    if (result != LOCKED) {
        return result;
    }
    result = KERN_INVALID_RIGHT;
    if (!ipc_right_check(task, entry) && (entry->bits & MACH_PORT_TYPE_SEND_RECEIVE)) {
        struct ipc_port *port = ipc_entry_port(entry);
        *kind = port->is_timer ? kind_timer : kinds[port->kobject_kind];
        *number = number_of_object(port);
        result = KERN_SUCCESS;
    }
    spin_unlock(&task->lock);
    return result;
}

kern_return_t mach_port_kobject_description(struct ipc_space *task, mach_port_name_t name,
                                            natural_t *type, mach_vm_address_t *address,
                                            kobject_description_t description)
{
    struct kind kind;
    kern_return_t result = find_kind(task, name, &kind, address);
    if (result == KERN_SUCCESS) {
        *type = kind.number;
        strlcpy(description, kind.words, KOBJECT_DESCRIPTION_LENGTH);
    }
    return result;
}

kern_return_t mach_port_kobject(struct ipc_space *task, mach_port_name_t name, natural_t *type,
                                mach_vm_address_t *address)
{
    struct kind kind;
    kern_return_t result = find_kind(task, name, &kind, address);
    if (result == KERN_SUCCESS) {
        *type = kind.number;
    }
    return result;
}

kern_return_t mach_port_kernel_object(struct ipc_space *task, mach_port_name_t name, unsigned *type,
                                      unsigned *address)
{
    mach_vm_address_t wide = 0;
    kern_return_t result = mach_port_kobject(task, name, type, &wide);
    *address = (unsigned)wide;
    return result;
}
