/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mach_msg: send, then receive.  A remote procedure call is one trap: if a server waits for the
 * message, the sender claims it, and when the sender then blocks for the reply it gives the
 * processor straight to the server (thread_block_handoff()); the server's reply does the same on
 * the way back.  There is no second, "fast" path.
 */
#include <ipc/mach_msg.h>

#include <mach/message.h>

#include <arch/clock_device.h>
#include <arch/context.h>
#include <arch/user_copy.h>
#include <sched/thread.h>
#include <sched/waitq.h>
#include <ipc/ipc_charge.h>
#include <ipc/ipc_donation.h>
#include <ipc/ipc_kmsg_internal.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_pset.h>
#include <ipc/ipc_request.h>
#include <ipc/ipc_right.h>
#include <ipc/ipc_space.h>
#include <ipc/upcalls.h>

#define NS_PER_MS UINT64_C(1000000)

#ifdef MACH_R_DEBUG
bool ipc_handoff_is_enabled = true;
#endif

/* What one call of mach_msg wants.  Passed by value: the common way through keeps it in registers. */
struct msg_request {
    mach_msg_option_t option;
    uint64_t send_buffer;
    uint32_t send_size;
    uint64_t receive_buffer;
    uint32_t receive_limit;
    mach_port_name_t receive_name;
    uint32_t timeout_ms;
};

/* The deadline of a wait that is bounded if OPTION has BIT. */
static inline uint64_t wait_deadline(mach_msg_option_t option, mach_msg_option_t bit,
                                     uint32_t timeout_ms)
{
    if (LIKELY(!(option & bit))) {
        return WAIT_FOREVER;
    }
    return timeout_ms == 0 ? 0 : clock_now() + timeout_ms * NS_PER_MS;
}

/*
 * Send KMSG to the kernel, which answers at once.  A lent right is not worth counting here either, but
 * the port has to live as long as the call.  Locks: the destination's, which it drops.
 * Returns: the answer, or null.
 */
static inline struct ipc_kmsg *send_to_kernel(struct ipc_kmsg *kmsg) NO_LOCK_ANALYSIS
{
    if (LIKELY(kmsg->is_lent)) {
        ipc_port_reference(kmsg->destination);
    }
    ipc_port_unlock(kmsg->destination);
    return upcall_kobject_call(kmsg);
}

/*
 * ANSWER, from the kernel, is for the caller: take it out of the air, if it would be the next message
 * that he receives, and fits.  Returns: false if it has to go through the queue.
 */
static inline bool take_answer(struct msg_request request, const struct ipc_space *space,
                               struct ipc_kmsg *answer) NO_LOCK_ANALYSIS
{
    struct ipc_port *port = answer->destination;
    if (answer->header.msgh_size + ipc_kmsg_trailer_size(request.option) > request.receive_limit ||
        answer->is_circular) {
        return false;
    }
    ipc_port_lock(port);
    if (UNLIKELY(!port->object.is_active || port->receiver != space ||
                 port->receiver_name != request.receive_name || !list_empty(&port->messages) ||
                 !waitq_is_empty(&port->receivers) || !list_empty(&port->sets))) {
        ipc_port_unlock(port);
        return false;
    }
    answer->sequence = port->sequence++;
    INLINE_CALL ipc_kmsg_consume_destination(answer, request.receive_name);
    return true;
}

/* The kernel has given ANSWER to a call.  Returns: true if the caller has it in his buffer, with
 * *RESULT; else he finds it in its queue. */
static NOINLINE bool receive_answer(struct msg_request request, struct thread *self,
                                    struct ipc_kmsg *answer, mach_msg_return_t *result)
{
    if (!(request.option & MACH_RCV_MSG) || !take_answer(request, self->space, answer)) {
        ipc_mqueue_post(answer);
        return false;
    }
    INLINE_CALL *result = ipc_kmsg_copyout(answer, self->space, self->map, request.receive_buffer,
                                           request.receive_limit, request.option);
    return true;
}

/* KMSG is beyond the quota of whom it would be charged to. */
static COLD mach_msg_return_t refuse(struct msg_request request, struct thread *self,
                                     struct ipc_kmsg *kmsg)
{
    if (kmsg->destination_type == MACH_MSG_TYPE_PORT_SEND_ONCE) {
        ipc_kmsg_lose(kmsg);
        return MACH_MSG_SUCCESS;
    }
    return ipc_kmsg_copyout_pseudo(kmsg, self->space, self->map, request.send_buffer,
                                   MACH_SEND_NO_BUFFER);
}

/* Send KMSG, for which nobody waits at its destination, which is locked. */
static NOINLINE mach_msg_return_t send_to_queue(struct msg_request request, struct thread *self,
                                                struct ipc_kmsg *kmsg, struct thread **handoff)
{
    ipc_kmsg_own_destination(kmsg);
    ipc_kmsg_identify(kmsg, self->space);
    if (UNLIKELY(!ipc_kmsg_charge(kmsg, self->space->quota))) {
        return refuse(request, self, kmsg);
    }
    self->calls = ipc_kmsg_is_request(kmsg) ? kmsg->header.msgh_remote_port : MACH_PORT_NULL;
    uint64_t deadline = wait_deadline(request.option, MACH_SEND_TIMEOUT, request.timeout_ms);
    mach_msg_return_t result = ipc_mqueue_send(kmsg, deadline, handoff);
    if (UNLIKELY(result != MACH_MSG_SUCCESS)) {
        self->calls = MACH_PORT_NULL;
        if ((request.option & MACH_SEND_NOTIFY) && result == MACH_SEND_TIMED_OUT) {
            ipc_request_arm(self->space, kmsg->destination);
        }
        return ipc_kmsg_copyout_pseudo(kmsg, self->space, self->map, request.send_buffer, result);
    }
    return MACH_MSG_SUCCESS;
}

/* The sending half.  A receiver that was waiting is woken or, if that MAY be, put into *HANDOFF, with
 * the port for the reply in *REPLY, which lives until then.  What the kernel answers is put into
 * *ANSWER. */
static ALWAYS_INLINE mach_msg_return_t msg_send(struct msg_request request, struct thread *self,
                                                bool may_handoff, struct thread **handoff,
                                                struct ipc_port **reply, struct ipc_kmsg **answer)
{
    struct ipc_kmsg *kmsg;
    mach_msg_return_t result;
    INLINE_CALL result =
        ipc_kmsg_copyin(self->space, self->map, request.send_buffer, request.send_size, &kmsg);
    if (UNLIKELY(result != MACH_MSG_SUCCESS)) {
        return result;
    }
    bool is_answer = UNLIKELY(self->policy.donated != 0) &&
                     kmsg->destination_type == MACH_MSG_TYPE_PORT_SEND_ONCE;
    mach_port_name_t called =
        ipc_kmsg_is_request(kmsg) ? kmsg->header.msgh_remote_port : MACH_PORT_NULL;
    struct ipc_port *reply_port = kmsg->reply;
    struct thread *receiver;
    INLINE_CALL receiver = ipc_mqueue_hand_over(kmsg);
    if (LIKELY(receiver != nullptr)) {
        self->calls = called;
        if (LIKELY(may_handoff)) {
            *handoff = receiver;
            *reply = reply_port;
        } else {
            thread_wake(receiver);
        }
    } else if (LIKELY(kmsg->destination->kobject_kind != IPC_KOBJECT_NONE)) {
        *answer = send_to_kernel(kmsg);
    } else {
        struct thread *woken = nullptr;
        result = send_to_queue(request, self, kmsg, may_handoff ? &woken : nullptr);
        *handoff = woken;
    }
    if (UNLIKELY(is_answer)) {
        thread_donation_end(self);
    }
    return result;
}

/*
 * The port or set that SPACE receives from under NAME, with a reference; null if it does not.  REPLY
 * is the port that the caller expects the reply at, kept alive by the message that is on its way, or
 * null: mostly that is it.  Its lock will show whether SPACE still has it.
 */
static ALWAYS_INLINE struct ipc_object *receive_object(struct ipc_space *space,
                                                       mach_port_name_t name,
                                                       struct ipc_port *reply)
{
    if (LIKELY(ipc_port_is_valid(reply)) && LIKELY(reply->receiver_name == name)) {
        ipc_port_reference(reply);
        return &reply->object;
    }
    struct ipc_object *object = nullptr;
    spin_lock(&space->lock);
    /* The entries of a dead space are being freed: look at none. */
    struct ipc_entry *entry = LIKELY(space->is_active) ? ipc_entry_lookup(space, name) : nullptr;
    if (LIKELY(entry != nullptr &&
               (entry->bits & (MACH_PORT_TYPE_RECEIVE | MACH_PORT_TYPE_PORT_SET)))) {
        object = entry->object;
        ipc_object_reference(object);
    }
    spin_unlock(&space->lock);
    return object;
}

/* A message stays queued because the buffer is too small: tell its size, and where it is. */
static COLD void report_too_large(struct msg_request request, struct ipc_receive receive)
{
    uint64_t buffer = request.receive_buffer;
    kern_return_t written = KERN_SUCCESS;
    if (request.receive_limit >= offsetof(mach_msg_header_t, msgh_remote_port)) {
        written = copyout(buffer + offsetof(mach_msg_header_t, msgh_size), &receive.too_large_size,
                          sizeof(receive.too_large_size));
    }
    if (written == KERN_SUCCESS && (request.option & MACH_RCV_LARGE_IDENTITY) &&
        request.receive_limit >= offsetof(mach_msg_header_t, msgh_voucher_port)) {
        written = copyout(buffer + offsetof(mach_msg_header_t, msgh_local_port),
                          &receive.too_large_port, sizeof(receive.too_large_port));
    }
    /* A buffer that cannot be written learns nothing; the return code says what happened. */
    (void)written;
}

/* KMSG was received but does not fit: deliver its header alone if that fits, and destroy the
 * rest. */
static COLD mach_msg_return_t receive_header_only(struct msg_request request, struct ipc_kmsg *kmsg,
                                                  struct thread *self)
{
    uint32_t needed = sizeof(mach_msg_header_t) + ipc_kmsg_trailer_size(request.option);
    if (needed > request.receive_limit) {
        ipc_kmsg_destroy(kmsg);
        return MACH_RCV_TOO_LARGE;
    }
    if (kmsg->header.msgh_bits & MACH_MSGH_BITS_COMPLEX) {
        ipc_kmsg_destroy_body(kmsg, ipc_kmsg_body(kmsg)->msgh_descriptor_count);
        kmsg->header.msgh_bits &= ~MACH_MSGH_BITS_COMPLEX;
    }
    ipc_port_release_right(kmsg->reply, kmsg->reply_type);
    kmsg->reply = nullptr;
    kmsg->reply_type = 0;
    kmsg->header.msgh_size = sizeof(mach_msg_header_t);
    mach_msg_return_t result =
        ipc_kmsg_copyout(kmsg, self->space, self->map, request.receive_buffer,
                         request.receive_limit, request.option);
    return result == MACH_MSG_SUCCESS ? MACH_RCV_TOO_LARGE : result;
}

/* The receiving half.  HANDOFF, if not null, gets the processor if the caller has to wait. */
static ALWAYS_INLINE mach_msg_return_t msg_receive(struct msg_request request, struct thread *self,
                                                   struct thread *handoff, struct ipc_port *reply)
{
    struct ipc_object *object = receive_object(self->space, request.receive_name, reply);
    if (UNLIKELY(object == nullptr)) {
        if (handoff != nullptr) {
            thread_wake(handoff);
        }
        return MACH_RCV_INVALID_NAME;
    }
    struct ipc_receive receive = {
        .option = request.option,
        .limit = request.receive_limit,
        .space = self->space,
        .deadline = wait_deadline(request.option, MACH_RCV_TIMEOUT, request.timeout_ms),
        .handoff = handoff,
    };
    mach_msg_return_t result;
    ipc_donation_receive(self, object);
    INLINE_CALL result = ipc_mqueue_receive(object, &receive);
    self->calls = MACH_PORT_NULL;
    ipc_object_release(object);
    if (UNLIKELY(result != MACH_MSG_SUCCESS)) {
        if (result == MACH_RCV_TOO_LARGE) {
            report_too_large(request, receive);
        }
        return result;
    }
    struct ipc_kmsg *kmsg = receive.kmsg;
    if (UNLIKELY(kmsg->header.msgh_size + ipc_kmsg_trailer_size(request.option) >
                 request.receive_limit)) {
        return receive_header_only(request, kmsg, self);
    }
    INLINE_CALL result = ipc_kmsg_copyout(kmsg, self->space, self->map, request.receive_buffer,
                                          request.receive_limit, request.option);
    return result;
}

/* The sending half, with a trailer behind the message that says who sends it. */
static NOINLINE mach_msg_return_t send_with_trailer(struct msg_request request, struct thread *self)
{
    struct ipc_sender *sender;
    struct ipc_kmsg *kmsg;
    mach_msg_return_t result =
        ipc_sender_copyin(self->space, request.send_buffer + request.send_size, &sender);
    if (result != MACH_MSG_SUCCESS) {
        return result;
    }
    result = ipc_kmsg_copyin(self->space, self->map, request.send_buffer, request.send_size, &kmsg);
    if (result != MACH_MSG_SUCCESS) {
        ipc_sender_release(sender);
        return result;
    }
    kmsg->sender = sender;
    bool is_answer =
        self->policy.donated != 0 && kmsg->destination_type == MACH_MSG_TYPE_PORT_SEND_ONCE;
    if (kmsg->destination->kobject_kind != IPC_KOBJECT_NONE) {
        struct ipc_kmsg *answer = send_to_kernel(kmsg);
        if (answer != nullptr) {
            ipc_mqueue_post(answer);
        }
    } else {
        result = send_to_queue(request, self, kmsg, nullptr);
    }
    if (is_answer) {
        thread_donation_end(self);
    }
    return result;
}

/* Both halves, as REQUEST's options say. */
static ALWAYS_INLINE mach_msg_return_t msg_send_receive(struct msg_request request)
{
    struct thread *self = current_thread();
    struct thread *handoff = nullptr;
    struct ipc_port *reply = nullptr;
    struct ipc_kmsg *answer = nullptr;
    if (UNLIKELY(request.option & MACH_SEND_TRAILER) && (request.option & MACH_SEND_MSG)) {
        mach_msg_return_t result = send_with_trailer(request, self);
        if (result != MACH_MSG_SUCCESS) {
            return result;
        }
        request.option &= ~(mach_msg_option_t)MACH_SEND_MSG;
    }
    if (request.option & MACH_SEND_MSG) {
        bool may_handoff = (request.option & MACH_RCV_MSG) && ipc_handoff_is_enabled;
        mach_msg_return_t result = msg_send(request, self, may_handoff, &handoff, &reply, &answer);
        if (UNLIKELY(result != MACH_MSG_SUCCESS)) {
            return result;
        }
        if (UNLIKELY(answer != nullptr) && receive_answer(request, self, answer, &result)) {
            return result;
        }
    }
    if (request.option & MACH_RCV_MSG) {
        return msg_receive(request, self, handoff, reply);
    }
    return MACH_MSG_SUCCESS;
}

uint64_t mach_msg_trap(uint64_t msg, uint64_t option, uint64_t send_size, uint64_t rcv_size,
                       uint64_t rcv_name, uint64_t timeout_ms)
{
    struct msg_request request = {
        .option = (mach_msg_option_t)option,
        .send_buffer = msg,
        .send_size = (uint32_t)send_size,
        .receive_buffer = msg,
        .receive_limit = (uint32_t)rcv_size,
        .receive_name = (mach_port_name_t)rcv_name,
        .timeout_ms = (uint32_t)timeout_ms,
    };
    return (uint64_t)msg_send_receive(request);
}

uint64_t mach_msg_overwrite_trap(uint64_t msg, uint64_t option, uint64_t send_size,
                                 uint64_t rcv_size, uint64_t rcv_name, uint64_t timeout_ms)
{
    /* The user's stack at the SYSCALL: return address, seventh argument (notify), eighth
     * (receive buffer). */
    struct trap_frame *frame = context_user_frame(&current_thread()->context);
    uint64_t buffer;
    if (copyin(&buffer, frame->rsp + 2 * sizeof(uint64_t), sizeof(buffer)) != KERN_SUCCESS) {
        return MACH_SEND_INVALID_DATA;
    }
    struct msg_request request = {
        .option = (mach_msg_option_t)option,
        .send_buffer = msg,
        .send_size = (uint32_t)send_size,
        .receive_buffer = buffer != 0 ? buffer : msg,
        .receive_limit = (uint32_t)rcv_size,
        .receive_name = (mach_port_name_t)rcv_name,
        .timeout_ms = (uint32_t)timeout_ms,
    };
    return (uint64_t)msg_send_receive(request);
}

uint64_t mach_reply_port_trap(void)
{
    struct ipc_space *space = current_thread()->space;
    struct ipc_port *port = ipc_port_create_for(space->quota);
    return port != nullptr ? ipc_space_copyout(space, port, MACH_MSG_TYPE_PORT_RECEIVE)
                           : MACH_PORT_NULL;
}
