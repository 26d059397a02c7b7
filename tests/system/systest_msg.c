/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages of the tests.
 */
#include "systest_msg.h"

#include "systest.h"

#define LONG_MS 20000

mach_port_t port_create(void)
{
    return mach_reply_port();
}

mach_port_t port_create_with_send(void)
{
    mach_port_t port = mach_reply_port();
    EXPECT_OK(_kernelrpc_mach_port_insert_right_trap(mach_task_self(), port, port,
                                                     MACH_MSG_TYPE_MAKE_SEND));
    return port;
}

void port_destroy(mach_port_t port)
{
    EXPECT_OK(
        _kernelrpc_mach_port_mod_refs_trap(mach_task_self(), port, MACH_PORT_RIGHT_RECEIVE, -1));
}

void port_destroy_with_send(mach_port_t port)
{
    port_destroy(port);
    EXPECT_OK(_kernelrpc_mach_port_deallocate_trap(mach_task_self(), port));
}

mach_port_type_t port_type(mach_port_t name)
{
    mach_port_type_t type;
    return _kernelrpc_mach_port_type_trap(mach_task_self(), name, &type) == KERN_SUCCESS ? type : 0;
}

uint32_t port_refs(mach_port_t name, mach_port_right_t right)
{
    mach_port_urefs_t refs = 0;
    EXPECT_OK(mach_port_get_refs(mach_task_self(), name, right, &refs));
    return refs;
}

mach_port_status_t port_status(mach_port_t port)
{
    mach_port_status_t status = { 0 };
    mach_msg_type_number_t count = MACH_PORT_RECEIVE_STATUS_COUNT;
    EXPECT_OK(mach_port_get_attributes(mach_task_self(), port, MACH_PORT_RECEIVE_STATUS,
                                       (mach_port_info_t)&status, &count));
    return status;
}

mach_msg_return_t send_value_option(mach_port_t port, mach_msg_type_name_t disposition,
                                    uint32_t value, mach_msg_option_t option, uint32_t timeout)
{
    struct value_message message = {
        .header = {
            .msgh_bits = MACH_MSGH_BITS(disposition, 0),
            .msgh_remote_port = port,
        },
        .value = value,
    };
    return mach_msg(&message.header, MACH_SEND_MSG | option, sizeof(message), 0, MACH_PORT_NULL,
                    timeout, MACH_PORT_NULL);
}

mach_msg_return_t send_value(mach_port_t port, uint32_t value)
{
    return send_value_option(port, MACH_MSG_TYPE_COPY_SEND, value, MACH_SEND_TIMEOUT, LONG_MS);
}

mach_msg_return_t send_right(mach_port_t port, mach_port_t name, mach_msg_type_name_t disposition)
{
    struct right_message message = {
        .header = {
            .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0) | MACH_MSGH_BITS_COMPLEX,
            .msgh_remote_port = port,
        },
        .body = { 1 },
        .right = { .name = name, .disposition = disposition, .type = MACH_MSG_PORT_DESCRIPTOR },
    };
    return mach_msg(&message.header, MACH_SEND_MSG | MACH_SEND_TIMEOUT, sizeof(message), 0,
                    MACH_PORT_NULL, LONG_MS, MACH_PORT_NULL);
}

mach_msg_return_t receive_option(mach_port_t port, union any_message *message,
                                 mach_msg_option_t option, uint32_t timeout)
{
    return mach_msg(&message->header, MACH_RCV_MSG | option, 0, sizeof(*message), port, timeout,
                    MACH_PORT_NULL);
}

mach_msg_return_t receive(mach_port_t port, union any_message *message)
{
    return receive_option(port, message, MACH_RCV_TIMEOUT, LONG_MS);
}

mach_msg_return_t receive_now(mach_port_t port, union any_message *message)
{
    return receive_option(port, message, MACH_RCV_TIMEOUT, 0);
}

uint32_t receive_value(mach_port_t port)
{
    union any_message message;
    return receive(port, &message) == MACH_MSG_SUCCESS ? message.value.value : ~0u;
}

mach_port_t receive_right(mach_port_t port)
{
    union any_message message;
    return receive(port, &message) == MACH_MSG_SUCCESS ? message_right(&message) : MACH_PORT_NULL;
}
