/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A request is on two lists: that of its event, and, as a dependent, that of the port that wants the message.
 * Whoever takes it off the port's, under the port's lock, has it from then on: the event, which sends the
 * message, or the port's death. The message is made, and charged to who asked, with the request, so the
 * event needs no memory.
 *
 * Who tells of an event takes its whole list first: a request that is made meanwhile, perhaps in answer to
 * the message, is for the next time.
 *
 * Locks: the lists' -> the port's.
 */
#include <kern/host_notify.h>

#include <mach_host_server.h>

#include <mach/host_notify.h>

#include <arch/cpu.h>
#include <mem/zone.h>
#include <ipc/ipc_charge.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_notify.h>

struct host_request {
    struct ipc_port_dependent dependent;
    struct list link;         /* (l) in requests[], or with who tells of the event */
    struct list *home;        /* (c) the one of requests[] that it is for */
    struct ipc_kmsg *message; /* (c) its destination is the port, by a send-once right */
};

static struct zone request_zone;
static struct spinlock list_lock;                      /* (l) */
static struct list requests[HOST_NOTIFY_TYPE_MAX + 1]; /* (l) */

void host_notify_init(void)
{
    zone_init(&request_zone, "host requests", sizeof(struct host_request));
    spinlock_init(&list_lock, LOCK_CLASS_HOST_REQUESTS);
    for (uint32_t i = 0; i < ARRAY_SIZE(requests); i++) {
        list_init(&requests[i]);
    }
}

/* Free REQUEST, which is on no list.  Returns: the send-once right. */
static struct ipc_port *request_destroy(struct host_request *request)
{
    struct ipc_port *port = ipc_notify_cancel(request->message);
    zone_free(&request_zone, request);
    return port;
}

static void port_died(struct ipc_port_dependent *dependent)
{
    struct host_request *request = container_of(dependent, struct host_request, dependent);
    spin_lock(&list_lock);
    list_remove(&request->link);
    spin_unlock(&list_lock);
    ipc_port_consume_send_once(request_destroy(request));
}

/* The message to PORT, whose send-once right it owns.  Returns: null without memory, or if it is too much for
 * the caller; the right is still the caller's. */
static struct ipc_kmsg *message_create(int type, struct ipc_port *port)
{
    static const mach_msg_id_t ids[] = {
        [HOST_NOTIFY_CALENDAR_CHANGE] = HOST_CALENDAR_CHANGED_REPLYID,
        [HOST_NOTIFY_CALENDAR_SET] = HOST_CALENDAR_SET_REPLYID,
    };
    struct ipc_kmsg *kmsg = ipc_kmsg_alloc(sizeof(mach_msg_header_t));
    if (kmsg == nullptr) {
        return nullptr;
    }
    kmsg->header =
        (mach_msg_header_t){ .msgh_size = sizeof(mach_msg_header_t), .msgh_id = ids[type] };
    if (!ipc_kmsg_charge_to(kmsg, ipc_current_quota())) {
        ipc_kmsg_free(kmsg);
        return nullptr;
    }
    kmsg->destination = port;
    kmsg->destination_type = MACH_MSG_TYPE_PORT_SEND_ONCE;
    return kmsg;
}

static struct host_request *request_create(int type, struct ipc_port *port)
{
    struct host_request *request = zone_alloc(&request_zone);
    if (request == nullptr) {
        return nullptr;
    }
    request->message = message_create(type, port);
    if (request->message == nullptr) {
        zone_free(&request_zone, request);
        return nullptr;
    }
    request->dependent.port_died = port_died;
    request->home = &requests[type];
    return request;
}

/* Enter REQUEST in both lists.  Returns: false, PORT has died. */
static bool request_enter(struct host_request *request, struct ipc_port *port)
{
    spin_lock(&list_lock);
    ipc_port_lock(port);
    bool is_alive = port->object.is_active;
    if (is_alive) {
        list_insert_tail(request->home, &request->link);
        list_insert_tail(&port->dependents, &request->dependent.link);
    }
    ipc_port_unlock(port);
    spin_unlock(&list_lock);
    return is_alive;
}

kern_return_t host_request_notification(host_t host, host_flavor_t notify_type,
                                        ipc_port_t notify_port)
{
    if (host == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    if (!ipc_port_is_valid(notify_port)) {
        return KERN_INVALID_CAPABILITY;
    }
    if (notify_type < 0 || notify_type > HOST_NOTIFY_TYPE_MAX) {
        return KERN_INVALID_ARGUMENT;
    }
    interrupt_state_t state = interrupts_save();
    kern_return_t result = KERN_SUCCESS;
    struct host_request *request = request_create(notify_type, notify_port);
    if (request == nullptr) {
        result = KERN_RESOURCE_SHORTAGE;
    } else if (!request_enter(request, notify_port)) {
        (void)request_destroy(request); /* the right stays the caller's, as with every error */
        result = KERN_INVALID_CAPABILITY;
    }
    interrupts_restore(state);
    return result;
}

/* Take the first request off DUE whose port has not died.  One whose port has is left to port_died(). */
static struct host_request *next_due(struct list *due)
{
    struct host_request *found = nullptr;
    spin_lock(&list_lock);
    if (!list_empty(due)) {
        struct host_request *first = list_first_entry(due, struct host_request, link);
        struct ipc_port *port = first->message->destination;
        list_remove(&first->link);
        ipc_port_lock(port);
        if (port->object.is_active) {
            list_remove(&first->dependent.link);
            found = first;
        } else {
            list_insert_tail(first->home, &first->link);
        }
        ipc_port_unlock(port);
    }
    spin_unlock(&list_lock);
    return found;
}

/* True if nothing is left in DUE. */
static bool is_done(struct list *due)
{
    spin_lock(&list_lock);
    bool is_empty = list_empty(due);
    spin_unlock(&list_lock);
    return is_empty;
}

void host_notify(int type)
{
    struct list due;
    list_init(&due);
    interrupt_state_t state = spin_lock_save(&list_lock);
    list_splice_tail(&due, &requests[type]);
    spin_unlock_restore(&list_lock, state);
    for (bool done = false; !done;) {
        state = interrupts_save();
        struct host_request *request = next_due(&due);
        if (request != nullptr) {
            ipc_mqueue_post(request->message);
            zone_free(&request_zone, request);
        }
        done = request == nullptr && is_done(&due);
        interrupts_restore(state);
    }
}
