/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A timer is the first of its port's dependents: it is entered before anybody knows the port.
 */
#include <kern/mk_timer.h>

#include <lib/string.h>
#include <mem/zone.h>
#include <sched/thread.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_space.h>
#include <ipc/mach_port.h>
#include <ipc/ipc_charge.h>
#include <ipc/mach_port_internal.h>
#include <kern/alarm.h>

/* The message of <mach/mk_timer.h>: a header and three words that nobody uses. */
#define EXPIRE_MESSAGE_SIZE (sizeof(mach_msg_header_t) + 3 * sizeof(uint64_t))

struct mk_timer {
    struct ipc_port_dependent dependent;
    struct alarm *armed; /* (port) null: not armed */
};

static struct zone timer_zone;

void mk_timer_init(void)
{
    zone_init(&timer_zone, "timers", sizeof(struct mk_timer));
}

static void port_died(struct ipc_port_dependent *dependent)
{
    zone_free(&timer_zone, container_of(dependent, struct mk_timer, dependent));
}

mach_port_name_t mk_timer_create(void)
{
    struct mk_timer *timer = zone_alloc(&timer_zone);
    if (timer == nullptr) {
        return MACH_PORT_NULL;
    }
    struct ipc_port *port = ipc_port_create_for(ipc_current_quota());
    if (port == nullptr) {
        zone_free(&timer_zone, timer);
        return MACH_PORT_NULL;
    }
    timer->dependent.port_died = port_died;
    timer->armed = nullptr;
    port->is_timer = true;
    list_insert_tail(&port->dependents, &timer->dependent.link);
    mach_port_name_t name =
        ipc_space_copyout(current_thread()->space, port, MACH_MSG_TYPE_PORT_RECEIVE);
    return MACH_PORT_VALID(name) ? name : MACH_PORT_NULL;
}

/* The timer of PORT, or null. */
static struct mk_timer *port_timer(struct ipc_port *port) REQUIRES(port->object.lock)
{
    if (list_empty(&port->dependents)) {
        return nullptr;
    }
    struct ipc_port_dependent *first =
        list_first_entry(&port->dependents, struct ipc_port_dependent, link);
    return first->port_died == port_died ? container_of(first, struct mk_timer, dependent)
                                         : nullptr;
}

/* Find the caller's timer NAME and lock its port, for mach_port_unlock_receive(). */
static kern_return_t timer_lock(mach_port_name_t name, struct ipc_port **port,
                                struct mk_timer **timer) TRY_ACQUIRE(LOCKED, (*port)->object.lock)
{
    if (!MACH_PORT_VALID(name)) {
        return KERN_INVALID_NAME;
    }
    kern_return_t result = mach_port_lock_receive(current_thread()->space, name, port);
    if (result != LOCKED) {
        return result;
    }
    *timer = port_timer(*port);
    if (*timer == nullptr) {
        mach_port_unlock_receive(*port);
        return KERN_INVALID_ARGUMENT;
    }
    return LOCKED;
}

kern_return_t mk_timer_destroy(mach_port_name_t name)
{
    struct ipc_port *port;
    struct mk_timer *timer;
    kern_return_t result = timer_lock(name, &port, &timer);
    if (result != LOCKED) {
        return result;
    }
    mach_port_unlock_receive(port);
    return mach_port_destroy(current_thread()->space, name);
}

/* An alarm that tells PORT that its timer expired.  Returns: null without memory. */
static struct alarm *expiry_create(struct ipc_port *port) REQUIRES(port->object.lock)
{
    struct ipc_kmsg *kmsg = ipc_kmsg_alloc(EXPIRE_MESSAGE_SIZE);
    if (kmsg == nullptr) {
        return nullptr;
    }
    memset(&kmsg->header, 0, EXPIRE_MESSAGE_SIZE);
    kmsg->header.msgh_size = EXPIRE_MESSAGE_SIZE;
    struct alarm *alarm = alarm_create(kmsg, nullptr);
    if (alarm == nullptr) {
        ipc_kmsg_free(kmsg);
        return nullptr;
    }
    port->send_once_rights++;
    ipc_port_reference(port);
    kmsg->destination = port;
    kmsg->destination_type = MACH_MSG_TYPE_PORT_SEND_ONCE;
    return alarm;
}

kern_return_t mk_timer_arm(mach_port_name_t name, uint64_t deadline, uint64_t leeway)
{
    struct ipc_port *port;
    struct mk_timer *timer;
    kern_return_t result = timer_lock(name, &port, &timer);
    if (result != LOCKED) {
        return result;
    }
    struct alarm *former = nullptr;
    struct alarm *alarm = expiry_create(port);
    if (alarm != nullptr) {
        former = alarm_take(port, &timer->armed);
        alarm_set(alarm, port, &timer->armed, deadline, leeway);
    }
    mach_port_unlock_receive(port);
    alarm_destroy(former);
    return alarm != nullptr ? KERN_SUCCESS : KERN_RESOURCE_SHORTAGE;
}

kern_return_t mk_timer_cancel(mach_port_name_t name, uint64_t *deadline)
{
    struct ipc_port *port;
    struct mk_timer *timer;
    kern_return_t result = timer_lock(name, &port, &timer);
    if (result != LOCKED) {
        return result;
    }
    struct alarm *former = alarm_take(port, &timer->armed);
    mach_port_unlock_receive(port);
    *deadline = former != nullptr ? former->timer.deadline : 0;
    alarm_destroy(former);
    return KERN_SUCCESS;
}
