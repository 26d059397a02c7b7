/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small messages that the suite itself needs: one without contents, and one with a port descriptor.
 */
#include "conformance.h"

struct carrier {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t right;
    mach_msg_trailer_t trailer;
};

mach_msg_return_t send_plain(mach_port_name_t name, mach_msg_type_name_t disposition)
{
    mach_msg_header_t message = {
        .msgh_bits = MACH_MSGH_BITS(disposition, 0),
        .msgh_size = sizeof(message),
        .msgh_remote_port = name,
        .msgh_id = PLAIN_ID,
    };
    return mach_msg(&message, MACH_SEND_MSG | MACH_SEND_TIMEOUT, sizeof(message), 0, MACH_PORT_NULL,
                    0, MACH_PORT_NULL);
}

mach_msg_return_t send_right(mach_port_name_t port, mach_port_name_t name,
                             mach_msg_type_name_t disposition)
{
    struct carrier message = {
        .header = {
            .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0) | MACH_MSGH_BITS_COMPLEX,
            .msgh_size = offsetof(struct carrier, trailer),
            .msgh_remote_port = port,
            .msgh_id = CARRIER_ID,
        },
        .body.msgh_descriptor_count = 1,
        .right = {
            .name = name,
            .disposition = disposition,
            .type = MACH_MSG_PORT_DESCRIPTOR,
        },
    };
    return mach_msg(&message.header, MACH_SEND_MSG | MACH_SEND_TIMEOUT, message.header.msgh_size, 0,
                    MACH_PORT_NULL, 0, MACH_PORT_NULL);
}

mach_port_name_t receive_right(mach_port_name_t port)
{
    struct carrier message;
    mach_msg_return_t result = mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
                                        sizeof(message), port, 0, MACH_PORT_NULL);
    if (result != MACH_MSG_SUCCESS || message.header.msgh_id != CARRIER_ID) {
        bail_out("receive a right", result);
    }
    return message.right.name;
}
