/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mach_msg: send, then receive.  A remote procedure call is one trap: if a server waits for the
 * message, the sender claims it, and when the sender then blocks for the reply it gives the
 * processor straight to the server (thread_block_handoff()); the server's reply does the same on
 * the way back.  The messages for which everything is so have ways of their own, mach_msg_direct.c and,
 * within a task, mach_msg_within.c, which know nothing that this one does not.
 */
#include <ipc/mach_msg_meeting.h>

#include <mach/message.h>

#include <arch/clock_device.h>
#include <arch/context.h>
#include <arch/user_copy.h>
#include <sched/thread.h>
#include <sched/waitq.h>
#include <ipc/ipc_charge.h>
#include <ipc/ipc_donation.h>
#include <ipc/ipc_kmsg_internal.h>
#include <ipc/ipc_kmsg_voucher.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_pset.h>
#include <ipc/ipc_request.h>
#include <ipc/ipc_right.h>
#include <ipc/ipc_space.h>
#include <ipc/ipc_violation.h>
#include <ipc/upcalls.h>

#define NS_PER_MS UINT64_C(1000000)

/* The deadline of a wait that is bounded if OPTION has BIT. */
static inline uint64_t wait_deadline(mach_msg_option_t option, mach_msg_option_t bit,
                                     uint32_t timeout_ms)
{
    if (LIKELY(!(option & bit))) {
        return WAIT_FOREVER;
    }
    return timeout_ms == 0 ? 0 : clock_now() + timeout_ms * NS_PER_MS;
}

/* KMSG is beyond the quota of whom it would be charged to. */
static COLD mach_msg_return_t refuse(const struct msg_request *request, struct thread *self,
                                     struct ipc_kmsg *kmsg)
{
    if (kmsg->destination_type == MACH_MSG_TYPE_PORT_SEND_ONCE) {
        ipc_kmsg_lose(kmsg);
        return MACH_MSG_SUCCESS;
    }
    return ipc_kmsg_copyout_pseudo(kmsg, self->space, self->map, request->send_buffer,
                                   MACH_SEND_NO_BUFFER);
}

/* Send KMSG, for which nobody waits at its destination. */
static mach_msg_return_t send_to_queue(struct msg_request *request, struct thread *self,
                                       struct ipc_kmsg *kmsg, struct thread **handoff)
{
    ipc_kmsg_identify(kmsg, self->space);
    if (UNLIKELY(!ipc_kmsg_charge(kmsg, self->space->quota))) {
        self->calls = MACH_PORT_NULL;
        return refuse(request, self, kmsg);
    }
    uint64_t deadline =
        wait_deadline(request->receive.option, MACH_SEND_TIMEOUT, request->timeout_ms);
    mach_msg_return_t result = ipc_mqueue_send(kmsg, deadline, handoff);
    if (UNLIKELY(result != MACH_MSG_SUCCESS)) {
        self->calls = MACH_PORT_NULL;
        if ((request->receive.option & MACH_SEND_NOTIFY) && result == MACH_SEND_TIMED_OUT) {
            ipc_request_arm(self->space, kmsg->destination);
        }
        return ipc_kmsg_copyout_pseudo(kmsg, self->space, self->map, request->send_buffer, result);
    }
    return MACH_MSG_SUCCESS;
}

/* The port or set that SPACE receives from under NAME, locked; null if it does not. */
static inline struct ipc_object *lock_receive_object(struct ipc_space *space,
                                                     mach_port_name_t name) NO_LOCK_ANALYSIS
{
    struct ipc_object *object = nullptr;
    spin_lock(&space->lock);
    /* The entries of a dead space are being freed: look at none. */
    struct ipc_entry *entry = LIKELY(space->is_active) ? ipc_entry_lookup(space, name) : nullptr;
    if (LIKELY(entry != nullptr &&
               (entry->bits & (MACH_PORT_TYPE_RECEIVE | MACH_PORT_TYPE_PORT_SET)))) {
        object = entry->object;
        spin_lock(&object->lock);
    }
    spin_unlock(&space->lock);
    return object;
}

/* There is nothing that REQUEST's receiving half could receive from. */
static COLD mach_msg_return_t no_receive_object(const struct msg_request *request)
{
    ipc_violation(request->receive_name, 0, kGUARD_EXC_RCV_INVALID_NAME);
    return MACH_RCV_INVALID_NAME;
}

/* A message stays queued because the buffer is too small: tell its size, and where it is. */
static COLD void report_too_large(const struct msg_request *request)
{
    const struct ipc_receive *receive = &request->receive;
    uint64_t buffer = request->receive.buffer;
    kern_return_t written = KERN_SUCCESS;
    uint64_t limit = (uint64_t)receive->room + ipc_kmsg_trailer_size(receive->option);
    if (limit >= offsetof(mach_msg_header_t, msgh_remote_port)) {
        written = copyout(buffer + offsetof(mach_msg_header_t, msgh_size), &receive->too_large_size,
                          sizeof(receive->too_large_size));
    }
    if (written == KERN_SUCCESS && (receive->option & MACH_RCV_LARGE_IDENTITY) &&
        limit >= offsetof(mach_msg_header_t, msgh_voucher_port)) {
        written = copyout(buffer + offsetof(mach_msg_header_t, msgh_local_port),
                          &receive->too_large_port, sizeof(receive->too_large_port));
    }
    /* A buffer that cannot be written learns nothing; the return code says what happened. */
    (void)written;
}

/* KMSG was received but does not fit: deliver its header alone if that fits, and destroy the
 * rest. */
static COLD mach_msg_return_t receive_header_only(struct msg_request *request,
                                                  struct ipc_kmsg *kmsg, struct thread *self)
{
    if (request->receive.room < (int64_t)sizeof(mach_msg_header_t)) {
        ipc_kmsg_destroy(kmsg);
        return MACH_RCV_TOO_LARGE;
    }
    if (kmsg->header.msgh_bits & MACH_MSGH_BITS_COMPLEX) {
        ipc_kmsg_destroy_body(kmsg, ipc_kmsg_body(kmsg)->msgh_descriptor_count);
    }
    kmsg->header.msgh_bits &= ~(MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS_REMOTE_MASK);
    ipc_kmsg_drop_voucher(kmsg);
    ipc_port_release_right(kmsg->reply, kmsg->reply_type);
    kmsg->reply = nullptr;
    kmsg->reply_type = 0;
    kmsg->header.msgh_size = sizeof(mach_msg_header_t);
    mach_msg_return_t result =
        ipc_kmsg_copyout(kmsg, self, request->receive.buffer, request->receive.option);
    return result == MACH_MSG_SUCCESS ? MACH_RCV_TOO_LARGE : result;
}

mach_msg_return_t msg_receive_failed(struct msg_request *request, struct thread *self,
                                     mach_msg_return_t result, struct ipc_kmsg *kmsg)
{
    self->calls = MACH_PORT_NULL;
    if (result == MACH_RCV_TOO_LARGE && kmsg != nullptr) {
        return receive_header_only(request, kmsg, self);
    }
    if (result == MACH_RCV_TOO_LARGE) {
        report_too_large(request);
    }
    return result;
}

mach_msg_return_t msg_receive_from(struct msg_request *request, struct thread *self,
                                   struct ipc_object *object, struct thread *handoff)
{
    uint64_t deadline =
        wait_deadline(request->receive.option, MACH_RCV_TIMEOUT, request->timeout_ms);
    struct ipc_kmsg *kmsg = nullptr;
    mach_msg_return_t result =
        ipc_mqueue_receive(object, self->space, deadline, handoff, &request->receive, &kmsg);
    if (UNLIKELY(result != MACH_MSG_SUCCESS)) {
        return msg_receive_failed(request, self, result, kmsg);
    }
    self->calls = MACH_PORT_NULL;
    if (kmsg == nullptr) {
        self->talks_within = true;
        return MACH_MSG_SUCCESS;
    }
    return ipc_kmsg_copyout(kmsg, self, request->receive.buffer, request->receive.option);
}

/* The analysis cannot follow a lock into the result of a function. */
mach_msg_return_t msg_receive(struct msg_request *request, struct thread *self,
                              struct thread *handoff) NO_LOCK_ANALYSIS
{
    struct ipc_object *object = lock_receive_object(self->space, request->receive_name);
    if (UNLIKELY(object == nullptr)) {
        if (handoff != nullptr) {
            thread_wake(handoff);
        }
        return no_receive_object(request);
    }
    ipc_donation_receive(self, object);
    return msg_receive_from(request, self, object, handoff);
}

/* KMSG is answered by the kernel, or goes to a queue or who waits at it.  Then the receiving half
 * follows, if there is one. */
static mach_msg_return_t msg_send_contents(struct msg_request *request, struct thread *self,
                                           struct ipc_kmsg *kmsg)
{
    if (LIKELY(kmsg->destination->kobject_kind != IPC_KOBJECT_NONE)) {
        return msg_call_kernel(request, self, kmsg);
    }
    bool receives = request->receive.option & MACH_RCV_MSG;
    struct thread *handoff = nullptr;
    mach_msg_return_t result = send_to_queue(request, self, kmsg, receives ? &handoff : nullptr);
    return result == MACH_MSG_SUCCESS && receives ? msg_receive(request, self, handoff) : result;
}

/* KMSG, just copied in, is on its way: whether it is the answer that SELF was lent importance for, or a
 * call of its own. */
static inline void note_call(struct thread *self, const struct ipc_kmsg *kmsg)
{
    if (UNLIKELY(self->policy.donated != 0) &&
        kmsg->destination_type == MACH_MSG_TYPE_PORT_SEND_ONCE) {
        thread_donation_end(self);
    }
    self->calls = ipc_kmsg_is_request(kmsg) ? kmsg->header.msgh_remote_port : MACH_PORT_NULL;
}

/* Both halves, with a trailer behind the message that says who sends it. */
static mach_msg_return_t msg_with_trailer(struct msg_request *request, struct thread *self,
                                          uint32_t send_size)
{
    struct ipc_sender *sender;
    struct ipc_kmsg *kmsg;
    mach_msg_return_t result =
        ipc_sender_copyin(self->space, request->send_buffer + send_size, &sender);
    if (result != MACH_MSG_SUCCESS) {
        return result;
    }
    result = ipc_kmsg_copyin_bytes(request->send_buffer, send_size, &kmsg);
    if (result == MACH_MSG_SUCCESS) {
        result = ipc_kmsg_copyin_contents(kmsg, self->space, self->map);
    }
    if (result != MACH_MSG_SUCCESS) {
        ipc_sender_release(sender);
        return result;
    }
    kmsg->sender = sender;
    note_call(self, kmsg);
    return msg_send_contents(request, self, kmsg);
}

/* Send KMSG, whose bytes were copied in, and receive, as REQUEST says, by the queues. */
static NOINLINE mach_msg_return_t msg_by_queue(struct msg_request *request, struct thread *self,
                                               struct ipc_kmsg *kmsg)
{
    mach_msg_return_t result = ipc_kmsg_copyin_contents(kmsg, self->space, self->map);
    if (UNLIKELY(result != MACH_MSG_SUCCESS)) {
        return result;
    }
    note_call(self, kmsg);
    return msg_send_contents(request, self, kmsg);
}

/* The same, unless the kernel is to answer KMSG, as msg_meet() has found. */
static ALWAYS_INLINE mach_msg_return_t msg_not_met(struct msg_request *request, struct thread *self,
                                                   struct ipc_kmsg *kmsg)
{
    return LIKELY(kmsg->destination != nullptr) ? msg_call_kernel(request, self, kmsg)
                                                : msg_by_queue(request, self, kmsg);
}

/* What is not the common: other options, and messages that are large or of no good size.  The message has
 * SEND_SIZE bytes, the receive buffer LIMIT. */
static NOINLINE mach_msg_return_t msg_uncommon(struct msg_request *request, struct thread *self,
                                               uint32_t send_size, uint32_t limit)
{
    mach_msg_option_t option = request->receive.option;
    request->receive.room = ipc_receive_room(option, limit);
    if ((option & MACH_SEND_MSG) == 0) {
        return option & MACH_RCV_MSG ? msg_receive(request, self, nullptr) : MACH_MSG_SUCCESS;
    }
    if (option & MACH_SEND_TRAILER) {
        return msg_with_trailer(request, self, send_size);
    }
    struct ipc_kmsg *kmsg;
    mach_msg_return_t result = ipc_kmsg_copyin_bytes(request->send_buffer, send_size, &kmsg);
    if (result != MACH_MSG_SUCCESS) {
        return result;
    }
    struct msg_meeting meeting;
    if ((option & (MACH_RCV_MSG | MACH_RCV_TIMEOUT)) == MACH_RCV_MSG &&
        msg_meet(request, self, kmsg, &meeting)) {
        return msg_await(request, self, &meeting, 0);
    }
    return msg_not_met(request, self, kmsg);
}

/*
 * Common is to send and then to receive, for as long as it takes, without what a trailer can tell.
 */
uint64_t mach_msg_trap(uint64_t msg, uint64_t option, uint64_t send_size, uint64_t rcv_size,
                       uint64_t rcv_name, uint64_t timeout_ms)
{
    const mach_msg_option_t decisive =
        MACH_SEND_MSG | MACH_SEND_TRAILER | MACH_RCV_MSG | MACH_RCV_TIMEOUT | MACH_RCV_TRAILER_MASK;
    const int64_t trailer = sizeof(mach_msg_trailer_t);
    struct thread *self = current_thread();
    struct msg_request request;
    request.receive.buffer = msg;
    request.receive_name = (mach_port_name_t)rcv_name;
    request.timeout_ms = (uint32_t)timeout_ms;
    request.receive.option = (mach_msg_option_t)option;
    request.receive.room = (int64_t)(uint32_t)rcv_size - trailer;
    struct ipc_kmsg *kmsg;
    struct msg_meeting meeting;
    bool is_common = LIKELY((option & decisive) == (MACH_SEND_MSG | MACH_RCV_MSG));
    if (LIKELY(is_common)) {
        bool have_met;
        if (self->talks_within) {
            INLINE_CALL have_met =
                msg_meet_within(&request, self, msg, (uint32_t)send_size, &meeting);
            if (LIKELY(have_met)) {
                return (uint32_t)msg_await(&request, self, &meeting, MACH_RCV_TRAILER_MASK);
            }
        }
        INLINE_CALL is_common = ipc_kmsg_copyin_short(msg, (uint32_t)send_size, &kmsg);
        if (LIKELY(is_common)) {
            INLINE_CALL have_met = msg_meet(&request, self, kmsg, &meeting);
            if (LIKELY(have_met)) {
                return (uint32_t)msg_await(&request, self, &meeting, MACH_RCV_TRAILER_MASK);
            }
            request.send_buffer = msg;
            return (uint32_t)msg_not_met(&request, self, kmsg);
        }
    }
    request.send_buffer = msg;
    return (uint32_t)msg_uncommon(&request, self, (uint32_t)send_size,
                                  (uint32_t)(request.receive.room + trailer));
}

uint64_t mach_msg_overwrite_trap(uint64_t msg, uint64_t option, uint64_t send_size,
                                 uint64_t rcv_size, uint64_t rcv_name, uint64_t timeout_ms)
{
    /* The user's stack at the SYSCALL: return address, seventh argument (notify), eighth
     * (receive buffer). */
    struct thread *self = current_thread();
    struct trap_frame *frame = context_user_frame(&self->context);
    uint64_t buffer;
    if (copyin(&buffer, frame->rsp + 2 * sizeof(uint64_t), sizeof(buffer)) != KERN_SUCCESS) {
        return MACH_SEND_INVALID_DATA;
    }
    struct msg_request request = {
        .send_buffer = msg,
        .receive.buffer = buffer != 0 ? buffer : msg,
        .receive_name = (mach_port_name_t)rcv_name,
        .timeout_ms = (uint32_t)timeout_ms,
        .receive.option = (mach_msg_option_t)option,
    };
    return (uint64_t)msg_uncommon(&request, self, (uint32_t)send_size, (uint32_t)rcv_size);
}

uint64_t mach_reply_port_trap(void)
{
    struct ipc_space *space = current_thread()->space;
    struct ipc_port *port = ipc_port_create_for(space->quota);
    return port != nullptr ? ipc_space_copyout(space, port, MACH_MSG_TYPE_PORT_RECEIVE)
                           : MACH_PORT_NULL;
}
