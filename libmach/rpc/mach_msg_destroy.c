/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Giving back all that a message holds: the right in its remote port, and the rights and memory in
 * its descriptors. Works on a received message that nobody wants and on a message that could not
 * be sent; the disposition of each right tells which of the two it is.
 */
#include <mach/mach_init.h>
#include <mach/mach_port.h>
#include <mach/mach_vm.h>
#include <mach/mig.h>

/*
 * What each disposition leaves to be given back. MAKE_SEND and MAKE_SEND_ONCE hold nothing yet, but
 * the right that would have been made is made and dropped, so that whoever asked for a no-senders
 * or send-once notification hears of it. COPY_SEND holds nothing.
 */
static void destroy_right(mach_port_t name, mach_msg_type_name_t disposition)
{
    mach_port_t made;
    mach_msg_type_name_t type;
    if (!MACH_PORT_VALID(name)) {
        return;
    }
    switch (disposition) {
    case MACH_MSG_TYPE_MOVE_SEND:
    case MACH_MSG_TYPE_MOVE_SEND_ONCE: (void)mach_port_deallocate(mach_task_self_, name); break;
    case MACH_MSG_TYPE_MOVE_RECEIVE:
        (void)mach_port_mod_refs(mach_task_self_, name, MACH_PORT_RIGHT_RECEIVE, -1);
        break;
    case MACH_MSG_TYPE_MAKE_SEND:
        if (mach_port_insert_right(mach_task_self_, name, name, MACH_MSG_TYPE_MAKE_SEND) ==
            KERN_SUCCESS) {
            (void)mach_port_deallocate(mach_task_self_, name);
        }
        break;
    case MACH_MSG_TYPE_MAKE_SEND_ONCE:
        if (mach_port_extract_right(mach_task_self_, name, MACH_MSG_TYPE_MAKE_SEND_ONCE, &made,
                                    &type) == KERN_SUCCESS) {
            (void)mach_port_deallocate(mach_task_self_, made);
        }
        break;
    default: break;
    }
}

static void destroy_memory(void *address, mach_vm_size_t size)
{
    if (size != 0) {
        (void)mach_vm_deallocate(mach_task_self_, (mach_vm_address_t)address, size);
    }
}

static void destroy_ool_ports(const mach_msg_ool_ports_descriptor_t *descriptor)
{
    const mach_port_t *names = descriptor->address;
    for (mach_msg_size_t i = 0; names != NULL && i < descriptor->count; i++) {
        destroy_right(names[i], descriptor->disposition);
    }
    if (descriptor->deallocate) {
        destroy_memory(descriptor->address, descriptor->count * sizeof(mach_port_t));
    }
}

/* Give back what one descriptor holds. Returns: the size of the descriptor; 0, unknown type. */
static mach_msg_size_t destroy_descriptor(const mach_msg_descriptor_t *descriptor)
{
    switch (descriptor->type.type) {
    case MACH_MSG_PORT_DESCRIPTOR:
        destroy_right(descriptor->port.name, descriptor->port.disposition);
        return sizeof(descriptor->port);
    case MACH_MSG_OOL_DESCRIPTOR:
        if (descriptor->out_of_line.deallocate) {
            destroy_memory(descriptor->out_of_line.address, descriptor->out_of_line.size);
        }
        return sizeof(descriptor->out_of_line);
    case MACH_MSG_OOL_VOLATILE_DESCRIPTOR: return sizeof(descriptor->out_of_line);
    case MACH_MSG_OOL_PORTS_DESCRIPTOR:
        destroy_ool_ports(&descriptor->ool_ports);
        return sizeof(descriptor->ool_ports);
    case MACH_MSG_GUARDED_PORT_DESCRIPTOR:
        if (!(descriptor->guarded_port.flags & MACH_MSG_GUARD_FLAGS_UNGUARDED_ON_SEND)) {
            (void)mach_port_unguard(mach_task_self_, descriptor->guarded_port.name,
                                    descriptor->guarded_port.context);
        }
        destroy_right(descriptor->guarded_port.name, descriptor->guarded_port.disposition);
        return sizeof(descriptor->guarded_port);
    default: return 0;
    }
}

void mach_msg_destroy(mach_msg_header_t *message)
{
    mach_msg_bits_t bits = message->msgh_bits;

    /* The local port of a received message names where it arrived; it is no right of the message. */
    destroy_right(message->msgh_remote_port, MACH_MSGH_BITS_REMOTE(bits));
    destroy_right(message->msgh_voucher_port, MACH_MSGH_BITS_VOUCHER(bits));
    if (!MACH_MSGH_BITS_IS_COMPLEX(bits)) {
        return;
    }

    mach_msg_base_t *base = (mach_msg_base_t *)message;
    const char *next = (const char *)(base + 1);
    for (mach_msg_size_t left = base->body.msgh_descriptor_count; left > 0; left--) {
        mach_msg_size_t size = destroy_descriptor((const mach_msg_descriptor_t *)next);
        if (size == 0) {
            return; /* the rest cannot be told apart */
        }
        next += size;
    }
}
