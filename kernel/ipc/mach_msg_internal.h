/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the ways of mach_msg share: by the queues (mach_msg.c), the direct one, and the kernel's calls.
 */
#pragma once

#include <ipc/ipc_mqueue.h>
#include <ipc/mach_msg.h>

struct msg_meeting;

/* What one call of mach_msg wants. */
struct msg_request {
    uint64_t send_buffer;
    mach_port_name_t receive_name;
    uint32_t timeout_ms;
    struct ipc_receive receive; /* with the options of both halves */
};

/*
 * Send KMSG, whose bytes SELF has copied in, to receive without a time-out, if a thread waits for it.  Returns:
 * true, with *MEETING, to call msg_await() with; false if it cannot be, with nothing done.  Then KMSG has a
 * destination if it is the kernel that answers: msg_call_kernel() is next.
 */
[[nodiscard]] bool msg_meet(const struct msg_request *request, struct thread *self,
                            struct ipc_kmsg *kmsg, struct msg_meeting *meeting);

/* The same for a message of SIZE bytes at BUFFER, if a thread of SELF's task waits for it.  Returns: true, with
 * *MEETING; false, with nothing done, also for reasons that another way will report. */
[[nodiscard]] bool msg_meet_within(const struct msg_request *request, struct thread *self,
                                   uint64_t buffer, uint32_t size, struct msg_meeting *meeting);

/* The receiving half.  HANDOFF, if not null, gets the processor if SELF has to wait.  Returns: as
 * mach_msg(). */
[[nodiscard]] mach_msg_return_t msg_receive(struct msg_request *request, struct thread *self,
                                            struct thread *handoff);

/* The same from OBJECT, which is locked; drops the lock.  OBJECT may be gone on return. */
[[nodiscard]] mach_msg_return_t msg_receive_from(struct msg_request *request, struct thread *self,
                                                 struct ipc_object *object, struct thread *handoff)
    RELEASE(object->lock);

/*
 * Have the kernel answer KMSG, sent to a port with an object of its own behind it, and receive the answer, or
 * what else comes first, if REQUEST says so.  Consumes KMSG.  Returns: as mach_msg().
 */
[[nodiscard]] mach_msg_return_t msg_call_kernel(struct msg_request *request, struct thread *self,
                                                struct ipc_kmsg *kmsg);

/* SELF's receiving has ended with RESULT, a failure, and KMSG, if it is that this is too large.  Returns: as
 * mach_msg(). */
[[nodiscard]] mach_msg_return_t msg_receive_failed(struct msg_request *request, struct thread *self,
                                                   mach_msg_return_t result, struct ipc_kmsg *kmsg);
