/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Donation: a server has the importance of its client (sched/policy.h) while it works for him, and so
 * has the server that it calls in turn.  A *request* is a message that brings a send-once right for
 * the reply.
 *
 *   the server waits       who sends the request lends to the thread that he hands it to
 *   the server is busy     the request is queued, and its sender lends to all threads that may be
 *                          busy on its account: those who received their last request from the port
 *                          or a set of it.  What such a thread has called is followed, up to
 *                          DONATION_DEPTH servers.  Whoever takes the request is lent the same.
 *   the reply was sent,    the loan is over, unless who lent more still waits in the queue.
 *   or a receive begins    Receiving the reply of a call of its own is not that.
 *
 * Nobody follows a pointer that he holds no reference or lock for: `serves` is only compared, `calls`
 * is a name, looked up in the space of the thread.  If it means another port by now, a thread runs
 * at too high a priority until it receives again.
 *
 * Locks: space->servers_lock protects the list of threads that have served, and keeps them alive.
 */
#pragma once

#include <lib/compiler.h>
#include <sched/policy.h>
#include <sched/thread.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_object.h>
#include <ipc/ipc_port.h>

struct ipc_pset;

/* So many servers in a chain are lent importance.  It ends by itself, even if it is a ring: a step is made
 * from somebody who had less; but others may receive meanwhile, and have less again. */
#define DONATION_DEPTH 1000

static inline bool ipc_kmsg_is_request(const struct ipc_kmsg *kmsg)
{
    return kmsg->reply_type == MACH_MSG_TYPE_PORT_SEND_ONCE;
}

/* The running thread SELF serves OBJECT from now on, and has done what it did for others. */
void ipc_donation_serve(struct thread *self, const struct ipc_object *object);

/* SELF, the running thread, which waits for no answer, is about to receive from OBJECT. */
static inline void ipc_donation_receive_next(struct thread *self, const struct ipc_object *object)
{
    if (UNLIKELY(self->serves != object || self->policy.donated != 0)) {
        ipc_donation_serve(self, object);
    }
}

/* The same, if it waits for no answer. */
static inline void ipc_donation_receive(struct thread *self, const struct ipc_object *object)
{
    if (self->calls == MACH_PORT_NULL) {
        ipc_donation_receive_next(self, object);
    }
}

/* The running thread SELF has sent a request to the port that it calls so, and nobody waited for it:
 * lend its importance to those who keep it waiting, letting interrupts in.  Its next wait may be armed.
 * Context: interrupts off, no spin locks. */
void ipc_donation_push(struct thread *self);

/* The running thread has taken KMSG from PORT's queue: it is lent what KMSG brings, or those behind it
 * if that is more.  Locks: PORT's. */
void ipc_donation_take(const struct ipc_kmsg *kmsg, const struct ipc_port *port)
    REQUIRES(port->object.lock);

/* It has taken a message by SET: the same, for what waits at the other members.  Context: interrupts
 * off, no spin locks. */
void ipc_donation_take_from_set(struct ipc_pset *set);

/* THREAD ends, or its space does for it.  Context: interrupts off. */
void ipc_donation_leave(struct thread *thread);
