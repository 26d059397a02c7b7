/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What mach_msg() does in programs that have it inline when the trap does not succeed. As
 * traps/mach_msg.S, which does the same for all others: a wait that was aborted starts again,
 * unless the caller asked to be told; after an aborted receipt, the send is already done.
 */
#include <mach/mach_msg_inline.h>

mach_msg_return_t mach_msg_again(mach_msg_header_t *msg, mach_msg_option_t option,
                                 mach_msg_size_t send_size, mach_msg_size_t rcv_size,
                                 mach_port_name_t rcv_name, mach_msg_timeout_t timeout,
                                 mach_msg_return_t result)
{
    if (result == MACH_RCV_INTERRUPTED && (option & MACH_RCV_INTERRUPT) == 0) {
        option &= ~MACH_SEND_MSG;
        send_size = 0;
    } else if (result != MACH_SEND_INTERRUPTED || (option & MACH_SEND_INTERRUPT) != 0) {
        return result;
    }
    return mach_msg(msg, option, send_size, rcv_size, rcv_name, timeout, MACH_PORT_NULL);
}
