/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vouchers out of messages.  Into them they come with the rest of the header (ipc_kmsg_copyin.c).
 */
#include <ipc/ipc_kmsg_voucher.h>

#include <ipc/ipc_right.h>
#include <ipc/ipc_space.h>

/* Let KMSG's header say DISPOSITION (0: no voucher) and NAME. */
static void header_set(struct ipc_kmsg *kmsg, mach_msg_type_name_t disposition,
                       mach_port_name_t name)
{
    kmsg->header.msgh_bits &= ~(mach_msg_bits_t)MACH_MSGH_BITS_VOUCHER_MASK;
    kmsg->header.msgh_bits |= MACH_MSGH_BITS_SET_PORTS(0, 0, disposition);
    kmsg->header.msgh_voucher_port = name;
}

void ipc_kmsg_drop_voucher(struct ipc_kmsg *kmsg)
{
    if (ipc_kmsg_has_voucher(kmsg)) {
        struct ipc_port *voucher = ipc_kmsg_notes(kmsg)->voucher;
        header_set(kmsg, 0, MACH_PORT_NULL);
        ipc_port_release_send(voucher);
    }
}

/* Put VOUCHER, or null, into SPACE; it is dropped if that fails.  Returns: *NAME, and the MACH_MSG_* bits of what was
 * missing. */
static mach_msg_return_t give(struct ipc_space *space, struct ipc_port *voucher,
                              mach_port_name_t *name)
{
    *name = MACH_PORT_NULL;
    if (voucher == nullptr) {
        return MACH_MSG_SUCCESS;
    }
    spin_lock(&space->lock);
    kern_return_t result = ipc_right_copyout(space, voucher, MACH_MSG_TYPE_PORT_SEND, name);
    spin_unlock(&space->lock);
    if (result == KERN_SUCCESS) {
        return MACH_MSG_SUCCESS;
    }
    *name = MACH_PORT_NULL;
    ipc_port_release_send(voucher);
    return result == KERN_RESOURCE_SHORTAGE ? MACH_MSG_IPC_KERNEL : MACH_MSG_IPC_SPACE;
}

mach_msg_return_t ipc_kmsg_copyout_voucher(struct ipc_kmsg *kmsg, struct ipc_space *space,
                                           bool is_wanted)
{
    if (!is_wanted) {
        ipc_kmsg_drop_voucher(kmsg);
        return MACH_MSG_SUCCESS;
    }
    mach_port_name_t name;
    mach_msg_return_t missing = give(space, ipc_kmsg_notes(kmsg)->voucher, &name);
    header_set(kmsg, missing == MACH_MSG_SUCCESS ? MACH_MSG_TYPE_MOVE_SEND : 0, name);
    return missing == MACH_MSG_SUCCESS ? MACH_MSG_SUCCESS : MACH_RCV_HEADER_ERROR | missing;
}

mach_msg_return_t ipc_kmsg_return_voucher(struct ipc_kmsg *kmsg, struct ipc_space *space)
{
    struct ipc_port *voucher = ipc_kmsg_notes(kmsg)->voucher;
    if (MACH_MSGH_BITS_VOUCHER(kmsg->header.msgh_bits) == MACH_MSG_TYPE_COPY_SEND) {
        ipc_port_release_send(voucher);
        return MACH_MSG_SUCCESS;
    }
    return give(space, voucher, &kmsg->header.msgh_voucher_port);
}

void ipc_kmsg_undo_voucher(struct ipc_kmsg *kmsg, struct ipc_space *space)
{
    mach_port_name_t name = kmsg->header.msgh_voucher_port;
    struct ipc_port *voucher;
    if (ipc_kmsg_has_voucher(kmsg) && name != MACH_PORT_NULL &&
        ipc_space_copyin(space, name, MACH_MSG_TYPE_MOVE_SEND, &voucher) == KERN_SUCCESS) {
        ipc_port_release_send(voucher);
    }
    header_set(kmsg, 0, MACH_PORT_NULL);
}
