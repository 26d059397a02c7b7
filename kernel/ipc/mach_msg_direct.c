/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The direct way of a message: a call whose server waits for it at the port itself or is the kernel, or
 * the answer to a call, from a thread that waits in turn.  That is what a remote procedure call is made of.
 *
 * All that has to be so is looked at first, under the locks that keep it so; only then is the receiver
 * claimed.  From there on nothing can fail, so nothing is ever taken back, and whatever is not so goes by
 * the queues, which know all cases.  Both ways leave the same behind, as a message and its reply right
 * cannot tell how they came.
 *
 * What nobody will see is not done.  The sender of a call keeps its right to the port, so none is copied;
 * the message takes no destination along; and a port's sequence number, its context and who sends are
 * only written down for who asks for them.
 *
 * Locks: the space's from the first name looked up until the thread has a place to wait at.  It keeps
 * both entries, and with the receive right the port of the answer.  One port after the other.
 */
#include <ipc/mach_msg_internal.h>

#include <lib/assert.h>
#include <sched/policy.h>
#include <sched/thread.h>
#include <sched/waitq.h>
#include <ipc/ipc_donation.h>
#include <ipc/ipc_space.h>

#define CALL_BITS   MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE)
#define ANSWER_BITS MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0)

/* Where the two halves of an exchange meet other threads. */
struct meeting {
    struct thread *receiver;       /* claimed, with the message */
    struct ipc_port *receive_port; /* what the caller waits at; locked */
};

/*
 * The entry with a right of TYPE that NAME denotes in SPACE's table; null if there is none.  *HINT, an
 * entry of the table, is mostly the one: a thread serves one port, and answers by the entry that was freed
 * last.  An entry stays where it is as long as SPACE is active, whatever names it has.
 */
static ALWAYS_INLINE struct ipc_entry *entry_with(const struct ipc_space *space,
                                                  mach_port_name_t name, mach_port_type_t type,
                                                  struct ipc_entry **hint) REQUIRES(space->lock)
{
    struct ipc_entry *entry = *hint;
    if (UNLIKELY(entry->name != name)) {
        entry = ipc_entry_of_index(space, MACH_PORT_INDEX(name));
        if (UNLIKELY(entry->name != name)) {
            return nullptr;
        }
        *hint = entry;
    }
    return LIKELY(entry->bits & type) ? entry : nullptr;
}

/* Give KMSG, sent from SPACE to PORT, to the first thread that waits there, if it has room; it is to see
 * BITS in the header.  Returns: the thread, claimed, or null. */
static ALWAYS_INLINE struct thread *give(struct ipc_kmsg *kmsg, struct ipc_port *port,
                                         struct ipc_space *space, mach_msg_bits_t bits)
    REQUIRES(port->object.lock, space->lock)
{
    struct list *threads = &port->receivers.threads;
    struct list *first = threads->next;
    if (UNLIKELY(first == threads)) {
        return nullptr;
    }
    struct thread *receiver = list_entry(first, struct thread, wait_link);
    const struct ipc_receive *receive = (const struct ipc_receive *)receiver->wait_value;
    if (UNLIKELY(!ipc_receive_has_room(receive, kmsg)) || UNLIKELY(!thread_claim_wait(receiver))) {
        return nullptr;
    }
    list_unlink_first(threads, first);
    if (UNLIKELY(receive->option & MACH_RCV_TRAILER_MASK)) {
        kmsg->sequence = port->sequence;
        kmsg->context = port->context;
        kmsg->sender = space->sender;
        ipc_sender_reference(kmsg->sender);
    }
    port->sequence++;
    kmsg->header.msgh_bits = bits;
    kmsg->header.msgh_local_port = port->receiver_name;
    kmsg->header.msgh_voucher_port = MACH_PORT_NULL;
    receiver->wait_value = (uintptr_t)kmsg;
    return receiver;
}

/* Let KMSG, a call, bring a right to answer it by, to the port that OWN receives from.  Returns: that port,
 * locked. */
static ALWAYS_INLINE struct ipc_port *make_reply(struct ipc_kmsg *kmsg,
                                                 struct ipc_entry *own) NO_LOCK_ANALYSIS
{
    struct ipc_port *reply = ipc_entry_port(own);
    ipc_port_lock(reply);
    reply->send_once_rights++; /* there are fewer than references */
    ipc_port_reference(reply);
    kmsg->reply = reply;
    kmsg->reply_type = MACH_MSG_TYPE_PORT_SEND_ONCE;
    return reply;
}

/* Nobody waits at PORT, which is locked, for KMSG: perhaps it is the kernel that is called.  Then KMSG has a
 * reference to it as its destination, and is complete; else its destination stays null.  Drops the
 * lock. */
static ALWAYS_INLINE void address_kernel(struct ipc_kmsg *kmsg, struct ipc_port *port,
                                         struct ipc_entry *own) NO_LOCK_ANALYSIS
{
    bool is_kernel = LIKELY(port->kobject_kind != IPC_KOBJECT_NONE);
    if (is_kernel) {
        ipc_port_reference(port);
        kmsg->destination = port;
    }
    ipc_port_unlock(port);
    if (is_kernel) {
        ipc_port_unlock(make_reply(kmsg, own));
    }
}

/* Send KMSG, a call from SPACE, which is locked.  Returns: true, SPACE unlocked; or false, and KMSG has a
 * destination if the kernel is to answer it. */
static ALWAYS_INLINE bool send_call(struct ipc_kmsg *kmsg, struct ipc_space *space,
                                    struct thread *self, struct ipc_entry *own,
                                    struct meeting *meeting) NO_LOCK_ANALYSIS
{
    mach_port_name_t name = kmsg->header.msgh_remote_port;
    struct ipc_entry *entry = entry_with(space, name, MACH_PORT_TYPE_SEND, &self->sent_by);
    if (UNLIKELY(entry == nullptr)) {
        return false;
    }
    struct ipc_port *port = ipc_entry_port(entry);
    ipc_port_lock(port);
    struct thread *receiver = give(
        kmsg, port, space, MACH_MSGH_BITS(MACH_MSG_TYPE_PORT_SEND_ONCE, MACH_MSG_TYPE_PORT_SEND));
    if (UNLIKELY(receiver == nullptr)) {
        address_kernel(kmsg, port, own);
        return false;
    }
    if (UNLIKELY(self->importance > receiver->importance)) {
        thread_donate(receiver, self->importance);
    }
    ipc_port_unlock(port);
    self->calls = name;
    struct ipc_port *reply = make_reply(kmsg, own);
    spin_unlock(&space->lock);
    *meeting = (struct meeting){ receiver, reply };
    return true;
}

/* Send KMSG, an answer from SPACE, which is locked.  Returns: true, SPACE unlocked; or false. */
static ALWAYS_INLINE bool send_answer(struct ipc_kmsg *kmsg, struct ipc_space *space,
                                      struct thread *self, struct ipc_entry *own,
                                      struct meeting *meeting) NO_LOCK_ANALYSIS
{
    struct ipc_entry *entry =
        entry_with(space, kmsg->header.msgh_remote_port, MACH_PORT_TYPE_SEND_ONCE, &self->sent_by);
    if (UNLIKELY(entry == nullptr || entry->request != nullptr)) {
        return false;
    }
    struct ipc_port *port = ipc_entry_port(entry);
    ipc_port_lock(port);
    struct thread *receiver =
        give(kmsg, port, space, MACH_MSGH_BITS(0, MACH_MSG_TYPE_PORT_SEND_ONCE));
    if (UNLIKELY(receiver == nullptr)) {
        ipc_port_unlock(port);
        return false;
    }
    port->send_once_rights--;
    INLINE_CALL ipc_object_release_shared(
        &port->object); /* somebody waits at it: the receive right lives */
    ipc_port_unlock(port);
    ipc_entry_put_back(space, entry);
    self->calls = MACH_PORT_NULL;

    struct ipc_port *receive_port = ipc_entry_port(own);
    ipc_port_lock(receive_port);
    spin_unlock(&space->lock);
    INLINE_CALL ipc_donation_receive(self, &receive_port->object);
    *meeting = (struct meeting){ receiver, receive_port };
    return true;
}

/* The sending half, of a call or an answer, which is a constant.  Returns: true, with *MEETING; or
 * false, as send_call(). */
static ALWAYS_INLINE bool meet(struct msg_request *request, struct thread *self,
                               struct ipc_kmsg *kmsg, bool is_call,
                               struct meeting *meeting) NO_LOCK_ANALYSIS
{
    struct ipc_space *space = self->space;
    spin_lock(&space->lock);
    if (LIKELY(space->is_active)) {
        struct ipc_entry *own =
            entry_with(space, request->receive_name, MACH_PORT_TYPE_RECEIVE, &self->received_by);
        if (LIKELY(own != nullptr) &&
            LIKELY(is_call ? send_call(kmsg, space, self, own, meeting)
                           : send_answer(kmsg, space, self, own, meeting))) {
            return true;
        }
    }
    spin_unlock(&space->lock);
    return false;
}

bool msg_direct(struct msg_request *request, struct thread *self, struct ipc_kmsg *kmsg,
                mach_msg_option_t absent, mach_msg_return_t *result) NO_LOCK_ANALYSIS
{
    struct meeting meeting;
    bool have_met = false;
    if (LIKELY(kmsg->header.msgh_bits == CALL_BITS)) {
        have_met = request->receive_name == kmsg->header.msgh_local_port &&
                   meet(request, self, kmsg, true, &meeting);
    } else if (LIKELY(kmsg->header.msgh_bits == ANSWER_BITS)) {
        have_met = kmsg->header.msgh_local_port == MACH_PORT_NULL && self->policy.donated == 0 &&
                   meet(request, self, kmsg, false, &meeting);
    }
    if (UNLIKELY(!have_met)) {
        if (kmsg->destination == nullptr) {
            return false;
        }
        *result = msg_call_kernel(request, self, kmsg);
        return true;
    }
    struct ipc_port *port = meeting.receive_port;
    if (UNLIKELY(port->message_count != 0)) {
        *result = msg_receive_from(request, self, &port->object, meeting.receiver);
        return true;
    }
    struct ipc_kmsg *received;
    struct ipc_wait wait = { WAIT_FOREVER, WAIT_ARMED_RESTARTABLE, meeting.receiver };
    INLINE_CALL *result =
        ipc_mqueue_wait(&port->object, &port->receivers, wait, &request->receive, &received);
    if (UNLIKELY(*result != MACH_MSG_SUCCESS)) {
        *result = msg_receive_failed(request, self, *result, received);
        return true;
    }
    self->calls = MACH_PORT_NULL;
    INLINE_CALL *result = ipc_kmsg_copyout(received, self, request->receive_buffer,
                                           request->receive.option & ~absent);
    return true;
}
