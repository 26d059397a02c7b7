/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From kmsg to user buffer.  The bytes are written last, in one copy; if the buffer turns out not
 * to be writable, what the receiver was given is taken back and destroyed.
 */
#include <sched/sched.h>
#include <ipc/ipc_kmsg.h>

#include <lib/assert.h>
#include <lib/string.h>
#include <arch/user_copy.h>
#include <sched/thread.h>
#include <vm/vm_map.h>
#include <ipc/ipc_charge.h>
#include <ipc/ipc_guarded.h>
#include <ipc/ipc_kmsg_internal.h>
#include <ipc/ipc_kmsg_voucher.h>
#include <ipc/ipc_ool.h>
#include <ipc/ipc_right.h>
#include <ipc/ipc_space.h>

/* Fill the trailer that OPTION asks for behind the message in KMSG.  Returns: its size. */
static inline uint32_t fill_trailer(struct ipc_kmsg *kmsg, mach_msg_option_t option)
{
    mach_msg_max_trailer_t *trailer =
        (mach_msg_max_trailer_t *)((char *)&kmsg->header + kmsg->header.msgh_size);
    trailer->msgh_trailer_type = MACH_MSG_TRAILER_FORMAT_0;
    trailer->msgh_trailer_size = sizeof(mach_msg_trailer_t);
    if (LIKELY((option & MACH_RCV_TRAILER_MASK) == 0)) {
        return sizeof(mach_msg_trailer_t);
    }
    trailer->msgh_trailer_size = ipc_kmsg_trailer_size(option);
    ipc_kmsg_fill_trailer(kmsg, trailer);
    return trailer->msgh_trailer_size;
}

void ipc_kmsg_consume_destination(struct ipc_kmsg *kmsg, mach_port_name_t name) NO_LOCK_ANALYSIS
{
    struct ipc_port *port = kmsg->destination;
    kmsg->destination = nullptr;
    kmsg->header.msgh_bits =
        (kmsg->header.msgh_bits & (MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS_VOUCHER_MASK)) |
        MACH_MSGH_BITS(kmsg->reply_type, kmsg->destination_type);
    kmsg->header.msgh_local_port = name;
    kmsg->header.msgh_voucher_port = MACH_PORT_NULL;
    kmsg->context = port->context;
    if (kmsg->destination_type == MACH_MSG_TYPE_PORT_SEND_ONCE) {
        assert(port->send_once_rights > 0);
        port->send_once_rights--;
        ipc_port_unlock(port);
    } else {
        ipc_port_drop_send(port);
    }
    ipc_port_release(port);
}

/* KMSG was in a queue, and still has its destination: use up the right, now that SPACE has received
 * it.  Vouchers come by this way only: this one is SPACE's, if it WANTS_VOUCHER, and else gone.  Returns: as
 * ipc_kmsg_copyout_voucher(). */
static NOINLINE mach_msg_return_t consume_destination(struct ipc_kmsg *kmsg,
                                                      struct ipc_space *space,
                                                      bool wants_voucher) NO_LOCK_ANALYSIS
{
    struct ipc_port *port = kmsg->destination;
    ipc_kmsg_uncharge(kmsg);
    ipc_port_lock(port);
    bool is_here = port->state == PORT_IN_SPACE && port->receiver == space;
    ipc_kmsg_consume_destination(kmsg, is_here ? port->receiver_name : MACH_PORT_NULL);
    return LIKELY(!ipc_kmsg_has_voucher(kmsg))
               ? MACH_MSG_SUCCESS
               : ipc_kmsg_copyout_voucher(kmsg, space, wants_voucher);
}

/* Put KMSG's reply right into SPACE.  Returns: its name; *ERROR is set if it had to be
 * destroyed. */
static inline mach_port_name_t copyout_reply(struct ipc_kmsg *kmsg, struct ipc_space *space,
                                             mach_msg_return_t *error)
{
    struct ipc_port *reply = kmsg->reply;
    if (reply == nullptr) {
        return MACH_PORT_NULL;
    }
    kmsg->reply = nullptr;
    if (UNLIKELY(reply == IPC_PORT_DEAD)) {
        return MACH_PORT_DEAD;
    }
    mach_port_name_t name;
    spin_lock(&space->lock);
    kern_return_t result;
    INLINE_CALL result = ipc_right_copyout(space, reply, kmsg->reply_type, &name);
    spin_unlock(&space->lock);
    if (LIKELY(result == KERN_SUCCESS)) {
        return name;
    }
    ipc_port_release_right(reply, kmsg->reply_type);
    if (result == KERN_INVALID_CAPABILITY) {
        return MACH_PORT_DEAD;
    }
    *error |= MACH_RCV_HEADER_ERROR |
              (result == KERN_RESOURCE_SHORTAGE ? MACH_MSG_IPC_KERNEL : MACH_MSG_IPC_SPACE);
    return MACH_PORT_NULL;
}

/* Convert all descriptors of KMSG.  Returns: the bits of all that failed. */
static NOINLINE mach_msg_return_t copyout_body(struct ipc_kmsg *kmsg, struct ipc_space *space,
                                               struct vm_map *map, struct ipc_guarding guarding)
{
    mach_msg_return_t error = MACH_MSG_SUCCESS;
    ipc_descriptor_t *descriptor = ipc_kmsg_first_descriptor(kmsg);
    for (uint32_t i = 0; i < ipc_kmsg_body(kmsg)->msgh_descriptor_count; i++) {
        error |= ipc_descriptor_copyout(descriptor, space, map, &guarding);
        descriptor = ipc_descriptor_next(descriptor);
        sched_let_in_after(i);
    }
    return error;
}

/* Take all guards away with which KMSG's rights came to SPACE. */
static void release_guards(struct ipc_kmsg *kmsg, struct ipc_space *space)
{
    ipc_descriptor_t *descriptor = ipc_kmsg_first_descriptor(kmsg);
    for (uint32_t i = 0; i < ipc_kmsg_body(kmsg)->msgh_descriptor_count; i++) {
        if (descriptor->port.type == MACH_MSG_GUARDED_PORT_DESCRIPTOR) {
            ipc_guarded_release(descriptor, space);
        }
        descriptor = ipc_descriptor_next(descriptor);
    }
}

/* KMSG is in user view, but nobody will ever see it: take back what SPACE and MAP were given, as a
 * message that gives all of it away (so each region is marked), and destroy it. */
static COLD void undo_copyout(struct ipc_kmsg *kmsg, struct ipc_space *space, struct vm_map *map)
{
    mach_msg_header_t *header = &kmsg->header;
    mach_port_name_t reply = header->msgh_remote_port;
    mach_msg_type_name_t type = MACH_MSGH_BITS_REMOTE(header->msgh_bits);
    struct ipc_port *port;
    if (MACH_PORT_VALID(reply) && ipc_space_copyin(space, reply, type, &port) == KERN_SUCCESS) {
        ipc_port_release_right(port, type);
    }
    ipc_kmsg_undo_voucher(kmsg, space);
    if (header->msgh_bits & MACH_MSGH_BITS_COMPLEX) {
        struct ipc_port *nowhere = ipc_port_create_kernel(IPC_KOBJECT_NONE, nullptr);
        kmsg->destination = nowhere;
        release_guards(kmsg, space);
        if (nowhere == nullptr || ipc_kmsg_copyin_body(kmsg, space, map) != MACH_MSG_SUCCESS) {
            header->msgh_bits &= ~MACH_MSGH_BITS_COMPLEX;
        }
        kmsg->destination = nullptr;
        if (nowhere != nullptr) {
            ipc_port_destroy(nowhere);
        }
    }
    ipc_kmsg_destroy(kmsg);
}

mach_msg_return_t ipc_kmsg_copyout(struct ipc_kmsg *kmsg, const struct thread *receiver,
                                   uint64_t buffer, mach_msg_option_t option)
{
    struct ipc_space *space = receiver->space;
    mach_msg_header_t *header = &kmsg->header;
    mach_msg_return_t error = MACH_MSG_SUCCESS;
    if (UNLIKELY(kmsg->destination != nullptr)) {
        error = consume_destination(kmsg, space, option & MACH_RCV_VOUCHER);
    }
    header->msgh_remote_port = copyout_reply(kmsg, space, &error);
    if (UNLIKELY(header->msgh_bits & MACH_MSGH_BITS_COMPLEX)) {
        mach_msg_return_t bits =
            copyout_body(kmsg, space, receiver->map,
                         (struct ipc_guarding){ .guard = buffer,
                                                .is_wanted = option & MACH_RCV_GUARDED_DESC,
                                                .is_immovable = true });
        if (bits != MACH_MSG_SUCCESS) {
            error |= error == MACH_MSG_SUCCESS ? MACH_RCV_BODY_ERROR | bits : bits;
        }
    }
    uint32_t size = header->msgh_size + fill_trailer(kmsg, option);
    if (UNLIKELY(copyout_message(buffer, header, size) != KERN_SUCCESS)) {
        undo_copyout(kmsg, space, receiver->map);
        return MACH_RCV_INVALID_DATA;
    }
    INLINE_CALL ipc_kmsg_free(kmsg);
    return error;
}

mach_msg_return_t ipc_kmsg_copyout_pseudo(struct ipc_kmsg *kmsg, struct ipc_space *space,
                                          struct vm_map *map, uint64_t buffer,
                                          mach_msg_return_t error)
{
    mach_msg_header_t *header = &kmsg->header;
    mach_msg_return_t bits = MACH_MSG_SUCCESS;
    mach_msg_return_t reply_error = MACH_MSG_SUCCESS;
    struct ipc_port *destination = kmsg->destination;
    kmsg->destination = nullptr;
    header->msgh_remote_port = ipc_space_copyout(space, destination, kmsg->destination_type);
    header->msgh_local_port = copyout_reply(kmsg, space, &reply_error);
    if (header->msgh_remote_port == MACH_PORT_NULL || reply_error != MACH_MSG_SUCCESS) {
        bits |= MACH_MSG_IPC_SPACE;
    }
    if (ipc_kmsg_has_voucher(kmsg)) {
        bits |= ipc_kmsg_return_voucher(kmsg, space);
    }
    header->msgh_bits =
        (header->msgh_bits & (MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS_VOUCHER_MASK)) |
        MACH_MSGH_BITS(kmsg->destination_type, kmsg->reply_type);
    if (header->msgh_bits & MACH_MSGH_BITS_COMPLEX) {
        bits |= copyout_body(kmsg, space, map,
                             (struct ipc_guarding){ .guard = buffer, .is_wanted = true });
    }
    /* The message came from this buffer; if it is gone by now the names and regions stay with
     * the sender all the same. */
    (void)copyout_message(buffer, header, header->msgh_size);
    ipc_kmsg_free(kmsg);
    return error | bits;
}
