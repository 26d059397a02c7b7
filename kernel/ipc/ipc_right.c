/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rights in a space: user references, destruction, death.
 */
#include <ipc/ipc_right.h>

#include <mach/notify.h>

#include <lib/assert.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_notify.h>
#include <ipc/ipc_pset.h>
#include <ipc/ipc_request.h>
#include <ipc/ipc_right_internal.h>
#include <ipc/ipc_violation.h>

void ipc_right_cancel_request(struct ipc_entry *entry)
{
    struct ipc_request *request = entry->request;
    if (request == nullptr) {
        return;
    }
    struct ipc_port *port = ipc_entry_port(entry);
    ipc_port_lock(port);
    struct ipc_kmsg *notification = ipc_request_take(port, request);
    bool is_active = port->object.is_active;
    ipc_port_unlock(port);
    entry->request = nullptr;
    ipc_request_free(request);
    if (notification != nullptr) {
        ipc_notify_name(notification, is_active ? MACH_NOTIFY_PORT_DELETED : MACH_NOTIFY_DEAD_NAME);
    }
}

void ipc_right_make_dead(struct ipc_space *space, struct ipc_entry *entry)
{
    struct ipc_port *port = ipc_entry_port(entry);
    struct ipc_request *request = entry->request;
    bool is_send = entry->bits & MACH_PORT_TYPE_SEND;
    if (is_send) {
        ipc_hash_remove(space, entry);
    }
    struct ipc_kmsg *notification = nullptr;
    ipc_port_lock(port);
    if (is_send) {
        port->send_rights--;
    } else {
        port->send_once_rights--;
    }
    if (request != nullptr) {
        notification = ipc_request_take(port, request);
    }
    ipc_port_unlock(port);

    /* A dead-name notification that is sent for the name carries one user reference. */
    uint32_t urefs = ipc_entry_urefs(entry);
    if (request != nullptr) {
        bool is_told = request->is_dead_told || notification != nullptr;
        urefs += is_told && urefs < MACH_PORT_UREFS_MAX;
        ipc_request_free(request);
    }
    entry->request = nullptr;
    entry->object = nullptr;
    entry->bits = MACH_PORT_TYPE_DEAD_NAME | urefs;
    if (notification != nullptr) {
        ipc_notify_name(notification, MACH_NOTIFY_DEAD_NAME);
    }
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

bool ipc_right_is_guarded(const struct ipc_entry *entry)
{
    if (!(entry->bits & MACH_PORT_TYPE_RECEIVE) ||
        LIKELY(!ipc_port_is_guarded(ipc_entry_port(entry)))) {
        return false;
    }
    struct ipc_port *port = ipc_entry_port(entry);
    ipc_port_lock(port);
    uint64_t guard = port->context;
    ipc_port_unlock(port);
    ipc_violation(entry->name, guard, kGUARD_EXC_DESTROY);
    return true;
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

/* Drop COUNT (more than 0) user references of a send right in ENTRY, which has at least as many.  A
 * request stays with a receive right under the same name. */
static void drop_send_urefs(struct ipc_space *space, struct ipc_entry *entry, uint32_t count,
                            struct ipc_right_remains *remains) REQUIRES(space->lock)
{
    if (ipc_entry_urefs(entry) > count) {
        ipc_entry_drop_urefs(entry, count);
    } else if (entry->bits & MACH_PORT_TYPE_RECEIVE) {
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
        ipc_entry_drop_urefs(entry, count);
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
    } else if (entry->bits & (MACH_PORT_TYPE_SEND_ONCE | MACH_PORT_TYPE_PORT_SET)) {
        ipc_right_destroy(space, entry, remains);
    } else {
        return KERN_INVALID_RIGHT;
    }
    return KERN_SUCCESS;
}

/* Take the receive right out of ENTRY; a send right stays and is a dead name as soon as the port is
 * gone. */
static void drop_receive(struct ipc_space *space, struct ipc_entry *entry,
                         struct ipc_right_remains *remains) REQUIRES(space->lock)
{
    if (!(entry->bits & MACH_PORT_TYPE_SEND)) {
        ipc_right_destroy(space, entry, remains);
        return;
    }
    *remains =
        (struct ipc_right_remains){ .object = entry->object, .type = MACH_MSG_TYPE_PORT_RECEIVE };
    entry->bits &= ~MACH_PORT_TYPE_RECEIVE;
}

kern_return_t ipc_right_destruct(struct ipc_space *space, struct ipc_entry *entry,
                                 mach_port_delta_t delta, uint64_t guard,
                                 struct ipc_right_remains *remains)
{
    if (!(entry->bits & MACH_PORT_TYPE_RECEIVE) ||
        (delta != 0 && !(entry->bits & MACH_PORT_TYPE_SEND))) {
        return KERN_INVALID_RIGHT;
    }
    uint32_t count = (uint32_t)-delta;
    if (delta > 0 || count > ipc_entry_urefs(entry)) {
        return KERN_INVALID_VALUE;
    }
    struct ipc_port *port = ipc_entry_port(entry);
    ipc_port_lock(port);
    bool fits = !ipc_port_is_guarded(port) || port->context == guard;
    uint64_t context = port->context;
    ipc_port_unlock(port);
    if (!fits) {
        ipc_violation(entry->name, context, kGUARD_EXC_DESTROY);
        return KERN_INVALID_ARGUMENT;
    }
    struct ipc_right_remains send = {};
    if (count != 0) {
        drop_send_urefs(space, entry, count, &send);
    }
    drop_receive(space, entry, remains);
    remains->also_send |= send.object != nullptr;
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
    if (type != MACH_PORT_TYPE_RECEIVE) {
        ipc_right_destroy(space, entry, remains);
        return KERN_SUCCESS;
    }
    if (UNLIKELY(ipc_right_is_guarded(entry))) {
        return KERN_INVALID_RIGHT;
    }
    drop_receive(space, entry, remains);
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
    default: return KERN_INVALID_RIGHT;
    }
}

kern_return_t ipc_right_set_request(struct ipc_space *space, struct ipc_entry *entry,
                                    struct ipc_request *request, bool fire_if_room,
                                    struct ipc_port **former)
{
    *former = nullptr;
    if (!(entry->bits & MACH_PORT_TYPE_PORT_OR_DEAD)) {
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
    bool is_due =
        fire_if_room && (entry->bits & MACH_PORT_TYPE_SEND_ONCE || port->state == PORT_IN_KERNEL ||
                         port->message_count < port->message_limit);
    struct ipc_kmsg *cancelled = old != nullptr ? ipc_request_take(port, old) : nullptr;
    if (request != nullptr && !is_due) {
        request->is_armed = fire_if_room;
        ipc_request_enter(port, request);
    }
    ipc_port_unlock(port);
    entry->request = is_due ? nullptr : request;
    if (old != nullptr) {
        ipc_request_free(old);
    }
    if (cancelled != nullptr) {
        *former = ipc_notify_cancel(cancelled);
    }
    return is_due ? KERN_ALREADY_WAITING : KERN_SUCCESS;
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
