/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests to be told what becomes of a port.  Notifications are taken out under the port's lock and
 * sent without it: sending locks another port.
 */
#include <ipc/ipc_request.h>

#include <mach/notify.h>

#include <mem/zone.h>
#include <ipc/ipc_entry.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_notify.h>
#include <ipc/ipc_space.h>
#include <ipc/ipc_zones.h>

/* Armed requests that are taken under one hold of a port's lock. */
#define ARMED_TAKEN 64

struct ipc_request *ipc_request_create(struct ipc_kmsg *notification, bool is_send_possible)
{
    struct ipc_request *request = zone_alloc(&ipc_request_zone);
    if (request != nullptr) {
        *request = (struct ipc_request){
            .notification = notification,
            .is_send_possible = is_send_possible,
        };
        list_init(&request->link);
    }
    return request;
}

void ipc_request_free(struct ipc_request *request)
{
    zone_free(&ipc_request_zone, request);
}

struct ipc_kmsg *ipc_request_take(struct ipc_port *port, struct ipc_request *request)
{
    struct ipc_kmsg *notification = request->notification;
    if (notification != nullptr) {
        list_remove(&request->link);
        __atomic_store_n(&port->request_count, port->request_count - 1, __ATOMIC_RELAXED);
        __atomic_store_n(&request->notification, nullptr, __ATOMIC_RELAXED);
    }
    return notification;
}

void ipc_request_enter(struct ipc_port *port, struct ipc_request *request)
{
    __atomic_store_n(&port->request_count, port->request_count + 1, __ATOMIC_RELAXED);
    if (request->is_armed) {
        list_insert_head(&port->requests, &request->link);
        port->is_room_awaited = true;
    } else {
        list_insert_tail(&port->requests, &request->link);
    }
}

mach_port_type_t ipc_request_type(const struct ipc_entry *entry)
{
    const struct ipc_request *request = entry->request;
    if (request == nullptr ||
        __atomic_load_n(&request->notification, __ATOMIC_RELAXED) == nullptr) {
        return 0;
    }
    if (!request->is_send_possible) {
        return MACH_PORT_TYPE_DNREQUEST;
    }
    bool is_armed = __atomic_load_n(&request->is_armed, __ATOMIC_RELAXED);
    return MACH_PORT_TYPE_DNREQUEST | MACH_PORT_TYPE_SPREQUEST |
           (is_armed ? 0 : MACH_PORT_TYPE_SPREQUEST_DELAYED);
}

void ipc_request_arm(struct ipc_space *space, struct ipc_port *port)
{
    spin_lock(&space->lock);
    struct ipc_entry *entry = space->is_active ? ipc_hash_find(space, port) : nullptr;
    struct ipc_request *request = entry != nullptr ? entry->request : nullptr;
    if (request != nullptr && request->is_send_possible) {
        ipc_port_lock(port);
        if (request->notification != nullptr) {
            __atomic_store_n(&request->is_armed, true, __ATOMIC_RELAXED);
            port->is_room_awaited = true;
            list_remove(&request->link);
            list_insert_head(&port->requests, &request->link);
        }
        ipc_port_unlock(port);
    }
    spin_unlock(&space->lock);
    ipc_request_queue_changed(port);
}

/* The first request of PORT if it is armed, else null. */
static struct ipc_request *first_armed(struct ipc_port *port) REQUIRES(port->object.lock)
{
    if (list_empty(&port->requests)) {
        return nullptr;
    }
    struct ipc_request *request = list_first_entry(&port->requests, struct ipc_request, link);
    return request->is_armed ? request : nullptr;
}

/* Move the notifications of some armed requests of PORT to NOTIFICATIONS. */
static void take_armed(struct ipc_port *port, struct list *notifications)
    REQUIRES(port->object.lock)
{
    struct ipc_request *request = first_armed(port);
    for (uint32_t i = 0; i < ARMED_TAKEN && request != nullptr; i++) {
        list_insert_tail(notifications, &ipc_request_take(port, request)->link);
        request = first_armed(port);
    }
    port->is_room_awaited = request != nullptr;
}

void ipc_request_tell_room(struct ipc_port *port)
{
    struct list notifications;
    list_init(&notifications);
    bool are_more;
    do {
        ipc_port_lock(port);
        if (port->object.is_active && port->message_count < port->message_limit) {
            take_armed(port, &notifications);
        }
        are_more = port->is_room_awaited && !list_empty(&notifications);
        ipc_port_unlock(port);
        while (!list_empty(&notifications)) {
            struct ipc_kmsg *kmsg = list_first_entry(&notifications, struct ipc_kmsg, link);
            list_remove(&kmsg->link);
            ipc_notify_name(kmsg, MACH_NOTIFY_SEND_POSSIBLE);
        }
    } while (are_more);
}
