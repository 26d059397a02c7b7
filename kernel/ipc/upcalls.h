/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What ipc/ calls in kern/.
 */
#pragma once

#include <lib/compiler.h>

struct ipc_kmsg;
struct ipc_port;

/*
 * kern: REQUEST, whose destination is a kernel port with an object behind it, was sent.  If the right
 * to send is lent, REQUEST has a reference of its own all the same, and no lock is held.  The callee
 * consumes REQUEST and returns the reply with destination set to the request's reply right, for the
 * caller to send; null if there is none.  Context: interrupts off before and after; may sleep.
 */
struct ipc_kmsg *upcall_kobject_call(struct ipc_kmsg *request);

/* kern: the last send right of kernel port PORT, which has an object behind it, is gone.
 * Context: no locks. */
void upcall_kobject_no_senders(struct ipc_port *port);
