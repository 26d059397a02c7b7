/* SPDX-License-Identifier: BSD-2-Clause */
#include "voucher_sends.h"

#include "systest.h"

struct value_message with_voucher(mach_port_t port, mach_voucher_t voucher,
                                  mach_msg_type_name_t disposition)
{
    return (struct value_message){
        .header = { .msgh_bits = MACH_MSGH_BITS_SET(COPY, 0, disposition, 0),
                    .msgh_size = sizeof(struct value_message),
                    .msgh_remote_port = port,
                    .msgh_voucher_port = voucher },
        .value = 5,
    };
}

mach_msg_return_t send_now(struct value_message *message)
{
    return mach_msg(&message->header, MACH_SEND_MSG | MACH_SEND_TIMEOUT, sizeof(*message), 0,
                    MACH_PORT_NULL, 0, MACH_PORT_NULL);
}

mach_msg_return_t send_voucher(mach_port_t port, mach_voucher_t voucher,
                               mach_msg_type_name_t disposition)
{
    struct value_message message = with_voucher(port, voucher, disposition);
    return send_now(&message);
}

mach_voucher_t receive_voucher(mach_port_t port, mach_msg_option_t option)
{
    union any_message message;
    EXPECT_OK(receive_option(port, &message, option | MACH_RCV_TIMEOUT, 0));
    EXPECT_EQ(message.value.value, 5);
    bool has_voucher = message.header.msgh_voucher_port != MACH_PORT_NULL;
    EXPECT_EQ(MACH_MSGH_BITS_VOUCHER(message.header.msgh_bits), has_voucher ? MOVE : 0);
    return message.header.msgh_voucher_port;
}

uint32_t refs_of(mach_voucher_t voucher)
{
    return port_refs(voucher, MACH_PORT_RIGHT_SEND);
}
