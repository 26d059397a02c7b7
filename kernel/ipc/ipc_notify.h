/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notifications (mach/notify.h).  The message for one that was asked for is made together with the
 * request, so that it cannot be lost for want of memory when the event comes.
 */
#pragma once

#include <stdint.h>

#include <mach/message.h>
#include <mach/port.h>

#include <lib/compiler.h>

struct ipc_kmsg;
struct ipc_port;

/* Make the message of notification ID (MACH_NOTIFY_*) to the send-once right NOTIFY, which it owns
 * from then on.  For dead-name and port-deleted, NAME is the name it tells.  Returns: null without
 * memory, NOTIFY is still the caller's. */
[[nodiscard]] struct ipc_kmsg *ipc_notify_create(mach_msg_id_t id, struct ipc_port *notify,
                                                 mach_port_name_t name);

/* The entry that dead-name notification NOTIFICATION, not sent yet, will tell of is NAME now. */
void ipc_notify_set_name(struct ipc_kmsg *notification, mach_port_name_t name);

/* Take the send-once right out of NOTIFICATION, which was not sent, and free it.  Returns: the
 * right. */
struct ipc_port *ipc_notify_cancel(struct ipc_kmsg *notification);

/* Send a no-senders notification with make-send count COUNT. */
void ipc_notify_no_senders(struct ipc_kmsg *notification, uint32_t count);

/* Send PORT's receive right (in limbo, with its reference) in a port-destroyed notification. */
void ipc_notify_port_destroyed(struct ipc_kmsg *notification, struct ipc_port *port);

/* Send NOTIFICATION of a request (ipc_request.h) as the event ID: MACH_NOTIFY_DEAD_NAME,
 * _PORT_DELETED or _SEND_POSSIBLE. */
void ipc_notify_name(struct ipc_kmsg *notification, mach_msg_id_t id);

/* The send-once right to PORT was dropped unused: tell the receiver, consuming the right. */
void ipc_notify_send_once(struct ipc_port *port);
