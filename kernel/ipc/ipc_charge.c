/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Charging messages.  Who is charged, and how much, is noted behind the message (ipc_kmsg_voucher.h).
 */
#include <ipc/ipc_charge.h>

#include <lib/assert.h>
#include <ipc/ipc_kmsg_internal.h>
#include <ipc/ipc_kmsg_voucher.h>
#include <vm/vm_map_copy.h>

/* Bytes of kernel memory that DESCRIPTOR, in kernel view, holds. */
static uint64_t descriptor_bytes(const ipc_descriptor_t *descriptor)
{
    switch (descriptor->port.type) {
    case MACH_MSG_PORT_DESCRIPTOR:
    case MACH_MSG_GUARDED_PORT_DESCRIPTOR: return 0;
    case MACH_MSG_OOL_PORTS_DESCRIPTOR: return descriptor->ports.count * sizeof(struct ipc_port *);
    default: return vm_map_copy_overhead(descriptor->memory.address);
    }
}

/* Bytes of kernel memory that KMSG takes with all it carries. */
static uint64_t kmsg_bytes(struct ipc_kmsg *kmsg)
{
    uint64_t bytes = ipc_kmsg_size(kmsg->capacity);
    if (kmsg->header.msgh_bits & MACH_MSGH_BITS_COMPLEX) {
        ipc_descriptor_t *descriptor = ipc_kmsg_first_descriptor(kmsg);
        for (uint32_t i = 0; i < ipc_kmsg_body(kmsg)->msgh_descriptor_count; i++) {
            bytes += descriptor_bytes(descriptor);
            descriptor = ipc_descriptor_next(descriptor);
        }
    }
    return bytes;
}

bool ipc_kmsg_charge_to(struct ipc_kmsg *kmsg, struct quota *quota)
{
    uint64_t bytes = quota != nullptr ? kmsg_bytes(kmsg) : 0;
    if (quota == nullptr || kmsg->is_charged) {
        return true;
    }
    if (!quota_charge(quota, QUOTA_QUEUED_BYTES, bytes)) {
        return false;
    }
    quota_reference(quota);
    ipc_kmsg_notes(kmsg)->quota = quota;
    ipc_kmsg_notes(kmsg)->bytes = bytes;
    kmsg->is_charged = true;
    if (kmsg->sender == nullptr) {
        /* Who frees a message that has a sender looks for a charge, too. */
        ipc_sender_reference(&ipc_sender_kernel);
        kmsg->sender = &ipc_sender_kernel;
    }
    return true;
}

bool ipc_kmsg_charge(struct ipc_kmsg *kmsg, struct quota *sender)
{
    return ipc_kmsg_charge_to(kmsg, kmsg->destination_type == MACH_MSG_TYPE_PORT_SEND_ONCE
                                        ? kmsg->destination->quota
                                        : sender);
}

void ipc_kmsg_uncharge(struct ipc_kmsg *kmsg)
{
    if (kmsg->is_charged) {
        struct ipc_kmsg_notes charge = *ipc_kmsg_notes(kmsg);
        kmsg->is_charged = false;
        quota_uncharge(charge.quota, QUOTA_QUEUED_BYTES, charge.bytes);
        quota_release(charge.quota);
    }
}

void ipc_kmsg_lose(struct ipc_kmsg *kmsg)
{
    if (kmsg->destination_type == MACH_MSG_TYPE_PORT_SEND_ONCE) {
        ipc_port_consume_send_once(kmsg->destination);
        kmsg->destination = nullptr;
    }
    ipc_kmsg_destroy(kmsg);
}
