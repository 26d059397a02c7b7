/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Alarms: a message that is sent to a port at a time.
 *
 * An alarm that is set belongs to the port, whose send-once right its message owns. It is entered in
 * the port's list of dependents and leaves it under the port's lock, and whoever takes it off has
 * it from then on: its timer, which sends the message; who cancels it; or the port's death. The
 * latter two destroy it, which waits until the timer's function is over. A receive right that moves
 * takes the alarms with it.
 *
 * Context: interrupts off.
 */
#pragma once

#include <stdint.h>

#include <lib/compiler.h>
#include <sched/timer.h>
#include <ipc/ipc_port.h>

struct ipc_kmsg;

struct alarm {
    struct timer timer;
    struct ipc_port_dependent dependent;
    struct ipc_kmsg *message; /* its destination is the port, by a send-once right */
    void (*complete)(struct ipc_kmsg *message); /* null, or called right before it is sent */
    struct alarm **holder; /* (port) null, or what points to the alarm while it is set */
    bool is_set;           /* (port) */
};

/* Set up the zone of alarms.  Once, at boot. */
void alarm_init(void);

/* An alarm that is not set, for MESSAGE.  Returns: null without memory; MESSAGE is still the
 * caller's. */
[[nodiscard]] struct alarm *alarm_create(struct ipc_kmsg *message,
                                         void (*complete)(struct ipc_kmsg *message));

/* Set ALARM for DEADLINE (nanoseconds since boot), or up to LEEWAY later; *HOLDER, if not null,
 * points to it as long as it is set.  PORT, its destination, is active. */
void alarm_set(struct alarm *alarm, struct ipc_port *port, struct alarm **holder, uint64_t deadline,
               uint64_t leeway) REQUIRES(port->object.lock);

/* Take the alarm that *HOLDER points to, which is set for PORT: it will not ring, and the caller
 * destroys it when PORT's lock is dropped.  Returns: the alarm; null for null. */
[[nodiscard]] struct alarm *alarm_take(struct ipc_port *port, struct alarm **holder)
    REQUIRES(port->object.lock);

/* Destroy ALARM and its message, without a notification.  Null is ignored.  Locks: none. */
void alarm_destroy(struct alarm *alarm);
