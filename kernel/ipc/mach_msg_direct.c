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
#include <ipc/mach_msg_meeting.h>

void msg_note_peer(const struct ipc_space *space, struct thread *self,
                   const struct ipc_entry *entry)
{
    bool is_own = false;
    if (entry->bits & MACH_PORT_TYPE_SEND) {
        struct ipc_port *port = ipc_entry_port(entry);
        ipc_port_lock(port);
        is_own = port->receiver == space;
        ipc_port_unlock(port);
    }
    self->talks_within = is_own;
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
static ALWAYS_INLINE struct ipc_port *take_reply(struct ipc_kmsg *kmsg,
                                                 struct ipc_entry *own) NO_LOCK_ANALYSIS
{
    struct ipc_port *reply = msg_make_reply(own);
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
        ipc_port_unlock(take_reply(kmsg, own));
    }
}

/* Send KMSG, a call from SPACE, which is locked.  Returns: true, SPACE unlocked; or false, and KMSG has a
 * destination if the kernel is to answer it. */
static ALWAYS_INLINE bool send_call(struct ipc_kmsg *kmsg, struct ipc_space *space,
                                    struct thread *self, struct ipc_entry *own,
                                    struct msg_meeting *meeting) NO_LOCK_ANALYSIS
{
    mach_port_name_t name = kmsg->header.msgh_remote_port;
    struct ipc_entry *entry =
        msg_entry_with(space, name, MACH_PORT_TYPE_SEND, self, &self->sent_by);
    if (UNLIKELY(entry == nullptr)) {
        return false;
    }
    struct ipc_port *port = ipc_entry_port(entry);
    ipc_port_lock(port);
    struct thread *receiver = give(kmsg, port, space, MSG_CALLED_BITS);
    if (UNLIKELY(receiver == nullptr)) {
        address_kernel(kmsg, port, own);
        return false;
    }
    msg_called(self, name, port, receiver);
    struct ipc_port *reply = take_reply(kmsg, own);
    spin_unlock(&space->lock);
    *meeting = (struct msg_meeting){ receiver, reply };
    return true;
}

/* Send KMSG, an answer from SPACE, which is locked.  Returns: true, SPACE unlocked; or false. */
static ALWAYS_INLINE bool send_answer(struct ipc_kmsg *kmsg, struct ipc_space *space,
                                      struct thread *self, struct ipc_entry *own,
                                      struct msg_meeting *meeting) NO_LOCK_ANALYSIS
{
    struct ipc_entry *entry = msg_entry_with(space, kmsg->header.msgh_remote_port,
                                             MACH_PORT_TYPE_SEND_ONCE, self, &self->sent_by);
    if (UNLIKELY(entry == nullptr || entry->request != nullptr)) {
        return false;
    }
    struct ipc_port *port = ipc_entry_port(entry);
    ipc_port_lock(port);
    struct thread *receiver = give(kmsg, port, space, MSG_ANSWERED_BITS);
    if (UNLIKELY(receiver == nullptr)) {
        ipc_port_unlock(port);
        return false;
    }
    *meeting = (struct msg_meeting){ receiver, msg_answered(space, self, entry, port, own) };
    return true;
}

bool msg_meet(const struct msg_request *request, struct thread *self, struct ipc_kmsg *kmsg,
              struct msg_meeting *meeting) NO_LOCK_ANALYSIS
{
    struct ipc_space *space = self->space;
    struct ipc_entry *own = nullptr;
    bool have_met = false;
    if (msg_is_call(request, &kmsg->header)) {
        own = msg_lock_own(request, space, self);
        have_met = LIKELY(own != nullptr) && send_call(kmsg, space, self, own, meeting);
    } else if (msg_is_answer(self, &kmsg->header)) {
        own = msg_lock_own(request, space, self);
        have_met = LIKELY(own != nullptr) && send_answer(kmsg, space, self, own, meeting);
    }
    if (UNLIKELY(!have_met) && own != nullptr) {
        spin_unlock(&space->lock);
    }
    return have_met;
}
