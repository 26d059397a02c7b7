/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sending to a port's queue and receiving from a port or a set: queueing, blocking, waking, handing
 * over.
 *
 * Invariant (under the port's lock): a message waits in a port's queue only if no thread that could
 * take it waits on the port or on a set of which the port is a member; a member port with messages
 * is on the ready list of all its sets. A thread that waits for messages holds a reference on the
 * object it waits at; before it blocks, its wait_value points to its struct ipc_receive, and
 * whoever claims it replaces that by the result.
 */
#pragma once

#include <stdint.h>

#include <mach/message.h>

#include <lib/compiler.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_port.h>

struct ipc_space;
struct thread;

/*
 * A receive, as its caller asks for it.  While he waits it stays where it is, and his wait_value points
 * to it: a sender reads it, and if the message is too large for MACH_RCV_LARGE, says by how much.
 */
struct ipc_receive {
    uint64_t buffer; /* in: where a sender of the same task may put it (mach_msg_within.c) */
    mach_msg_option_t option; /* in: MACH_RCV_LARGE matters here, and the trailer */
    int64_t room;             /* in: the largest message that fits: ipc_receive_room() */
    uint32_t too_large_size;  /* out: on MACH_RCV_TOO_LARGE with MACH_RCV_LARGE, bytes needed */
    mach_port_name_t too_large_port; /* out: and where it waits */
};

/* The largest message that fits into LIMIT bytes with the trailer that OPTION asks for; below zero if
 * that alone does not. */
static inline int64_t ipc_receive_room(mach_msg_option_t option, uint32_t limit)
{
    return (int64_t)limit - ipc_kmsg_trailer_size(option);
}

/* True if KMSG fits where RECEIVE wants it. */
static inline bool ipc_receive_has_room(const struct ipc_receive *receive,
                                        const struct ipc_kmsg *kmsg)
{
    return (int64_t)kmsg->header.msgh_size <= receive->room;
}

/*
 * Send KMSG to its destination.  A full queue blocks until DEADLINE (0: not at all; send-once
 * rights always have room). If a thread waits for the message it is handed over: with HANDOFF null
 * the thread is woken, otherwise it is claimed only and returned in *HANDOFF for
 * thread_block_handoff().
 * Returns: MACH_MSG_SUCCESS, KMSG consumed (also when the port is dead: it is destroyed);
 *          MACH_SEND_TIMED_OUT, MACH_SEND_INTERRUPTED: KMSG is still the caller's.
 */
[[nodiscard]] mach_msg_return_t ipc_mqueue_send(struct ipc_kmsg *kmsg, uint64_t deadline,
                                                struct thread **handoff);

/* Send KMSG, to a destination that is never full or must not block: queue limits do not count, the
 * quota of whom it is charged to does (ipc_charge.h).  Consumes KMSG. */
void ipc_mqueue_post(struct ipc_kmsg *kmsg);

/*
 * Receive a message from OBJECT (a port or a port set), whose lock is dropped, by a right of SPACE
 * (null: the kernel's own).  OBJECT may be gone on return.  DEADLINE is in nanoseconds since boot; 0
 * polls, WAIT_FOREVER waits.  HANDOFF is null, or a claimed thread that gets the processor if the caller
 * has to wait, or else is woken.
 * Returns: MACH_MSG_SUCCESS and *KMSG, owned by the caller; MACH_RCV_TIMED_OUT, MACH_RCV_INTERRUPTED,
 *          MACH_RCV_PORT_DIED; MACH_RCV_PORT_CHANGED, the receive right moved away; MACH_RCV_TOO_LARGE,
 *          with MACH_RCV_LARGE *KMSG is null and the message is still queued, without it *KMSG is the
 *          caller's.
 */
[[nodiscard]] mach_msg_return_t ipc_mqueue_receive(struct ipc_object *object,
                                                   struct ipc_space *space, uint64_t deadline,
                                                   struct thread *handoff,
                                                   struct ipc_receive *receive,
                                                   struct ipc_kmsg **kmsg) RELEASE(object->lock);

/* How a receiver waits: until when (0: not at all), what ends it, and who, claimed, gets the processor
 * (null: the next). */
struct ipc_wait {
    uint64_t deadline;
    enum wait_state how;
    struct thread *handoff;
};

/*
 * The running thread waits on RECEIVERS of OBJECT, whose lock is dropped, for a message as RECEIVE wants
 * it: nothing is there that it could have.  Returns: as ipc_mqueue_receive().
 */
[[nodiscard]] mach_msg_return_t ipc_mqueue_wait(struct ipc_object *object, struct waitq *receivers,
                                                struct ipc_wait wait, struct ipc_receive *receive,
                                                struct ipc_kmsg **kmsg) RELEASE(object->lock);

/* Kernel code receives from PORT, whose receive right it holds (state IN_KERNEL without
 * kobject), until DEADLINE.  What it asked for cannot be asked again: thread_abort_safely() does not
 * end this wait. */
[[nodiscard]] mach_msg_return_t ipc_mqueue_receive_kernel(struct ipc_port *port, uint64_t deadline,
                                                          struct ipc_kmsg **kmsg);

/* PORT, which has messages, was added to a set: put it on the ready list, and give messages to who
 * waits there.
 * Locks: PORT's. */
void ipc_mqueue_offer_to_sets(struct ipc_port *port) REQUIRES(port->object.lock);

/* All waits on RECEIVERS are to end with RESULT (MACH_RCV_PORT_DIED, MACH_RCV_PORT_CHANGED): claim them
 * and move them to the end of WOKEN.  waitq_wake_claimed(WOKEN) follows, without the lock.  Locks: the
 * object's. */
void ipc_mqueue_claim_receivers(struct waitq *receivers, mach_msg_return_t result,
                                struct list *woken);
