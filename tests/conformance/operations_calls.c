/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The subject in a call: one mach_msg sends to a thread that waits, and waits for what that sends
 * back. Once the subject travels there and back in a descriptor, once it is the reply port.
 */
#include "conformance.h"

/* Call the server with MESSAGE, and receive from PORT. */
static mach_msg_return_t call(struct server_message *message, mach_msg_size_t size,
                              mach_port_name_t port)
{
    message->header.msgh_remote_port = server_port();
    message->header.msgh_size = size;
    message->header.msgh_id = CARRIER_ID;
    return mach_msg(&message->header, MACH_SEND_MSG | MACH_RCV_MSG, size, sizeof(*message), port, 0,
                    MACH_PORT_NULL);
}

static kern_return_t run_there_and_back(struct subject *subject, int disposition, int unused)
{
    struct server_message message = {
        .header.msgh_bits =
            MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE) |
            MACH_MSGH_BITS_COMPLEX,
        .header.msgh_local_port = subject->via,
        .body.msgh_descriptor_count = 1,
        .right = {
            .name = subject->name,
            .disposition = (mach_msg_type_name_t)disposition,
            .type = MACH_MSG_PORT_DESCRIPTOR,
        },
    };
    (void)unused;
    mach_msg_return_t result =
        call(&message, offsetof(struct server_message, trailer), subject->via);
    subject->has_other = result == MACH_MSG_SUCCESS;
    subject->other = message.right.name;
    return result;
}

static kern_return_t run_answered(struct subject *subject, int disposition, int unused)
{
    struct server_message message = {
        .header.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, disposition),
        .header.msgh_local_port = subject->name,
    };
    (void)unused;
    return call(&message, sizeof(message.header), subject->name);
}

const struct operation call_operations[] = {
    { "there and back MOVE_RECEIVE", run_there_and_back, MACH_MSG_TYPE_MOVE_RECEIVE, 0 },
    { "there and back MOVE_SEND", run_there_and_back, MACH_MSG_TYPE_MOVE_SEND, 0 },
    { "there and back COPY_SEND", run_there_and_back, MACH_MSG_TYPE_COPY_SEND, 0 },
    { "there and back MAKE_SEND", run_there_and_back, MACH_MSG_TYPE_MAKE_SEND, 0 },
    { "there and back MOVE_SEND_ONCE", run_there_and_back, MACH_MSG_TYPE_MOVE_SEND_ONCE, 0 },
    { "there and back MAKE_SEND_ONCE", run_there_and_back, MACH_MSG_TYPE_MAKE_SEND_ONCE, 0 },
    { "call answered MOVE_SEND", run_answered, MACH_MSG_TYPE_MOVE_SEND, 0 },
    { "call answered COPY_SEND", run_answered, MACH_MSG_TYPE_COPY_SEND, 0 },
    { "call answered MAKE_SEND", run_answered, MACH_MSG_TYPE_MAKE_SEND, 0 },
    { "call answered MAKE_SEND_ONCE", run_answered, MACH_MSG_TYPE_MAKE_SEND_ONCE, 0 },
    { NULL, NULL, 0, 0 },
};
