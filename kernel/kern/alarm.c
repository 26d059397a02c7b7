/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The message is made when the alarm is set, so that ringing needs no memory.
 *
 * Locks: the port's -> timers.
 */
#include <kern/alarm.h>

#include <mem/zone.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_notify.h>

static struct zone alarm_zone;

void alarm_init(void)
{
    zone_init(&alarm_zone, "alarms", sizeof(struct alarm));
}

/* Take ALARM, which is set, off its port's list. */
static void alarm_leave(struct alarm *alarm)
{
    alarm->is_set = false;
    list_remove(&alarm->dependent.link);
    if (alarm->holder != nullptr) {
        *alarm->holder = nullptr;
    }
}

/* The port outlives the wait for its lock here: who takes the alarm waits for this function. */
static void alarm_rings(struct timer *timer)
{
    struct alarm *alarm = container_of(timer, struct alarm, timer);
    struct ipc_port *port = alarm->message->destination;
    ipc_port_lock(port);
    bool is_mine = alarm->is_set && port->object.is_active;
    if (is_mine) {
        alarm_leave(alarm);
    }
    ipc_port_unlock(port);
    if (is_mine) {
        if (alarm->complete != nullptr) {
            alarm->complete(alarm->message);
        }
        ipc_mqueue_post(alarm->message);
        zone_free(&alarm_zone, alarm);
    }
}

static void port_died(struct ipc_port_dependent *dependent)
{
    alarm_destroy(container_of(dependent, struct alarm, dependent));
}

struct alarm *alarm_create(struct ipc_kmsg *message, void (*complete)(struct ipc_kmsg *message))
{
    struct alarm *alarm = zone_alloc(&alarm_zone);
    if (alarm == nullptr) {
        return nullptr;
    }
    timer_init(&alarm->timer, alarm_rings);
    alarm->dependent.port_died = port_died;
    alarm->message = message;
    alarm->complete = complete;
    alarm->holder = nullptr;
    alarm->is_set = false;
    return alarm;
}

void alarm_set(struct alarm *alarm, struct ipc_port *port, struct alarm **holder, uint64_t deadline,
               uint64_t leeway)
{
    alarm->is_set = true;
    alarm->holder = holder;
    if (holder != nullptr) {
        *holder = alarm;
    }
    list_insert_tail(&port->dependents, &alarm->dependent.link);
    timer_arm(&alarm->timer, deadline, leeway);
}

struct alarm *alarm_take([[maybe_unused]] struct ipc_port *port, struct alarm **holder)
{
    struct alarm *alarm = *holder;
    if (alarm != nullptr) {
        alarm_leave(alarm);
    }
    return alarm;
}

void alarm_destroy(struct alarm *alarm)
{
    if (alarm != nullptr) {
        timer_cancel(&alarm->timer);
        ipc_port_consume_send_once(ipc_notify_cancel(alarm->message));
        zone_free(&alarm_zone, alarm);
    }
}
