/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests for notifications.  The message of each is made with the request.
 */
#include <ipc/mach_port.h>

#include <mach/notify.h>

#include <ipc/ipc_charge.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_notify.h>
#include <ipc/ipc_request.h>
#include <ipc/ipc_right.h>
#include <ipc/ipc_violation.h>
#include <ipc/mach_port_internal.h>

/* Exchange PORT's no-senders request for NOTIFICATION (or null). */
static kern_return_t request_no_senders(struct ipc_space *task, mach_port_name_t name,
                                        mach_port_mscount_t sync, struct ipc_kmsg *notification,
                                        struct ipc_kmsg **former)
{
    struct ipc_port *port;
    kern_return_t result = mach_port_lock_receive(task, name, &port);
    if (result != LOCKED) {
        return result;
    }
    *former = port->no_senders;
    bool is_due =
        notification != nullptr && port->send_rights == 0 && sync <= port->make_send_count;
    port->no_senders = is_due ? nullptr : notification;
    uint32_t count = port->make_send_count;
    mach_port_unlock_receive(port);
    if (is_due) {
        ipc_notify_no_senders(notification, count);
    }
    return KERN_SUCCESS;
}

/* Exchange PORT's port-destroyed request; a second one is refused, it has to be cancelled first, and a
 * timer's port goes with its timer. */
static kern_return_t request_port_destroyed(struct ipc_space *task, mach_port_name_t name,
                                            mach_port_mscount_t sync, struct ipc_kmsg *notification,
                                            struct ipc_kmsg **former)
{
    struct ipc_port *port;
    if (sync != 0) {
        return KERN_INVALID_VALUE;
    }
    kern_return_t result = mach_port_lock_receive(task, name, &port);
    if (result != LOCKED) {
        return result;
    }
    if (port->is_timer) {
        result = ipc_violation_by_result(name, KERN_INVALID_RIGHT);
    } else if (notification != nullptr && port->port_destroyed != nullptr) {
        ipc_violation(name, 0, kGUARD_EXC_KERN_FAILURE);
        result = KERN_FAILURE;
    } else {
        *former = port->port_destroyed;
        port->port_destroyed = notification;
    }
    mach_port_unlock_receive(port);
    return result;
}

/* ENTRY, locked, could not take a request.  A dead name may be told of at once: the notification takes
 * a user reference along. */
static kern_return_t notify_dead_name(struct ipc_entry *entry, bool at_once,
                                      struct ipc_kmsg *notification)
{
    if (!(entry->bits & MACH_PORT_TYPE_DEAD_NAME) || !at_once || notification == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    if (ipc_entry_urefs(entry) >= MACH_PORT_UREFS_MAX) {
        return KERN_UREFS_OVERFLOW;
    }
    entry->bits++;
    ipc_notify_name(notification, MACH_NOTIFY_DEAD_NAME);
    return KERN_SUCCESS;
}

/* Exchange the request of ENTRY for REQUEST (or null).  Returns: KERN_SUCCESS, its notification is
 * taken; *IS_KEPT, it is too. */
static kern_return_t exchange_name_request(struct ipc_space *task, struct ipc_entry *entry,
                                           struct ipc_request *request, bool sync, bool *is_kept,
                                           struct ipc_port **previous) REQUIRES(task->lock)
{
    bool is_send_possible = request != nullptr && request->is_send_possible;
    struct ipc_kmsg *notification = request != nullptr ? request->notification : nullptr;
    if (request == nullptr && entry->request == nullptr) {
        return KERN_SUCCESS;
    }
    kern_return_t result =
        ipc_right_set_request(task, entry, request, is_send_possible && sync, previous);
    *is_kept = result == KERN_SUCCESS;
    if (result == KERN_ALREADY_WAITING) {
        ipc_notify_name(notification, MACH_NOTIFY_SEND_POSSIBLE);
        return KERN_SUCCESS;
    }
    return result == KERN_INVALID_ARGUMENT
               ? notify_dead_name(entry, sync || is_send_possible, notification)
               : result;
}

/* Exchange the dead-name or send-possible request of NAME. */
static kern_return_t request_name(struct ipc_space *task, mach_port_name_t name, mach_msg_id_t id,
                                  mach_port_mscount_t sync, struct ipc_kmsg *notification,
                                  struct ipc_port **previous)
{
    struct ipc_entry *entry;
    struct ipc_request *request = nullptr;
    bool is_kept = false;
    if (!MACH_PORT_VALID(name)) {
        return KERN_INVALID_ARGUMENT;
    }
    if (notification != nullptr) {
        request = ipc_request_create(notification, id == MACH_NOTIFY_SEND_POSSIBLE);
        if (request == nullptr) {
            return KERN_RESOURCE_SHORTAGE;
        }
    }
    kern_return_t result = mach_port_lock_entry(task, name, &entry);
    if (result == LOCKED) {
        result = exchange_name_request(task, entry, request, sync != 0, &is_kept, previous);
        spin_unlock(&task->lock);
    }
    if (!is_kept && request != nullptr) {
        ipc_request_free(request);
    }
    return result;
}

/* Register NOTIFICATION (or null) for event ID of NAME; the right registered before comes back. */
static kern_return_t exchange_request(struct ipc_space *task, mach_port_name_t name,
                                      mach_msg_id_t id, mach_port_mscount_t sync,
                                      struct ipc_kmsg *notification, struct ipc_port **previous)
{
    struct ipc_kmsg *former = nullptr;
    kern_return_t result = KERN_INVALID_VALUE;
    switch (id) {
    case MACH_NOTIFY_NO_SENDERS:
        result = request_no_senders(task, name, sync, notification, &former);
        break;
    case MACH_NOTIFY_PORT_DESTROYED:
        result = request_port_destroyed(task, name, sync, notification, &former);
        break;
    case MACH_NOTIFY_DEAD_NAME:
    case MACH_NOTIFY_SEND_POSSIBLE:
        return request_name(task, name, id, sync, notification, previous);
    default: break;
    }
    if (former != nullptr) {
        *previous = ipc_notify_cancel(former);
    }
    return result;
}

kern_return_t mach_port_request_notification(struct ipc_space *task, mach_port_name_t name,
                                             mach_msg_id_t id, mach_port_mscount_t sync,
                                             struct ipc_port *notify, struct ipc_port **previous)
{
    struct ipc_kmsg *notification = nullptr;
    struct ipc_port *former = nullptr;
    if (task == nullptr) {
        return KERN_INVALID_TASK;
    }
    if (notify == IPC_PORT_DEAD) {
        return KERN_INVALID_CAPABILITY;
    }
    if (notify != nullptr) {
        notification = ipc_notify_create(id, notify, name);
        if (notification == nullptr) {
            return KERN_RESOURCE_SHORTAGE;
        }
        if (!ipc_kmsg_charge_to(notification, task->quota)) {
            (void)ipc_notify_cancel(notification);
            return KERN_RESOURCE_SHORTAGE;
        }
    }
    kern_return_t result = exchange_request(task, name, id, sync, notification, &former);
    if (result == KERN_SUCCESS) {
        *previous = former;
    } else if (notification != nullptr) {
        /* On failure the right stays with the request message, which the caller destroys. */
        (void)ipc_notify_cancel(notification);
    }
    return result;
}
