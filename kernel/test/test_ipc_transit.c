/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of ipc: receive rights in messages, and messages in queues of ports in messages.
 */
#include <arch/cpu.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_mqueue.h>
#include <ipc/ipc_ool.h>
#include <test/ktest.h>

/* A complex message to DESTINATION that carries CARRIED's receive right. */
static struct ipc_kmsg *carry(struct ipc_port *destination, struct ipc_port *carried)
{
    uint32_t size = sizeof(mach_msg_base_t) + sizeof(ipc_port_descriptor_t);
    interrupt_state_t interrupts = interrupts_save();
    struct ipc_kmsg *kmsg = ipc_kmsg_alloc(size);
    kmsg->header = (mach_msg_header_t){ .msgh_bits = MACH_MSGH_BITS_COMPLEX, .msgh_size = size };
    ipc_kmsg_body(kmsg)->msgh_descriptor_count = 1;
    ipc_kmsg_first_descriptor(kmsg)->port = (ipc_port_descriptor_t){
        .name = carried, .disposition = MACH_MSG_TYPE_PORT_RECEIVE, .type = MACH_MSG_PORT_DESCRIPTOR
    };
    kmsg->destination = ipc_port_make_send(destination);
    kmsg->destination_type = MACH_MSG_TYPE_PORT_SEND;
    kmsg->is_circular = ipc_port_check_circularity(carried, destination) != IPC_NOT_CIRCULAR;
    interrupts_restore(interrupts);
    return kmsg;
}

KTEST(ipc_circle_of_ports_is_not_queued)
{
    struct ipc_port *first = ipc_port_create();
    struct ipc_port *second = ipc_port_create();
    struct ipc_kmsg *inner = carry(first, second);
    EXPECT_EQ(inner->is_circular, false);
    ipc_mqueue_post(inner);
    struct ipc_kmsg *outer = carry(second, first);
    EXPECT_EQ(outer->is_circular, true);
    ipc_mqueue_post(outer);
}

/* A chain may be built from its inner end without bound; from the outer one it is followed so far. */
KTEST(ipc_receive_right_goes_only_so_deep)
{
    struct ipc_port *holder = ipc_port_create_kernel(IPC_KOBJECT_NONE, nullptr);
    struct ipc_port *innermost = ipc_port_create();
    struct ipc_port *inner = innermost;
    for (uint32_t depth = 1; depth < IPC_TRANSIT_DEPTH_MAX; depth++) {
        struct ipc_port *outer = ipc_port_create();
        ipc_mqueue_post(carry(outer, inner));
        inner = outer;
    }
    ipc_mqueue_post(carry(holder, inner));
    bool is_circular = false;
    struct ipc_port *one = ipc_port_create();
    struct ipc_port *other = ipc_port_create();
    interrupt_state_t interrupts = interrupts_save();
    ipc_port_reference(other);
    EXPECT_EQ(ipc_right_enter_transit(one, innermost, &is_circular), MACH_MSG_SUCCESS);
    EXPECT_EQ(one->state, PORT_IN_TRANSIT);
    EXPECT_EQ(ipc_right_enter_transit(other, one, &is_circular), MACH_SEND_NO_BUFFER);
    EXPECT_EQ(other->state, PORT_DEAD);
    EXPECT(!is_circular);
    ipc_port_release(other);
    interrupts_restore(interrupts);
    ipc_port_destroy(one);
    ipc_port_destroy(holder);
}

KTEST(ipc_chain_of_messages_is_destroyed_without_recursion)
{
    enum {
        LENGTH = 5000
    };
    struct ipc_port *holder = ipc_port_create_kernel(IPC_KOBJECT_NONE, nullptr);
    struct ipc_port *inner = ipc_port_create();
    for (int i = 0; i < LENGTH; i++) {
        struct ipc_port *outer = ipc_port_create();
        ipc_mqueue_post(carry(outer, inner));
        inner = outer;
    }
    ipc_mqueue_post(carry(holder, inner));
    ipc_port_destroy(holder);
}
