/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a receiver finds in its buffer: headers, trailers, and what happens if it is too small.
 */
#include <string.h>

#include <mach/notify.h>
#include <mach/task_info.h>

#include "systest.h"
#include "systest_msg.h"

/* Receive from PORT with a buffer of SIZE bytes; no byte behind it may change. */
static mach_msg_return_t receive_in(mach_port_t port, uint8_t *buffer, uint32_t size,
                                    mach_msg_option_t option)
{
    memset(buffer, 0xa5, 256);
    mach_msg_return_t result =
        mach_msg((mach_msg_header_t *)buffer, MACH_RCV_MSG | MACH_RCV_TIMEOUT | option, 0, size,
                 port, 0, MACH_PORT_NULL);
    for (uint32_t i = size; i < 256; i++) {
        EXPECT_EQ(buffer[i], 0xa5);
    }
    return result;
}

CASE(large_leaves_the_message_and_tells_its_size)
{
    alignas(8) uint8_t buffer[256];
    const mach_msg_header_t *header = (const mach_msg_header_t *)buffer;
    uint32_t needed = sizeof(struct value_message) + sizeof(mach_msg_trailer_t);
    mach_port_t port = port_create_with_send();
    EXPECT_OK(send_value(port, 5));
    for (uint32_t size = 0; size < needed; size += 4) {
        EXPECT_EQ(receive_in(port, buffer, size, MACH_RCV_LARGE), MACH_RCV_TOO_LARGE);
        if (size >= 8) {
            EXPECT_EQ(header->msgh_size, sizeof(struct value_message));
        }
    }
    EXPECT_EQ(header->msgh_local_port, 0xa5a5a5a5); /* only who asks learns where it waits */
    for (uint32_t size = 0; size < sizeof(mach_msg_header_t); size += 4) {
        EXPECT_EQ(receive_in(port, buffer, size, MACH_RCV_LARGE | MACH_RCV_LARGE_IDENTITY),
                  MACH_RCV_TOO_LARGE);
    }
    EXPECT_EQ(receive_in(port, buffer, sizeof(mach_msg_header_t),
                         MACH_RCV_LARGE | MACH_RCV_LARGE_IDENTITY),
              MACH_RCV_TOO_LARGE);
    EXPECT_EQ(header->msgh_local_port, port);
    EXPECT_OK(receive_in(port, buffer, needed, MACH_RCV_LARGE));
    port_destroy_with_send(port);
}

CASE(too_large_destroys_the_message_and_stays_in_the_buffer)
{
    alignas(8) uint8_t buffer[256];
    union any_message message;
    mach_port_t port = port_create_with_send();
    mach_port_t carried = port_create_with_send();
    for (uint32_t size = 0; size < sizeof(struct right_message) + 8; size += 4) {
        EXPECT_OK(send_right(port, carried, MACH_MSG_TYPE_COPY_SEND));
        EXPECT_EQ(receive_in(port, buffer, size, 0), MACH_RCV_TOO_LARGE);
        EXPECT_EQ(receive_now(port, &message), MACH_RCV_TIMED_OUT);
        EXPECT_EQ(port_refs(carried, MACH_PORT_RIGHT_SEND), 1);
    }
    port_destroy_with_send(carried);
    port_destroy_with_send(port);
}

CASE(too_large_gives_up_the_reply_right)
{
    alignas(8) uint8_t buffer[256];
    const mach_msg_header_t *header = (const mach_msg_header_t *)buffer;
    union any_message message;
    mach_port_t port = port_create_with_send(), reply = port_create();
    struct value_message request = {
        .header = {
            .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
            .msgh_remote_port = port,
            .msgh_local_port = reply,
        },
    };
    for (uint32_t size = 0; size <= sizeof(request) + 4; size += 4) {
        EXPECT_OK(mach_msg(&request.header, MACH_SEND_MSG, sizeof(request), 0, 0, 0, 0));
        EXPECT_EQ(receive_in(port, buffer, size, 0), MACH_RCV_TOO_LARGE);
        if (size >= sizeof(*header) + sizeof(mach_msg_trailer_t)) {
            EXPECT_EQ(header->msgh_bits, MACH_MSGH_BITS(0, MACH_MSG_TYPE_PORT_SEND));
            EXPECT_EQ(header->msgh_size, sizeof(*header));
        }
        EXPECT_OK(receive_now(reply, &message));
        EXPECT_EQ(message.header.msgh_id, MACH_NOTIFY_SEND_ONCE);
    }
    port_destroy(reply);
    port_destroy_with_send(port);
}

CASE(a_reply_right_arrives_with_the_request)
{
    union any_message message;
    mach_port_t port = port_create_with_send(), reply = port_create();
    struct value_message request = {
        .header = {
            .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
            .msgh_remote_port = port,
            .msgh_local_port = reply,
            .msgh_id = 1234,
        },
    };
    EXPECT_OK(mach_msg(&request.header, MACH_SEND_MSG, sizeof(request), 0, 0, 0, 0));
    EXPECT_OK(receive(port, &message));
    EXPECT_EQ(message.header.msgh_bits,
              MACH_MSGH_BITS(MACH_MSG_TYPE_PORT_SEND_ONCE, MACH_MSG_TYPE_PORT_SEND));
    EXPECT_EQ(message.header.msgh_local_port, port);
    EXPECT_EQ(message.header.msgh_size, sizeof(request));
    EXPECT_EQ(message.header.msgh_id, 1234);
    EXPECT_EQ(port_type(message.header.msgh_remote_port), MACH_PORT_TYPE_SEND_ONCE);
    EXPECT_OK(
        send_value_option(message.header.msgh_remote_port, MACH_MSG_TYPE_MOVE_SEND_ONCE, 8, 0, 0));
    EXPECT_EQ(receive_value(reply), 8);
    port_destroy(reply);
    port_destroy_with_send(port);
}

CASE(trailers_tell_sequence_and_sender)
{
    union any_message message;
    audit_token_t mine;
    mach_msg_type_number_t count = TASK_AUDIT_TOKEN_COUNT;
    mach_port_t port = port_create_with_send();
    EXPECT_OK(task_info(mach_task_self(), TASK_AUDIT_TOKEN, (task_info_t)&mine, &count));
    for (uint32_t i = 0; i < 3; i++) {
        EXPECT_OK(send_value(port, i));
        EXPECT_OK(receive_option(port, &message,
                                 MACH_RCV_TRAILER_TYPE(MACH_MSG_TRAILER_FORMAT_0) |
                                     MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_AUDIT),
                                 0));
        const mach_msg_audit_trailer_t *trailer =
            (const mach_msg_audit_trailer_t *)(&message.value + 1);
        EXPECT_EQ(trailer->msgh_trailer_size, sizeof(*trailer));
        EXPECT_EQ(trailer->msgh_trailer_type, MACH_MSG_TRAILER_FORMAT_0);
        EXPECT_EQ(trailer->msgh_seqno, i);
        EXPECT(memcmp(&trailer->msgh_audit, &mine, sizeof(mine)) == 0);
    }
    EXPECT_OK(send_value(port, 0));
    EXPECT_OK(receive(port, &message));
    EXPECT_EQ(((const mach_msg_trailer_t *)(&message.value + 1))->msgh_trailer_size,
              sizeof(mach_msg_trailer_t));
    port_destroy_with_send(port);
}
