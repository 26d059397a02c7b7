/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The routines of mach_port.defs about membership in port sets, and requests for notifications.
 */
#include <ipc/mach_port.h>

#include <mach/notify.h>

#include <mem/zone.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_notify.h>
#include <ipc/ipc_right.h>
#include <ipc/ipc_zones.h>
#include <ipc/mach_port_internal.h>

/* Let OPERATION act on the set SET_NAME and the port NAME, which is locked. */
static kern_return_t change_membership(struct ipc_space *task, mach_port_name_t name,
                                       mach_port_name_t set_name,
                                       kern_return_t (*operation)(struct ipc_pset *set,
                                                                  struct ipc_port *port))
{
    struct ipc_pset *set;
    struct ipc_port *port;
    kern_return_t result = mach_port_find_set(task, set_name, &set);
    if (result != KERN_SUCCESS) {
        return result;
    }
    result = mach_port_lock_receive(task, name, &port);
    if (result == LOCKED) {
        result = operation(set, port);
        mach_port_unlock_receive(port);
    }
    ipc_object_release(&set->object);
    return result;
}

static kern_return_t move_to_set(struct ipc_pset *set, struct ipc_port *port)
    REQUIRES(port->object.lock)
{
    ipc_pset_remove_all(port);
    return ipc_pset_add(set, port);
}

kern_return_t mach_port_insert_member(struct ipc_space *task, mach_port_name_t name,
                                      mach_port_name_t set_name)
{
    return change_membership(task, name, set_name, ipc_pset_add);
}

kern_return_t mach_port_extract_member(struct ipc_space *task, mach_port_name_t name,
                                       mach_port_name_t set_name)
{
    return change_membership(task, name, set_name, ipc_pset_remove);
}

/* Take the port NAME out of all sets. */
static kern_return_t remove_from_sets(struct ipc_space *task, mach_port_name_t name)
{
    struct ipc_port *port;
    kern_return_t result = mach_port_lock_receive(task, name, &port);
    if (result != LOCKED) {
        return result;
    }
    result = ipc_pset_count(port) == 0 ? KERN_NOT_IN_SET : KERN_SUCCESS;
    ipc_pset_remove_all(port);
    mach_port_unlock_receive(port);
    return result;
}

kern_return_t mach_port_move_member(struct ipc_space *task, mach_port_name_t member,
                                    mach_port_name_t after)
{
    return after == MACH_PORT_NULL ? remove_from_sets(task, member)
                                   : change_membership(task, member, after, move_to_set);
}

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

/* Exchange PORT's port-destroyed request. */
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
    *former = port->port_destroyed;
    port->port_destroyed = notification;
    mach_port_unlock_receive(port);
    return KERN_SUCCESS;
}

/* NAME, locked as ENTRY, is a dead name: with SYNC the notification goes at once, taking a user
 * reference along. */
static kern_return_t notify_dead_name(struct ipc_entry *entry, mach_port_mscount_t sync,
                                      struct ipc_kmsg *notification)
{
    if (!(entry->bits & MACH_PORT_TYPE_DEAD_NAME) || sync == 0 || notification == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    if (ipc_entry_urefs(entry) >= MACH_PORT_UREFS_MAX) {
        return KERN_UREFS_OVERFLOW;
    }
    entry->bits++;
    ipc_mqueue_post(notification);
    return KERN_SUCCESS;
}

/* Exchange the dead-name request of NAME. */
static kern_return_t request_dead_name(struct ipc_space *task, mach_port_name_t name,
                                       mach_port_mscount_t sync, struct ipc_kmsg *notification,
                                       struct ipc_port **previous)
{
    struct ipc_entry *entry;
    struct ipc_request *request = nullptr;
    if (notification != nullptr) {
        request = zone_alloc(&ipc_request_zone);
        if (request == nullptr) {
            return KERN_RESOURCE_SHORTAGE;
        }
        request->notification = notification;
    }
    kern_return_t result = mach_port_lock_entry(task, name, &entry);
    bool is_armed = false;
    if (result == LOCKED) {
        result = ipc_right_set_request(task, entry, request, previous);
        is_armed = result == KERN_SUCCESS;
        if (result == KERN_INVALID_ARGUMENT) {
            result = notify_dead_name(entry, sync, notification);
        }
        spin_unlock(&task->lock);
    }
    if (!is_armed && request != nullptr) {
        zone_free(&ipc_request_zone, request);
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
    case MACH_NOTIFY_DEAD_NAME: return request_dead_name(task, name, sync, notification, previous);
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
