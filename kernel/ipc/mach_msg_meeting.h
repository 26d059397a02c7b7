/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the two halves of an exchange meet other threads: what a message that goes a direct way
 * (mach_msg_direct.c, mach_msg_within.c) does on either.
 */
#pragma once

#include <sched/policy.h>
#include <sched/thread.h>
#include <sched/waitq.h>
#include <ipc/ipc_donation.h>
#include <ipc/ipc_space.h>
#include <ipc/mach_msg_internal.h>

#define MSG_CALL_BITS   MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE)
#define MSG_ANSWER_BITS MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0)

/* The same, as the receiver sees them. */
#define MSG_CALLED_BITS   MACH_MSGH_BITS(MACH_MSG_TYPE_PORT_SEND_ONCE, MACH_MSG_TYPE_PORT_SEND)
#define MSG_ANSWERED_BITS MACH_MSGH_BITS(0, MACH_MSG_TYPE_PORT_SEND_ONCE)

struct msg_meeting {
    struct thread *receiver;       /* claimed, with the message */
    struct ipc_port *receive_port; /* what the sender waits at; locked */
};

/* SELF, a thread of SPACE, calls by ENTRY from now on: whether threads of its own task answer.  A hint, as
 * who receives may change. */
COLD void msg_note_peer(const struct ipc_space *space, struct thread *self,
                        const struct ipc_entry *entry) REQUIRES(space->lock);

/*
 * The entry with a right of TYPE that NAME denotes in SPACE's table; null if there is none.  *HINT, an
 * entry of the table that SELF used last, is mostly the one: a thread serves one port, and answers by the entry that was freed
 * last.  An entry stays where it is as long as SPACE is active, whatever names it has.
 */
static ALWAYS_INLINE struct ipc_entry *msg_entry_with(const struct ipc_space *space,
                                                      mach_port_name_t name, mach_port_type_t type,
                                                      struct thread *self, struct ipc_entry **hint)
    REQUIRES(space->lock)
{
    struct ipc_entry *entry = *hint;
    if (UNLIKELY(entry->name != name)) {
        entry = ipc_entry_of_index(space, MACH_PORT_INDEX(name));
        if (UNLIKELY(entry->name != name)) {
            return nullptr;
        }
        *hint = entry;
        if (type == MACH_PORT_TYPE_SEND) {
            msg_note_peer(space, self, entry);
        }
    }
    return LIKELY(entry->bits & type) ? entry : nullptr;
}

/* True if HEADER is that of a call whose answer comes where REQUEST receives. */
static ALWAYS_INLINE bool msg_is_call(const struct msg_request *request,
                                      const mach_msg_header_t *header)
{
    return LIKELY(header->msgh_bits == MSG_CALL_BITS) &&
           LIKELY(header->msgh_local_port == request->receive_name);
}

/* True if HEADER is that of an answer of SELF's, whom nobody lends importance. */
static ALWAYS_INLINE bool msg_is_answer(const struct thread *self, const mach_msg_header_t *header)
{
    return LIKELY(header->msgh_bits == MSG_ANSWER_BITS) &&
           LIKELY(header->msgh_local_port == MACH_PORT_NULL) && LIKELY(self->policy.donated == 0);
}

/* The entry that SELF receives by as REQUEST says, with SPACE, SELF's, locked; null, and it is not, if there is
 * none. */
static ALWAYS_INLINE struct ipc_entry *msg_lock_own(const struct msg_request *request,
                                                    struct ipc_space *space,
                                                    struct thread *self) NO_LOCK_ANALYSIS
{
    struct ipc_entry *own = nullptr;
    spin_lock(&space->lock);
    if (LIKELY(space->is_active)) {
        own = msg_entry_with(space, request->receive_name, MACH_PORT_TYPE_RECEIVE, self,
                             &self->received_by);
    }
    if (UNLIKELY(own == nullptr)) {
        spin_unlock(&space->lock);
    }
    return own;
}

/* SELF has sent a call by the right NAME to PORT, locked, which RECEIVER was claimed for: the importance
 * goes with it.  Drops the lock. */
static ALWAYS_INLINE void msg_called(struct thread *self, mach_port_name_t name,
                                     struct ipc_port *port, struct thread *receiver)
    RELEASE(port->object.lock)
{
    if (UNLIKELY(self->importance > receiver->importance)) {
        thread_donate(receiver, self->importance);
    }
    ipc_port_unlock(port);
    self->calls = name;
}

/* Make a right to answer by, to the port that OWN receives from.  Returns: that port, locked. */
static ALWAYS_INLINE struct ipc_port *msg_make_reply(struct ipc_entry *own) NO_LOCK_ANALYSIS
{
    struct ipc_port *reply = ipc_entry_port(own);
    ipc_port_lock(reply);
    reply->send_once_rights++; /* there are fewer than references */
    ipc_port_reference(reply);
    return reply;
}

/* SELF has sent an answer to PORT, locked, by ENTRY of SPACE, locked, and receives by OWN: the right is used
 * up.  Drops both locks.  Returns: what OWN receives from, locked. */
static ALWAYS_INLINE struct ipc_port *msg_answered(struct ipc_space *space, struct thread *self,
                                                   struct ipc_entry *entry, struct ipc_port *port,
                                                   struct ipc_entry *own) NO_LOCK_ANALYSIS
{
    port->send_once_rights--;
    INLINE_CALL ipc_object_release_shared(
        &port->object); /* somebody waits at it: the receive right lives */
    ipc_port_unlock(port);
    ipc_entry_put_back(space, entry);
    self->calls = MACH_PORT_NULL;

    struct ipc_port *receive_port = ipc_entry_port(own);
    ipc_port_lock(receive_port);
    spin_unlock(&space->lock);
    INLINE_CALL ipc_donation_receive_next(self, &receive_port->object);
    return receive_port;
}

/*
 * Both halves' other end: SELF gives the processor to the receiver of MEETING, whose lock it drops, and waits
 * for a message as REQUEST says, whose options do not have the bits ABSENT.  Returns: as mach_msg().
 */
static ALWAYS_INLINE mach_msg_return_t msg_await(struct msg_request *request, struct thread *self,
                                                 const struct msg_meeting *meeting,
                                                 mach_msg_option_t absent) NO_LOCK_ANALYSIS
{
    struct ipc_port *port = meeting->receive_port;
    if (UNLIKELY(port->message_count != 0)) {
        return msg_receive_from(request, self, &port->object, meeting->receiver);
    }
    struct ipc_kmsg *received;
    mach_msg_return_t result;
    struct ipc_wait wait = { WAIT_FOREVER, WAIT_ARMED_RESTARTABLE, meeting->receiver };
    INLINE_CALL result =
        ipc_mqueue_wait(&port->object, &port->receivers, wait, &request->receive, &received);
    if (UNLIKELY(result != MACH_MSG_SUCCESS)) {
        return msg_receive_failed(request, self, result, received);
    }
    self->calls = MACH_PORT_NULL;
    if (received == nullptr) {
        self->talks_within = true;
        return MACH_MSG_SUCCESS;
    }
    INLINE_CALL result = ipc_kmsg_copyout(received, self, request->receive.buffer,
                                          request->receive.option & ~absent);
    return result;
}
