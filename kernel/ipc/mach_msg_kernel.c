/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A call of the kernel's.  The caller itself runs the routine, so the answer is there when the call
 * returns.  It goes straight into his buffer if it is the next message that he would receive; else it
 * waits in its queue, as any other.  A short one without rights does not even become a message.
 */
#include <ipc/mach_msg_internal.h>

#include <arch/user_copy.h>
#include <lib/string.h>
#include <sched/thread.h>
#include <ipc/ipc_kmsg_internal.h>
#include <ipc/upcalls.h>

/*
 * Lock the port that ANSWER goes to, if ANSWER, of SIZE bytes, would be the next message that the caller,
 * who receives, gets, and fits.  Returns: the port, or null.
 */
static inline struct ipc_port *lock_next(const struct msg_request *request,
                                         const struct ipc_space *space,
                                         const struct ipc_kmsg *answer,
                                         uint32_t size) NO_LOCK_ANALYSIS
{
    struct ipc_port *port = answer->destination;
    if (UNLIKELY(size > request->receive.room)) {
        return nullptr;
    }
    ipc_port_lock(port);
    /* A port that has died has no receiver. */
    if (LIKELY(port->receiver == space && port->receiver_name == request->receive_name &&
               port->message_count == 0 && waitq_is_empty(&port->receivers) &&
               list_empty(&port->sets))) {
        return port;
    }
    ipc_port_unlock(port);
    return nullptr;
}

/* Write the short REPLY with its trailer to the caller's buffer.  Returns: as mach_msg(). */
static inline mach_msg_return_t copyout_short(const struct msg_request *request,
                                              struct ipc_short_reply *reply)
{
    mach_msg_header_t *header = &reply->header;
    mach_msg_trailer_t *trailer = (mach_msg_trailer_t *)((char *)header + header->msgh_size);
    header->msgh_bits = MACH_MSGH_BITS(0, MACH_MSG_TYPE_PORT_SEND_ONCE);
    header->msgh_remote_port = MACH_PORT_NULL;
    header->msgh_local_port = request->receive_name;
    header->msgh_voucher_port = MACH_PORT_NULL;
    trailer->msgh_trailer_type = MACH_MSG_TRAILER_FORMAT_0;
    trailer->msgh_trailer_size = sizeof(*trailer);
    kern_return_t written =
        copyout_message(request->receive.buffer, header, header->msgh_size + sizeof(*trailer));
    return LIKELY(written == KERN_SUCCESS) ? MACH_MSG_SUCCESS : MACH_RCV_INVALID_DATA;
}

/* REPLY, without rights, for which ANSWER has the address: hand it to the caller.  Returns: true, with
 * *RESULT, ANSWER consumed; false if it has to become a message. */
static inline bool receive_short(const struct msg_request *request, const struct ipc_space *space,
                                 struct ipc_kmsg *answer, struct ipc_short_reply *reply,
                                 mach_msg_return_t *result) NO_LOCK_ANALYSIS
{
    struct ipc_port *port = nullptr;
    if (LIKELY(answer->destination_type == MACH_MSG_TYPE_PORT_SEND_ONCE)) {
        port = lock_next(request, space, answer, reply->header.msgh_size);
    }
    if (UNLIKELY(port == nullptr)) {
        return false;
    }
    port->sequence++;
    port->send_once_rights--;
    INLINE_CALL ipc_object_release_shared(&port->object); /* the receive right lives */
    ipc_port_unlock(port);
    answer->destination = nullptr;
    INLINE_CALL ipc_kmsg_free(answer);
    *result = copyout_short(request, reply);
    return true;
}

/* Let ANSWER, which was a request and is empty, be REPLY. */
static NOINLINE void become(struct ipc_kmsg *answer, const struct ipc_short_reply *reply)
{
    const mach_msg_header_t *header = &reply->header;
    answer->header.msgh_bits = header->msgh_bits;
    answer->header.msgh_size = header->msgh_size;
    answer->header.msgh_id = header->msgh_id;
    memcpy(&answer->header + 1, header + 1, header->msgh_size - sizeof(*header));
}

/* ANSWER is a message: hand it to the caller, or send it. Returns: as receive_short(), but ANSWER is consumed
 * in any case. */
static NOINLINE bool receive_message(struct msg_request *request, struct thread *self,
                                     struct ipc_kmsg *answer,
                                     mach_msg_return_t *result) NO_LOCK_ANALYSIS
{
    if (MACH_MSGH_BITS_IS_COMPLEX(answer->header.msgh_bits)) {
        ipc_kmsg_transit(answer);
    }
    struct ipc_port *port = nullptr;
    if ((request->receive.option & MACH_RCV_MSG) && !answer->is_circular) {
        port = lock_next(request, self->space, answer, answer->header.msgh_size);
    }
    if (port == nullptr) {
        ipc_mqueue_post(answer);
        return false;
    }
    answer->sequence = port->sequence++;
    ipc_kmsg_consume_destination(answer, request->receive_name);
    *result = ipc_kmsg_copyout(answer, self, request->receive.buffer, request->receive.option);
    return true;
}

mach_msg_return_t msg_call_kernel(struct msg_request *request, struct thread *self,
                                  struct ipc_kmsg *kmsg)
{
    const mach_msg_option_t decisive = MACH_RCV_MSG | MACH_RCV_TRAILER_MASK;
    mach_msg_option_t option = request->receive.option;
    struct ipc_short_reply reply;
    mach_msg_return_t result = MACH_MSG_SUCCESS;
    self->calls = MACH_PORT_NULL;
    struct ipc_kmsg *answer = upcall_kobject_call(kmsg, &reply);
    if (LIKELY(answer != nullptr)) {
        bool is_short = reply.header.msgh_size != 0;
        if (LIKELY(is_short && reply.header.msgh_bits == 0 &&
                   (option & decisive) == MACH_RCV_MSG) &&
            LIKELY(receive_short(request, self->space, answer, &reply, &result))) {
            return result;
        }
        if (is_short) {
            become(answer, &reply);
        }
        if (receive_message(request, self, answer, &result)) {
            return result;
        }
    }
    return option & MACH_RCV_MSG ? msg_receive(request, self, nullptr) : result;
}
