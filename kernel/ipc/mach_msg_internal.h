/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the two ways of mach_msg share: by the queues (mach_msg.c), and the direct one.
 */
#pragma once

#include <ipc/ipc_mqueue.h>
#include <ipc/mach_msg.h>

/* What one call of mach_msg wants. */
struct msg_request {
    uint64_t send_buffer;
    uint64_t receive_buffer;
    mach_port_name_t receive_name;
    uint32_t timeout_ms;
    struct ipc_receive receive; /* with the options of both halves */
};

/*
 * Send KMSG, whose bytes SELF has copied in, and receive without a time-out, if that can be done by handing
 * message and processor to a thread that waits for them.  The bits ABSENT are not in REQUEST's option, as
 * the caller knows.
 * Returns: true, with *RESULT as of mach_msg(); false if it cannot be, with nothing done.
 */
[[nodiscard]] bool msg_direct(struct msg_request *request, struct thread *self,
                              struct ipc_kmsg *kmsg, mach_msg_option_t absent,
                              mach_msg_return_t *result);

/* SELF's receiving has ended with RESULT, a failure, and KMSG, if it is that this is too large.  Returns: as
 * mach_msg(). */
[[nodiscard]] mach_msg_return_t msg_receive_failed(struct msg_request *request, struct thread *self,
                                                   mach_msg_return_t result, struct ipc_kmsg *kmsg);
