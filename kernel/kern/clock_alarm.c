/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Alarms: a timer, and the message that it sends.  The message is made when the alarm is set, so
 * that ringing needs no memory.
 *
 * Locks: the port's -> timers.  Whoever finds the port dead leaves the alarm to port_died(), which
 * waits until the timer's function is over before it frees.
 */
#include <kern/clock.h>

#include <mach/ndr.h>

#include <arch/clock_device.h>
#include <arch/cpu.h>
#include <mem/zone.h>
#include <sched/timer.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_mqueue.h>

/* The message of idl/clock_reply.defs. */
#define CLOCK_ALARM_REPLY_ID 3125107

struct alarm_message {
    mach_msg_header_t header;
    NDR_record_t ndr;
    kern_return_t code;
    alarm_type_t type;
    mach_timespec_t time;
};
static_assert(sizeof(struct alarm_message) == 48);

struct alarm {
    struct timer timer;
    struct ipc_port_dependent dependent;
    struct ipc_kmsg *message; /* its destination is the port, by a send-once right */
};

static struct zone alarm_zone;

void clock_alarm_init(void)
{
    zone_init(&alarm_zone, "alarms", sizeof(struct alarm));
}

/* The message to PORT, whose send-once right it owns.  Returns: null without memory. */
static struct ipc_kmsg *message_create(struct ipc_port *port, alarm_type_t type,
                                       kern_return_t result)
{
    struct ipc_kmsg *kmsg = ipc_kmsg_alloc(sizeof(struct alarm_message));
    if (kmsg == nullptr) {
        return nullptr;
    }
    kmsg->destination = port;
    kmsg->destination_type = MACH_MSG_TYPE_PORT_SEND_ONCE;
    *(struct alarm_message *)&kmsg->header = (struct alarm_message){
        .header = { .msgh_size = sizeof(struct alarm_message), .msgh_id = CLOCK_ALARM_REPLY_ID },
        .ndr = NDR_RECORD_VALUE,
        .code = result,
        .type = type,
    };
    return kmsg;
}

static void message_send(struct ipc_kmsg *kmsg)
{
    ((struct alarm_message *)&kmsg->header)->time = clock_timespec(clock_now());
    ipc_mqueue_post(kmsg);
}

static void alarm_rings(struct timer *timer)
{
    struct alarm *alarm = container_of(timer, struct alarm, timer);
    struct ipc_port *port = alarm->message->destination;
    ipc_port_lock(port);
    bool is_alive = port->object.is_active;
    if (is_alive) {
        list_remove(&alarm->dependent.link);
    }
    ipc_port_unlock(port);
    if (is_alive) {
        message_send(alarm->message);
        zone_free(&alarm_zone, alarm);
    }
}

static void port_died(struct ipc_port_dependent *dependent)
{
    struct alarm *alarm = container_of(dependent, struct alarm, dependent);
    timer_cancel(&alarm->timer);
    ipc_kmsg_destroy(alarm->message);
    zone_free(&alarm_zone, alarm);
}

/* Arm ALARM, which its port owns from then on.  Returns: false if the port is dead; ALARM is still
 * the caller's. */
static bool alarm_arm(struct alarm *alarm, uint64_t deadline)
{
    struct ipc_port *port = alarm->message->destination;
    ipc_port_lock(port);
    bool is_alive = port->object.is_active;
    if (is_alive) {
        list_insert_tail(&port->dependents, &alarm->dependent.link);
        timer_arm(&alarm->timer, deadline, 0);
    }
    ipc_port_unlock(port);
    return is_alive;
}

/* Let MESSAGE be sent at DEADLINE; on success it is consumed. */
static kern_return_t message_delay(struct ipc_kmsg *message, uint64_t deadline)
{
    struct alarm *alarm = zone_alloc(&alarm_zone);
    if (alarm == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    timer_init(&alarm->timer, alarm_rings);
    alarm->dependent.port_died = port_died;
    alarm->message = message;
    if (!alarm_arm(alarm, deadline)) {
        port_died(&alarm->dependent);
    }
    return KERN_SUCCESS;
}

static kern_return_t alarm_set(struct ipc_port *port, alarm_type_t type, kern_return_t result,
                               uint64_t deadline)
{
    struct ipc_kmsg *message = message_create(port, type, result);
    if (message == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    if (deadline <= clock_now()) {
        message_send(message);
        return KERN_SUCCESS;
    }
    if (message_delay(message, deadline) != KERN_SUCCESS) {
        message->destination = nullptr;
        ipc_kmsg_free(message);
        return KERN_RESOURCE_SHORTAGE;
    }
    return KERN_SUCCESS;
}

kern_return_t clock_alarm_set(struct ipc_port *port, alarm_type_t type, kern_return_t result,
                              uint64_t deadline)
{
    interrupt_state_t state = interrupts_save();
    kern_return_t outcome = alarm_set(port, type, result, deadline);
    interrupts_restore(state);
    return outcome;
}
