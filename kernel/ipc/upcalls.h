/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What ipc/ calls in kern/.
 */
#pragma once

#include <mach/message.h>

#include <lib/compiler.h>

struct ipc_kmsg;
struct ipc_port;

/* A reply of up to IPC_SHORT_REPLY_MAX bytes, where a trailer fits behind it. */
#define IPC_SHORT_REPLY_MAX 256u

struct ipc_short_reply {
    mach_msg_header_t header;
    char rest[IPC_SHORT_REPLY_MAX - sizeof(mach_msg_header_t) + sizeof(mach_msg_trailer_t)];
} ALIGNED(8);

/*
 * kern: REQUEST, whose destination is a kernel port with an object behind it, was sent.  The callee
 * consumes it and returns the reply with destination set to the request's reply right, for the caller to
 * send; null if there is none.  If *REPLY's size is not 0, the reply's bytes are there instead: bits, size, id and
 * what follows the header.  Rights in a complex reply are in limbo.  Context: interrupts off before and
 * after; may sleep.
 */
struct ipc_kmsg *upcall_kobject_call(struct ipc_kmsg *request, struct ipc_short_reply *reply);

/* kern: the last send right of kernel port PORT, which has an object behind it, is gone.
 * Context: no locks. */
void upcall_kobject_no_senders(struct ipc_port *port);

/* kern: a send-once right to kernel port PORT, which has an object behind it, is given up unused.
 * Context: no locks; interrupts off before and after; may sleep. */
void upcall_kobject_send_once(struct ipc_port *port);
