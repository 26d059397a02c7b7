/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ports: creation, destruction, and being on the way in a message.
 */
#include <ipc/ipc_port.h>

#include <mach/notify.h>

#include <lib/assert.h>
#include <mem/quota.h>
#include <mem/zone.h>
#include <sched/sched.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_notify.h>
#include <ipc/ipc_pset.h>
#include <ipc/ipc_request.h>
#include <ipc/ipc_zones.h>

/* Protects every change into and out of PORT_IN_TRANSIT, so that chains of queues can be followed.
 * Order: below all port locks.
 *
 * Invariant: who follows `destination` from any port while it is held comes to a port that is not in
 * transit.  For a port enters from limbo, where its own queue is the last of each chain that it is
 * in, and only behind a destination whose chain, followed to its end, has not led to it. */
static struct spinlock transit_lock = SPINLOCK_INITIALIZER(LOCK_CLASS_TRANSIT);

struct ipc_port *ipc_port_create(void)
{
    struct ipc_port *port = zone_alloc_zeroed(&ipc_port_zone);
    if (port == nullptr) {
        return nullptr;
    }
    spinlock_init(&port->object.lock, LOCK_CLASS_PORT);
    refcount_init(&port->object.references, 1);
    port->object.kind = IPC_OBJECT_PORT;
    port->object.is_active = true;
    port->state = PORT_IN_LIMBO;
    port->message_limit = MACH_PORT_QLIMIT_DEFAULT;
    list_init(&port->messages);
    list_init(&port->sets);
    list_init(&port->requests);
    list_init(&port->dependents);
    waitq_init(&port->receivers);
    waitq_init(&port->senders);
    return port;
}

bool ipc_port_charge(struct ipc_port *port, struct quota *quota)
{
    if (UNLIKELY(!quota_charge(quota, QUOTA_PORTS, 1))) {
        return false;
    }
    quota_reference(quota);
    port->quota = quota;
    return true;
}

struct ipc_port *ipc_port_create_for(struct quota *quota)
{
    struct ipc_port *port = ipc_port_create();
    if (LIKELY(port != nullptr) && UNLIKELY(!ipc_port_charge(port, quota))) {
        ipc_port_destroy(port);
        return nullptr;
    }
    return port;
}

struct ipc_port *ipc_port_create_kernel(enum ipc_kobject_kind kind, void *kobject)
{
    struct ipc_port *port = ipc_port_create();
    if (port != nullptr) {
        port->state = PORT_IN_KERNEL;
        port->kobject_kind = kind;
        port->kobject = kobject;
    }
    return port;
}

void ipc_port_clear_kobject(struct ipc_port *port)
{
    interrupt_state_t interrupts = interrupts_save();
    ipc_port_lock(port);
    port->kobject = nullptr;
    ipc_port_unlock(port);
    interrupts_restore(interrupts);
}

/* Requests that are taken from a dead port under one hold of its lock. */
#define REQUESTS_TAKEN 64

/* What a dying port leaves behind beside its requests, to be dealt with when its lock is dropped. */
struct port_remains {
    struct list messages;
    struct list dependents;
    struct list woken;
    struct ipc_kmsg *no_senders;
    struct ipc_port *destination;
};

/* Spend some requests of PORT on its death; the messages go to NOTIFICATIONS. */
static void take_requests(struct ipc_port *port, struct list *notifications)
    REQUIRES(port->object.lock)
{
    for (uint32_t i = 0; i < REQUESTS_TAKEN && !list_empty(&port->requests); i++) {
        struct ipc_request *request = list_first_entry(&port->requests, struct ipc_request, link);
        list_insert_tail(notifications, &ipc_request_take(port, request)->link);
        request->is_dead_told = true;
    }
}

/* Mark PORT dead and collect what it leaves, and who waits for it. */
static void port_die(struct ipc_port *port, struct port_remains *remains)
    REQUIRES(port->object.lock)
{
    list_init(&remains->messages);
    list_init(&remains->dependents);
    list_init(&remains->woken);
    list_splice_tail(&remains->messages, &port->messages);
    list_splice_tail(&remains->dependents, &port->dependents);
    remains->no_senders = port->no_senders;
    port->no_senders = nullptr;
    port->message_count = 0;

    spin_lock(&transit_lock);
    remains->destination = port->state == PORT_IN_TRANSIT ? port->destination : nullptr;
    port->state = PORT_DEAD;
    port->destination = nullptr;
    spin_unlock(&transit_lock);

    port->object.is_active = false;
    quota_uncharge(port->quota, QUOTA_PORTS, 1);
    ipc_pset_remove_all(port);
    ipc_mqueue_claim_receivers(&port->receivers, MACH_RCV_PORT_DIED, &remains->woken);
    waitq_claim_all(&port->senders, 0, &remains->woken);
}

/* Tell who asked for it of PORT's death: there may be many. */
static void tell_death(struct ipc_port *port)
{
    struct list notifications;
    list_init(&notifications);
    do {
        ipc_port_lock(port);
        take_requests(port, &notifications);
        ipc_port_unlock(port);
        for (uint32_t i = 0; !list_empty(&notifications); i++) {
            struct ipc_kmsg *kmsg = list_first_entry(&notifications, struct ipc_kmsg, link);
            list_remove(&kmsg->link);
            ipc_notify_name(kmsg, MACH_NOTIFY_DEAD_NAME);
            sched_let_in_after(i);
        }
    } while (ipc_port_has_requests(port));
}

/* Finish what port_die() collected of PORT. */
static void port_bury(struct ipc_port *port, struct port_remains *remains)
{
    waitq_wake_claimed(&remains->woken);
    while (!list_empty(&remains->messages)) {
        struct ipc_kmsg *kmsg = list_first_entry(&remains->messages, struct ipc_kmsg, link);
        list_remove(&kmsg->link);
        ipc_kmsg_destroy(kmsg);
        sched_let_in();
    }
    if (ipc_port_has_requests(port)) {
        tell_death(port);
    }
    while (!list_empty(&remains->dependents)) {
        struct ipc_port_dependent *dependent =
            list_first_entry(&remains->dependents, struct ipc_port_dependent, link);
        list_remove(&dependent->link);
        dependent->port_died(dependent);
    }
    if (remains->no_senders != nullptr) {
        ipc_kmsg_destroy(remains->no_senders);
    }
    if (remains->destination != nullptr) {
        ipc_port_release(remains->destination);
    }
}

/* Somebody wants to have PORT's receive right instead of its death: send it. */
static void port_send_away(struct ipc_port *port, struct ipc_kmsg *notification)
{
    struct list woken;
    list_init(&woken);
    ipc_port_lock(port);
    struct ipc_port *former = ipc_port_leave_space(port, MACH_RCV_PORT_DIED, &woken);
    ipc_port_unlock(port);
    waitq_wake_claimed(&woken);
    if (former != nullptr) {
        ipc_port_release(former);
    }
    ipc_notify_port_destroyed(notification, port);
}

void ipc_port_destroy(struct ipc_port *port)
{
    interrupt_state_t interrupts = interrupts_save();
    ipc_port_lock(port);
    struct ipc_kmsg *notification = port->port_destroyed;
    if (UNLIKELY(notification != nullptr)) {
        port->port_destroyed = nullptr;
        ipc_port_unlock(port);
        port_send_away(port, notification);
        sched_restore_interrupts(interrupts);
        return;
    }
    struct port_remains remains;
    port_die(port, &remains);
    ipc_port_unlock(port);
    port_bury(port, &remains);
    ipc_port_release(port);
    sched_restore_interrupts(interrupts);
}

struct ipc_port *ipc_port_leave_transit(struct ipc_port *port)
{
    spin_lock(&transit_lock);
    struct ipc_port *destination = port->state == PORT_IN_TRANSIT ? port->destination : nullptr;
    port->state = PORT_IN_LIMBO;
    port->destination = nullptr;
    port->receiver_name = MACH_PORT_NULL;
    spin_unlock(&transit_lock);
    return destination;
}

struct ipc_port *ipc_port_leave_space(struct ipc_port *port, mach_msg_return_t reason,
                                      struct list *woken)
{
    ipc_pset_remove_all(port);
    ipc_mqueue_claim_receivers(&port->receivers, reason, woken);
    port->make_send_count = 0;
    port->sequence = 0;
    port->context = 0;
    port->flags &= (uint8_t)~IPC_PORT_GUARD_FLAGS;
    return ipc_port_leave_transit(port);
}

/* Follow the queues that DESTINATION is in: is PORT among their ports? */
static enum ipc_circularity find_circle(const struct ipc_port *port,
                                        const struct ipc_port *destination) REQUIRES(transit_lock)
{
    const struct ipc_port *base = destination;
    for (uint32_t depth = 0; base != port; depth++) {
        if (base->state != PORT_IN_TRANSIT) {
            return IPC_NOT_CIRCULAR;
        }
        if (depth == IPC_TRANSIT_DEPTH_MAX) {
            return IPC_TOO_DEEP;
        }
        base = base->destination;
    }
    return IPC_CIRCULAR;
}

enum ipc_circularity ipc_port_check_circularity(struct ipc_port *port, struct ipc_port *destination)
{
    ipc_port_lock(port);
    spin_lock(&transit_lock);
    enum ipc_circularity result = find_circle(port, destination);
    if (result == IPC_NOT_CIRCULAR) {
        ipc_port_reference(destination);
        port->state = PORT_IN_TRANSIT;
        port->destination = destination;
    }
    spin_unlock(&transit_lock);
    ipc_port_unlock(port);
    return result;
}
