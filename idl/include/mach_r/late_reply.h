/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Late error replies. A server routine that returned MIG_NO_REPLY owns the reply right; results go
 * out through the *_reply interfaces, an error through the function here.
 */
#pragma once

#include <mach/message.h>
#include <mach/mig.h>
#include <mach/mig_errors.h>

/* A reply's number follows from its request's. */
#define MIG_REPLY_ID(request_id) ((request_id) + 100)

/*
 * Answer the request of number REQUEST_ID with error CODE through the send-once right REPLY, which
 * is consumed in any case.
 */
static inline mach_msg_return_t mig_send_error_reply(mach_port_t reply, mach_msg_id_t request_id,
                                                     kern_return_t code)
{
    static const NDR_record_t ndr = NDR_RECORD_VALUE;
    mig_reply_error_t message;

    message.Head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
    message.Head.msgh_size = sizeof(message);
    message.Head.msgh_remote_port = reply;
    message.Head.msgh_local_port = MACH_PORT_NULL;
    message.Head.msgh_voucher_port = MACH_PORT_NULL;
    message.Head.msgh_id = MIG_REPLY_ID(request_id);
    message.NDR = ndr;
    message.RetCode = code;
    mach_msg_return_t result = mach_msg(&message.Head, MACH_SEND_MSG, sizeof(message), 0,
                                        MACH_PORT_NULL, MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL);
    if (result != MACH_MSG_SUCCESS) {
        mach_msg_destroy(&message.Head);
    }
    return result;
}
