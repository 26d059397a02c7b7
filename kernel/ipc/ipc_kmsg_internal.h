/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the two directions of a message's conversion share: a delivery that fails at the very end is
 * undone by taking the message in again.
 */
#pragma once

#include <mach/message.h>

#include <lib/string.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_space.h>

/* Set up the zone of messages.  Once, at boot. */
void ipc_kmsg_init(void);

/* The kmsg for up to IPC_KMSG_INLINE bytes that this processor has at hand, as of ipc_kmsg_alloc(); null if
 * there is none.  Context: interrupts off. */
[[nodiscard]] struct ipc_kmsg *ipc_kmsg_take_spare(void);

/* Take the two rights of the header of KMSG, whose bytes are in user view.  Returns: as
 * ipc_kmsg_copyin_contents(); nothing was consumed on failure. */
[[nodiscard]] mach_msg_return_t ipc_kmsg_copyin_header(struct ipc_kmsg *kmsg,
                                                       struct ipc_space *space);

/* KMSG goes to a receiver who calls its destination NAME: use up the right to it, and let the header
 * say what the receiver is to see, but for the name of the reply's right.  Locks: the destination's,
 * which it drops. */
void ipc_kmsg_consume_destination(struct ipc_kmsg *kmsg, mach_port_name_t name);

/* Take what the descriptors of KMSG, which is complex, carry.  Returns: as
 * ipc_kmsg_copyin_contents(); on failure the descriptors own nothing. */
[[nodiscard]] mach_msg_return_t ipc_kmsg_copyin_body(struct ipc_kmsg *kmsg, struct ipc_space *space,
                                                     struct vm_map *map);

/*
 * The sender that the trailer at user address ADDRESS, behind a message of SPACE's, tells of: of
 * format 0, as long as its security or its audit token.  Without audit token it is SPACE's.
 * References: *SENDER is the caller's.
 * Returns: MACH_MSG_SUCCESS; MACH_SEND_INVALID_TRAILER, SPACE is not privileged, or the trailer has
 * another format or size; MACH_SEND_INVALID_DATA, it cannot be read; MACH_SEND_NO_BUFFER.
 */
[[nodiscard]] mach_msg_return_t ipc_sender_copyin(struct ipc_space *space, uint64_t address,
                                                  struct ipc_sender **sender);

/* Fill TRAILER, but type and size, with what it can say of KMSG. */
static inline void ipc_kmsg_fill_trailer(const struct ipc_kmsg *kmsg,
                                         mach_msg_max_trailer_t *trailer)
{
    const struct ipc_sender *sender = kmsg->sender != nullptr ? kmsg->sender : &ipc_sender_kernel;
    trailer->msgh_seqno = kmsg->sequence;
    trailer->msgh_sender = sender->security;
    trailer->msgh_audit = sender->audit;
    trailer->msgh_context = kmsg->context;
    trailer->msgh_ad = 0;
    memset(&trailer->msgh_labels, 0, sizeof(trailer->msgh_labels));
}
