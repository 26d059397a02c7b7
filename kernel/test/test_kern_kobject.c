/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls on kernel objects as the dispatcher and the stubs see them.
 */
#include <test/ktest.h>

#include <arch/cpu.h>
#include <mem/zone.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_port.h>
#include <ipc/upcalls.h>
#include <kern/host.h>
#include <kern/kernel_port.h>
#include <kern/mig_kernel.h>

/* A stub refuses its routine's results: what is in the reply goes, interrupts stay as they were. */
KTEST(kern_refused_results_are_destroyed)
{
    interrupts_disable();
    struct ipc_port *port = ipc_port_create();
    struct ipc_port **rights = kalloc(2 * sizeof(struct ipc_port *));
    rights[0] = ipc_port_make_send(port);
    rights[1] = nullptr;
    struct {
        mach_msg_header_t head;
        mach_msg_body_t body;
        ipc_port_descriptor_t right;
        ipc_ool_descriptor_t memory;
        ipc_ool_ports_descriptor_t array;
    } reply = {
        .head = { .msgh_bits = MACH_MSGH_BITS_COMPLEX },
        .body = { 3 },
        .right = { .name = ipc_port_make_send(port),
                   .disposition = MACH_MSG_TYPE_PORT_SEND,
                   .type = MACH_MSG_PORT_DESCRIPTOR },
        .memory = { .type = MACH_MSG_OOL_DESCRIPTOR },
        .array = { .address = rights,
                   .disposition = MACH_MSG_TYPE_PORT_SEND,
                   .type = MACH_MSG_OOL_PORTS_DESCRIPTOR,
                   .count = 2 },
    };
    static const char text[] = "copied";
    struct vm_map_copy *copy = nullptr;
    interrupts_enable();
    EXPECT_EQ(vm_map_copyin_kernel(text, sizeof(text), &copy), KERN_SUCCESS);
    reply.memory.address = copy;
    mach_msg_destroy_from_kernel(&reply.head); /* the ledger tells what is left */
    EXPECT_EQ(interrupts_enabled(), true);
    interrupts_disable();
    EXPECT_EQ(port->send_rights, 0);
    ipc_port_destroy(port);
    interrupts_enable();
}

/* Ids are the client's: the last of all has a reply id too. */
KTEST(kern_reply_id_wraps)
{
    interrupts_disable();
    struct ipc_kmsg *request = ipc_kmsg_alloc(sizeof(mig_reply_error_t));
    struct ipc_port *reply_port = ipc_port_create();
    request->header =
        (mach_msg_header_t){ .msgh_size = sizeof(mach_msg_header_t), .msgh_id = INT32_MAX };
    request->destination = kernel_port_make_send(the_host.port);
    request->destination_type = MACH_MSG_TYPE_PORT_SEND;
    request->reply = ipc_port_make_send_once(reply_port);
    request->reply_type = MACH_MSG_TYPE_PORT_SEND_ONCE;
    struct ipc_short_reply short_reply;
    struct ipc_kmsg *reply = upcall_kobject_call(request, &short_reply);
    EXPECT_EQ(short_reply.header.msgh_id, INT32_MIN + 99);
    EXPECT_EQ(((mig_reply_error_t *)&short_reply)->RetCode, MIG_BAD_ID);
    ipc_kmsg_destroy(reply);
    ipc_port_destroy(reply_port);
    interrupts_enable();
}
