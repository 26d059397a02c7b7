/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looking at a queued message, which stays where it is: who is asked may decide who receives it, and
 * into how large a buffer.
 */
#include <ipc/mach_port.h>

#include <lib/string.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_kmsg_internal.h>
#include <ipc/mach_port_internal.h>

/* By so much Darwin's kernel counts a message's header longer than programs do; they rely on it. */
#define DARWIN_HEADER_EXCESS 8u

/* The message of PORT's queue that will have *SEQUENCE when it is received, or the first for 0;
 * null if there is none.  *SEQUENCE becomes its number. */
static struct ipc_kmsg *find_message(struct ipc_port *port, mach_port_seqno_t *sequence)
    REQUIRES(port->object.lock)
{
    uint32_t place = *sequence == 0 ? 0 : *sequence - port->sequence;
    struct ipc_kmsg *kmsg;
    if (place >= port->message_count) {
        return nullptr;
    }
    *sequence = port->sequence + place;
    list_for_each_entry(kmsg, &port->messages, link) {
        if (place-- == 0) {
            return kmsg;
        }
    }
    return nullptr;
}

kern_return_t mach_port_peek(struct ipc_space *task, mach_port_name_t name,
                             mach_msg_trailer_type_t trailer_type, mach_port_seqno_t *seqno,
                             mach_msg_size_t *size, mach_msg_id_t *id,
                             mach_msg_trailer_info_t trailer, mach_msg_type_number_t *trailer_count)
{
    struct ipc_port *port;
    if (task == nullptr) {
        return KERN_INVALID_TASK;
    }
    if (!MACH_PORT_VALID(name)) {
        return KERN_INVALID_RIGHT;
    }
    uint32_t trailer_size = REQUESTED_TRAILER_SIZE(trailer_type);
    if (GET_RCV_ELEMENTS(trailer_type) > MACH_RCV_TRAILER_AUDIT || trailer_size > *trailer_count) {
        return KERN_INVALID_VALUE;
    }
    kern_return_t result = mach_port_lock_receive(task, name, &port);
    if (result != LOCKED) {
        return result;
    }
    struct ipc_kmsg *kmsg = find_message(port, seqno);
    if (kmsg != nullptr) {
        mach_msg_max_trailer_t full = { .msgh_trailer_type = MACH_MSG_TRAILER_FORMAT_0,
                                        .msgh_trailer_size = trailer_size };
        ipc_kmsg_fill_trailer(kmsg, &full);
        full.msgh_seqno = *seqno;
        memcpy(trailer, &full, trailer_size);
        *trailer_count = trailer_size;
        *size = kmsg->header.msgh_size + DARWIN_HEADER_EXCESS;
        *id = kmsg->header.msgh_id;
    }
    mach_port_unlock_receive(port);
    return kmsg != nullptr ? KERN_SUCCESS : KERN_FAILURE;
}
