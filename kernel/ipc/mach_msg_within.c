/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The direct way within a task: a call or its answer to a thread of the same task that waits for it at
 * the port itself.  Both buffers are in the memory that the sender sees, and both rights in his space.  So
 * the message is copied once, from buffer to buffer, no kernel message is made of it, and the receiver has it
 * when he wakes.
 *
 * The sender writes into the receiver's buffer before it claims him, so that nothing can fail afterwards.
 * The port's lock makes that safe: a receiver whose wait ends otherwise leaves the queue under it before he
 * returns to user code, so his buffer is still his system call's.  Nothing sleeps under the locks; what is
 * not in memory, or not as it must be, goes the other ways.
 *
 * Locks: as in mach_msg_direct.c.
 */
#include <ipc/mach_msg_meeting.h>

#include <arch/user_copy.h>

/* What is sent. */
struct passage {
    uint64_t buffer;
    uint32_t size;
    mach_msg_header_t header; /* as the sender wrote it; size and id are elsewhere */
};

/* True if messages of the sizes that go this way cannot touch each other in the buffers A and B. */
static inline bool lie_apart(uint64_t a, uint64_t b)
{
    const uint64_t most = IPC_KMSG_INLINE + sizeof(mach_msg_trailer_t);
    return a - b + most >= 2 * most;
}

/* Write PASSAGE, from SELF, into the buffer of the first thread that waits at PORT, if it is one of SPACE,
 * has room for it and asks for nothing more; with BITS and REPLY, the name of the right to answer by, in the
 * header.  Returns: the thread, claimed, or null. */
static ALWAYS_INLINE struct thread *deliver(const struct passage *passage, struct thread *self,
                                            struct ipc_port *port, const struct ipc_space *space,
                                            mach_msg_bits_t bits, mach_port_name_t reply)
    REQUIRES(port->object.lock, space->lock)
{
    struct list *threads = &port->receivers.threads;
    struct list *first = threads->next;
    if (UNLIKELY(first == threads)) {
        return nullptr;
    }
    struct thread *receiver = list_entry(first, struct thread, wait_link);
    const struct ipc_receive *receive = (const struct ipc_receive *)receiver->wait_value;
    if (UNLIKELY(receiver->space != space)) {
        self->talks_within = false;
        return nullptr;
    }
    if (UNLIKELY(passage->size > receive->room) ||
        UNLIKELY(receive->option & MACH_RCV_TRAILER_MASK)) {
        return nullptr;
    }
    if (UNLIKELY(!lie_apart(receive->buffer, passage->buffer))) {
        return nullptr;
    }
    const mach_msg_trailer_t trailer = { MACH_MSG_TRAILER_FORMAT_0, sizeof(trailer) };
    mach_msg_header_t header = {
        .msgh_bits = bits,
        .msgh_remote_port = reply,
        .msgh_local_port = port->receiver_name,
    };
    if (UNLIKELY(copy_message_within(receive->buffer, passage->buffer, passage->size, &header,
                                     &trailer) != KERN_SUCCESS) ||
        UNLIKELY(!thread_claim_wait(receiver))) {
        return nullptr;
    }
    list_unlink_first(threads, first);
    port->sequence++;
    receiver->wait_value = 0;
    return receiver;
}

/* Send PASSAGE, a call from SPACE, which is locked.  Returns: true, SPACE unlocked; or false. */
static ALWAYS_INLINE bool call_within(const struct passage *passage, struct ipc_space *space,
                                      struct thread *self, struct ipc_entry *own,
                                      struct msg_meeting *meeting) NO_LOCK_ANALYSIS
{
    mach_port_name_t name = passage->header.msgh_remote_port;
    struct ipc_entry *entry =
        msg_entry_with(space, name, MACH_PORT_TYPE_SEND, self, &self->sent_by);
    struct ipc_entry *reply_entry;
    kern_return_t result;
    if (UNLIKELY(entry == nullptr)) {
        return false;
    }
    INLINE_CALL result = ipc_entry_alloc(space, &reply_entry);
    if (UNLIKELY(result != KERN_SUCCESS)) {
        return false;
    }
    struct ipc_port *port = ipc_entry_port(entry);
    ipc_port_lock(port);
    struct thread *receiver =
        deliver(passage, self, port, space, MSG_CALLED_BITS, reply_entry->name);
    if (UNLIKELY(receiver == nullptr)) {
        ipc_port_unlock(port);
        ipc_entry_put_back(space, reply_entry);
        return false;
    }
    msg_called(self, name, port, receiver);
    struct ipc_port *reply = msg_make_reply(own);
    reply_entry->object = &reply->object;
    reply_entry->bits = MACH_PORT_TYPE_SEND_ONCE | 1;
    spin_unlock(&space->lock);
    *meeting = (struct msg_meeting){ receiver, reply };
    return true;
}

/* Send PASSAGE, an answer from SPACE, which is locked.  Returns: true, SPACE unlocked; or false. */
static ALWAYS_INLINE bool answer_within(const struct passage *passage, struct ipc_space *space,
                                        struct thread *self, struct ipc_entry *own,
                                        struct msg_meeting *meeting) NO_LOCK_ANALYSIS
{
    struct ipc_entry *entry = msg_entry_with(space, passage->header.msgh_remote_port,
                                             MACH_PORT_TYPE_SEND_ONCE, self, &self->sent_by);
    if (UNLIKELY(entry == nullptr || entry->request != nullptr)) {
        return false;
    }
    struct ipc_port *port = ipc_entry_port(entry);
    ipc_port_lock(port);
    struct thread *receiver =
        deliver(passage, self, port, space, MSG_ANSWERED_BITS, MACH_PORT_NULL);
    if (UNLIKELY(receiver == nullptr)) {
        ipc_port_unlock(port);
        return false;
    }
    *meeting = (struct msg_meeting){ receiver, msg_answered(space, self, entry, port, own) };
    return true;
}

bool msg_meet_within(const struct msg_request *request, struct thread *self, uint64_t buffer,
                     uint32_t size, struct msg_meeting *meeting) NO_LOCK_ANALYSIS
{
    const uint32_t least = sizeof(mach_msg_header_t);
    struct passage passage = { .buffer = buffer, .size = size };
    if (UNLIKELY(size - least > IPC_KMSG_INLINE - least || size % sizeof(natural_t) != 0) ||
        UNLIKELY(copyin_message_header(&passage.header, buffer) != KERN_SUCCESS)) {
        return false;
    }
    struct ipc_space *space = self->space;
    struct ipc_entry *own = nullptr;
    bool have_met = false;
    if (msg_is_call(request, &passage.header)) {
        own = msg_lock_own(request, space, self);
        have_met = LIKELY(own != nullptr) && call_within(&passage, space, self, own, meeting);
    } else if (msg_is_answer(self, &passage.header)) {
        own = msg_lock_own(request, space, self);
        have_met = LIKELY(own != nullptr) && answer_within(&passage, space, self, own, meeting);
    }
    if (UNLIKELY(!have_met) && own != nullptr) {
        spin_unlock(&space->lock);
    }
    return have_met;
}
