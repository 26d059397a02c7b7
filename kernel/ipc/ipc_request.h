/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A request of an entry to be told what becomes of its port: that it died, that the entry lost its
 * right, and, if it is a send-possible request, that the port's full queue has room again.
 *
 * A dead port's requests are spent in steps, since there may be many.  Who comes across one that is
 * pending yet, by its entry, spends it as the death would have.
 *
 *      made ──► pending ──► spent        the first of these events takes the notification
 *                  │
 *                  └──► armed ──► spent  (send-possible: a send found the queue full)
 *
 * The request belongs to its entry from beginning to end, spent or not; the notification belongs
 * to the request until it is sent.
 *
 * Locks: the port's lock protects a request; the space's lock keeps it alive.
 */
#pragma once

#include <mach/message.h>
#include <mach/port.h>

#include <lib/compiler.h>
#include <lib/list.h>
#include <ipc/ipc_port.h>

struct ipc_entry;
struct ipc_kmsg;
struct ipc_space;

struct ipc_request {
    struct list link;              /* (port) on the port's list while it is pending */
    struct ipc_kmsg *notification; /* (port) owns the notify right; null: the request is spent */
    bool is_send_possible;         /* constant */
    bool is_armed;                 /* (port) to be told of room */
    bool is_dead_told;             /* (port) spent on the port's death */
};

/* Make a request that owns NOTIFICATION.  Returns: null without memory, NOTIFICATION is still the
 * caller's. */
[[nodiscard]] struct ipc_request *ipc_request_create(struct ipc_kmsg *notification,
                                                     bool is_send_possible);

/* Free REQUEST, which is spent or owns nothing any more. */
void ipc_request_free(struct ipc_request *request);

/* REQUEST is pending from now on. */
void ipc_request_enter(struct ipc_port *port, struct ipc_request *request)
    REQUIRES(port->object.lock);

/* Take the notification out of REQUEST of PORT, which is spent then.  Returns: null, it is spent
 * already. */
struct ipc_kmsg *ipc_request_take(struct ipc_port *port, struct ipc_request *request)
    REQUIRES(port->object.lock);

/* The request bits (MACH_PORT_TYPE_DNREQUEST, _SPREQUEST, _SPREQUEST_DELAYED) of ENTRY.  Locks: the
 * space's.  A hint: the port may spend the request at the same time. */
mach_port_type_t ipc_request_type(const struct ipc_entry *entry);

/* SPACE failed to send to PORT, whose queue was full: if its entry has a send-possible request, that
 * is armed, or sent at once when there is room by now.  Context: no locks. */
void ipc_request_arm(struct ipc_space *space, struct ipc_port *port);

/* Send what waits for room in PORT's queue, if there is room.  Context: no locks, the caller holds a
 * reference. */
void ipc_request_tell_room(struct ipc_port *port);

/* The same for a caller who has just changed PORT's queue and dropped its lock. */
static inline void ipc_request_queue_changed(struct ipc_port *port)
{
    if (UNLIKELY(port->is_room_awaited)) {
        ipc_request_tell_room(port);
    }
}
