/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rights in a space: user references, destruction, death.
 */
#include <ipc/ipc_right.h>

#include <lib/assert.h>
#include <mem/zone.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_notify.h>
#include <ipc/ipc_pset.h>
#include <ipc/ipc_right_internal.h>
#include <ipc/ipc_zones.h>

/* Take REQUEST off PORT's list.  Returns: its notification; null if the port died and has sent
 * it. */
static struct ipc_kmsg *take_request(struct ipc_port *port, struct ipc_request *request)
{
    struct ipc_kmsg *notification = nullptr;
    ipc_port_lock(port);
    if (port->object.is_active) {
        list_remove(&request->link);
        notification = request->notification;
    }
    ipc_port_unlock(port);
    if (notification != nullptr) {
        zone_free(&ipc_request_zone, request);
    }
    return notification;
}

void ipc_right_cancel_request(struct ipc_entry *entry)
{
    if (entry->request == nullptr) {
        return;
    }
    struct ipc_kmsg *notification = take_request(ipc_entry_port(entry), entry->request);
    entry->request = nullptr;
    if (notification != nullptr) {
        ipc_notify_port_deleted(notification);
    }
}

void ipc_right_make_dead(struct ipc_space *space, struct ipc_entry *entry)
{
    struct ipc_port *port = ipc_entry_port(entry);
    bool is_send = entry->bits & MACH_PORT_TYPE_SEND;
    if (is_send) {
        ipc_hash_remove(space, entry);
    }
    ipc_port_lock(port);
    if (is_send) {
        port->send_rights--;
    } else {
        port->send_once_rights--;
    }
    ipc_port_unlock(port);

    /* A dead-name notification that was sent for the name carries one user reference. */
    uint32_t urefs = ipc_entry_urefs(entry);
    if (entry->request != nullptr && urefs < MACH_PORT_UREFS_MAX) {
        urefs++;
    }
    entry->request = nullptr;
    entry->object = nullptr;
    entry->bits = MACH_PORT_TYPE_DEAD_NAME | urefs;
    ipc_port_release(port);
}

bool ipc_right_check(struct ipc_space *space, struct ipc_entry *entry)
{
    if (entry->bits & MACH_PORT_TYPE_DEAD_NAME) {
        return true;
    }
    if (!(entry->bits & MACH_PORT_TYPE_SEND_RIGHTS) || (entry->bits & MACH_PORT_TYPE_RECEIVE) ||
        ipc_port_is_alive(ipc_entry_port(entry))) {
        return false;
    }
    ipc_right_make_dead(space, entry);
    return true;
}

void ipc_right_drop(struct ipc_right_remains *remains)
{
    if (remains->object == nullptr) {
        return;
    }
    if (remains->type == 0) {
        ipc_pset_destroy((struct ipc_pset *)remains->object);
        return;
    }
    struct ipc_port *port = (struct ipc_port *)remains->object;
    if (remains->also_send) {
        ipc_port_release_send(port);
    }
    ipc_port_release_right(port, remains->type);
}

/* Fill REMAINS with what ENTRY denotes. */
static void collect_remains(const struct ipc_entry *entry, struct ipc_right_remains *remains)
{
    *remains = (struct ipc_right_remains){ .object = entry->object };
    switch (ipc_entry_type(entry)) {
    case MACH_PORT_TYPE_SEND: remains->type = MACH_MSG_TYPE_PORT_SEND; break;
    case MACH_PORT_TYPE_SEND_ONCE: remains->type = MACH_MSG_TYPE_PORT_SEND_ONCE; break;
    case MACH_PORT_TYPE_RECEIVE:
    case MACH_PORT_TYPE_SEND_RECEIVE:
        remains->type = MACH_MSG_TYPE_PORT_RECEIVE;
        remains->also_send = entry->bits & MACH_PORT_TYPE_SEND;
        break;
    default: break;
    }
}

void ipc_right_destroy(struct ipc_space *space, struct ipc_entry *entry,
                       struct ipc_right_remains *remains)
{
    collect_remains(entry, remains);
    ipc_right_cancel_request(entry);
    if (entry->bits & MACH_PORT_TYPE_SEND_RECEIVE) {
        ipc_hash_remove(space, entry);
    }
    ipc_entry_free(space, entry);
}

/* Drop COUNT (more than 0) user references of a send right in ENTRY, which has at least as many. */
static void drop_send_urefs(struct ipc_space *space, struct ipc_entry *entry, uint32_t count,
                            struct ipc_right_remains *remains) REQUIRES(space->lock)
{
    if (ipc_entry_urefs(entry) > count) {
        entry->bits -= count;
    } else if (entry->bits & MACH_PORT_TYPE_RECEIVE) {
        ipc_right_cancel_request(entry);
        *remains =
            (struct ipc_right_remains){ .object = entry->object, .type = MACH_MSG_TYPE_PORT_SEND };
        entry->bits = MACH_PORT_TYPE_RECEIVE;
    } else {
        ipc_right_destroy(space, entry, remains);
    }
}

/* Drop COUNT user references of a dead name. */
static void drop_dead_urefs(struct ipc_space *space, struct ipc_entry *entry, uint32_t count)
    REQUIRES(space->lock)
{
    if (ipc_entry_urefs(entry) > count) {
        entry->bits -= count;
    } else {
        ipc_entry_free(space, entry);
    }
}

kern_return_t ipc_right_deallocate(struct ipc_space *space, struct ipc_entry *entry,
                                   struct ipc_right_remains *remains)
{
    if (ipc_right_check(space, entry)) {
        drop_dead_urefs(space, entry, 1);
    } else if (entry->bits & MACH_PORT_TYPE_SEND) {
        drop_send_urefs(space, entry, 1, remains);
    } else if (entry->bits & MACH_PORT_TYPE_SEND_ONCE) {
        ipc_right_destroy(space, entry, remains);
    } else {
        return KERN_INVALID_RIGHT;
    }
    return KERN_SUCCESS;
}

/* mach_port_mod_refs for rights of which there is exactly one: receive, port set, send-once. */
static kern_return_t delta_single(struct ipc_space *space, struct ipc_entry *entry, uint32_t type,
                                  mach_port_delta_t delta, struct ipc_right_remains *remains)
    REQUIRES(space->lock)
{
    if (!(entry->bits & type)) {
        return KERN_INVALID_RIGHT;
    }
    if (delta == 0) {
        return KERN_SUCCESS;
    }
    if (delta != -1) {
        return KERN_INVALID_VALUE;
    }
    if (type != MACH_PORT_TYPE_RECEIVE || !(entry->bits & MACH_PORT_TYPE_SEND)) {
        ipc_right_destroy(space, entry, remains);
        return KERN_SUCCESS;
    }
    /* The send right stays and is a dead name as soon as the port is gone. */
    *remains =
        (struct ipc_right_remains){ .object = entry->object, .type = MACH_MSG_TYPE_PORT_RECEIVE };
    entry->bits &= ~MACH_PORT_TYPE_RECEIVE;
    return KERN_SUCCESS;
}

/* mach_port_mod_refs for rights with user references: send, dead name. */
static kern_return_t delta_counted(struct ipc_space *space, struct ipc_entry *entry, uint32_t type,
                                   mach_port_delta_t delta, struct ipc_right_remains *remains)
    REQUIRES(space->lock)
{
    bool is_dead = ipc_right_check(space, entry);
    if (!(entry->bits & type)) {
        return KERN_INVALID_RIGHT;
    }
    int64_t urefs = (int64_t)ipc_entry_urefs(entry) + delta;
    if (urefs < 0) {
        return KERN_INVALID_VALUE;
    }
    if (urefs > MACH_PORT_UREFS_MAX) {
        return KERN_UREFS_OVERFLOW;
    }
    if (delta >= 0) {
        entry->bits += (uint32_t)delta;
    } else if (is_dead) {
        drop_dead_urefs(space, entry, (uint32_t)-delta);
    } else {
        drop_send_urefs(space, entry, (uint32_t)-delta, remains);
    }
    return KERN_SUCCESS;
}

kern_return_t ipc_right_delta(struct ipc_space *space, struct ipc_entry *entry,
                              mach_port_right_t right, mach_port_delta_t delta,
                              struct ipc_right_remains *remains)
{
    switch (right) {
    case MACH_PORT_RIGHT_SEND:
    case MACH_PORT_RIGHT_DEAD_NAME:
        return delta_counted(space, entry, MACH_PORT_TYPE(right), delta, remains);
    case MACH_PORT_RIGHT_RECEIVE:
    case MACH_PORT_RIGHT_PORT_SET:
        return delta_single(space, entry, MACH_PORT_TYPE(right), delta, remains);
    case MACH_PORT_RIGHT_SEND_ONCE:
        (void)ipc_right_check(space, entry);
        return delta_single(space, entry, MACH_PORT_TYPE_SEND_ONCE, delta, remains);
    default: return KERN_INVALID_VALUE;
    }
}

kern_return_t ipc_right_set_request(struct ipc_space *space, struct ipc_entry *entry,
                                    struct ipc_request *request, struct ipc_port **former)
{
    *former = nullptr;
    if (!(entry->bits & MACH_PORT_TYPE_PORT_RIGHTS) && !(entry->bits & MACH_PORT_TYPE_DEAD_NAME)) {
        return KERN_INVALID_RIGHT;
    }
    if (ipc_right_check(space, entry)) {
        return KERN_INVALID_ARGUMENT;
    }
    struct ipc_port *port = ipc_entry_port(entry);
    struct ipc_request *old = entry->request;
    ipc_port_lock(port);
    if (!port->object.is_active) {
        /* It died just now and has sent the old request's notification. */
        ipc_port_unlock(port);
        (void)ipc_right_check(space, entry);
        return KERN_INVALID_ARGUMENT;
    }
    if (old != nullptr) {
        list_remove(&old->link);
    }
    if (request != nullptr) {
        list_insert_tail(&port->requests, &request->link);
    }
    ipc_port_unlock(port);
    entry->request = request;
    if (old != nullptr) {
        *former = ipc_notify_cancel(old->notification);
        zone_free(&ipc_request_zone, old);
    }
    return KERN_SUCCESS;
}

void ipc_right_terminate(struct ipc_entry *entry)
{
    struct ipc_right_remains remains;
    ipc_right_cancel_request(entry);
    collect_remains(entry, &remains);
    entry->bits = 0;
    entry->object = nullptr;
    ipc_right_drop(&remains);
}
