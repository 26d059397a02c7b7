/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ports made with options, and a look at messages that stay in their queue.
 */
#include "systest.h"
#include "systest_msg.h"

#define SELF mach_task_self()

CASE(peek_tells_of_a_message_and_leaves_it)
{
    mach_port_t port = port_create_with_send();
    mach_msg_audit_trailer_t trailer;
    mach_msg_type_number_t room = sizeof(trailer);
    mach_msg_trailer_type_t audit = MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_AUDIT);
    mach_port_seqno_t number = 0;
    mach_msg_size_t size = 0;
    mach_msg_id_t id = -1;
    char *bytes = (char *)&trailer;
    EXPECT_EQ(mach_port_peek(SELF, port, audit, &number, &size, &id, bytes, &room), KERN_FAILURE);
    EXPECT_OK(send_value(port, 42));
    EXPECT_OK(mach_port_peek(SELF, port, audit, &number, &size, &id, bytes, &room));
    EXPECT_EQ(size, sizeof(struct value_message) + 8);
    EXPECT_EQ(room, sizeof(trailer));
    EXPECT_EQ(trailer.msgh_trailer_size, sizeof(trailer));
    EXPECT_EQ(trailer.msgh_seqno, number);
    room = sizeof(trailer) - 1;
    EXPECT_EQ(mach_port_peek(SELF, port, audit, &number, &size, &id, bytes, &room),
              KERN_INVALID_VALUE);
    room = sizeof(trailer);
    audit = MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_CTX);
    EXPECT_EQ(mach_port_peek(SELF, port, audit, &number, &size, &id, bytes, &room),
              KERN_INVALID_VALUE);
    EXPECT_EQ(mach_port_peek(SELF, MACH_PORT_NULL, 0, &number, &size, &id, bytes, &room),
              KERN_INVALID_RIGHT);
    EXPECT_EQ(mach_port_peek(SELF, 0xabcdef, 0, &number, &size, &id, bytes, &room),
              KERN_INVALID_NAME);
    EXPECT_EQ(mach_port_peek(SELF, SELF, 0, &number, &size, &id, bytes, &room), KERN_INVALID_RIGHT);
    EXPECT_EQ(receive_value(port), 42);
    port_destroy_with_send(port);
}

CASE(construct_makes_what_the_options_say)
{
    mach_port_t port;
    mach_port_options_t options = {
        .flags = MPO_QLIMIT | MPO_INSERT_SEND_RIGHT | MPO_CONTEXT_AS_GUARD,
        .mpl.mpl_qlimit = 1,
    };
    EXPECT_OK(mach_port_construct(SELF, &options, 77, &port));
    EXPECT_EQ(port_type(port), MACH_PORT_TYPE_SEND_RECEIVE);
    EXPECT_OK(send_value(port, 1));
    EXPECT_EQ(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_RECEIVE, -1), KERN_INVALID_RIGHT);
    EXPECT_OK(mach_port_destruct(SELF, port, -1, 77));
    EXPECT_EQ(port_type(port), 0);
    options.mpl.mpl_qlimit = MACH_PORT_QLIMIT_MAX + 1;
    EXPECT_EQ(mach_port_construct(SELF, &options, 0, &port), KERN_INVALID_VALUE);
    options.flags = 1u << 31;
    EXPECT_EQ(mach_port_construct(SELF, &options, 0, &port), KERN_INVALID_ARGUMENT);
}

CASE(allocate_full_takes_a_name)
{
    mach_port_name_t name = 0x123400;
    mach_port_qos_t qos = { .name = 1, .prealloc = 1, .len = 64 };
    EXPECT_OK(mach_port_allocate_full(SELF, MACH_PORT_RIGHT_RECEIVE, MACH_PORT_NULL, &qos, &name));
    EXPECT_EQ(name, 0x123400);
    EXPECT_EQ(qos.prealloc, 0);
    EXPECT_EQ(mach_port_allocate_full(SELF, MACH_PORT_RIGHT_RECEIVE, MACH_PORT_NULL, &qos, &name),
              KERN_NAME_EXISTS);
    EXPECT_EQ(mach_port_allocate_full(SELF, MACH_PORT_RIGHT_RECEIVE, SELF, &qos, &name),
              KERN_INVALID_VALUE);
    EXPECT_EQ(mach_port_allocate_qos(SELF, MACH_PORT_RIGHT_RECEIVE, &qos, &name),
              KERN_INVALID_ARGUMENT);
    port_destroy(0x123400);
    qos = (mach_port_qos_t){ .prealloc = 1, .len = 64 };
    EXPECT_EQ(mach_port_allocate_qos(SELF, MACH_PORT_RIGHT_PORT_SET, &qos, &name),
              KERN_INVALID_VALUE);
    qos.len = UINT32_MAX;
    EXPECT_EQ(mach_port_allocate_qos(SELF, MACH_PORT_RIGHT_RECEIVE, &qos, &name),
              KERN_RESOURCE_SHORTAGE);
    qos = (mach_port_qos_t){};
    EXPECT_OK(mach_port_allocate_qos(SELF, MACH_PORT_RIGHT_PORT_SET, &qos, &name));
    EXPECT_EQ(port_type(name), MACH_PORT_TYPE_PORT_SET);
    EXPECT_OK(mach_port_destroy(SELF, name));
}
