/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What both ends of a message queue share.
 *
 * A receiver's wait_value points to its struct ipc_receive while it waits.  Once it is claimed it
 * finds a kmsg there, or (odd) an error code; the outcome is WAIT_REFUSED for the latter, and for a
 * kmsg that is too large.
 */
#pragma once

#include <sched/waitq.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_pset.h>

/* THREAD, claimed, is to get ERROR instead of a message. */
static inline void ipc_mqueue_refuse(struct thread *thread, mach_msg_return_t error)
{
    thread->wait_value = (uintptr_t)(uint32_t)error << 1 | 1;
    thread->wait_outcome = WAIT_REFUSED;
}

/* KMSG, which came to PORT, waits there until somebody has more room than RECEIVE. */
static inline void tell_too_large(struct ipc_receive *receive, const struct ipc_kmsg *kmsg,
                                  const struct ipc_port *port)
{
    receive->too_large_size = kmsg->header.msgh_size;
    receive->too_large_port = port->receiver_name;
}

/* Let one sender go on that waits for room in PORT's queue, if there is room. */
static inline void wake_sender(struct ipc_port *port) REQUIRES(port->object.lock)
{
    if (UNLIKELY(!waitq_is_empty(&port->senders)) && port->message_count < port->message_limit) {
        struct thread *sender = waitq_claim_one(&port->senders);
        if (sender != nullptr) {
            thread_wake(sender);
        }
    }
}

/* Take the first message of PORT, which has one; one sender that waits for room may go on. */
static inline struct ipc_kmsg *dequeue(struct ipc_port *port) REQUIRES(port->object.lock)
{
    struct ipc_kmsg *kmsg = list_first_entry(&port->messages, struct ipc_kmsg, link);
    list_remove(&kmsg->link);
    port->message_count--;
    kmsg->sequence = port->sequence++;
    if (list_empty(&port->messages)) {
        port->importance = 0;
        if (!list_empty(&port->sets)) {
            ipc_pset_make_unready(port);
        }
    }
    wake_sender(port);
    return kmsg;
}
