/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The voucher of a message in flight: a send right, which the kmsg owns.  That there is one, or null in
 * its place, is what the voucher's bits in the header say: the disposition by which the sender gave it, until the
 * receiver is told MOVE_SEND.  The right itself is noted behind the message, where messages without voucher, which are
 * most, have nothing.
 */
#pragma once

#include <stdint.h>

#include <mach/message.h>

#include <lib/compiler.h>
#include <ipc/ipc_kmsg.h>

struct ipc_space;
struct quota;

/* What is noted behind all that a KMSG can hold, where the trailer will be: that is made when neither is needed any
 * more. */
struct ipc_kmsg_notes {
    struct ipc_port *voucher; /* with voucher bits in the header: a send right, or null */
    struct quota *quota;      /* with is_charged: a reference */
    uint64_t bytes;           /* likewise */
};

static_assert(MAX_TRAILER_SIZE >=
              sizeof(struct ipc_kmsg_notes) + alignof(struct ipc_kmsg_notes) - 1);

static inline struct ipc_kmsg_notes *ipc_kmsg_notes(struct ipc_kmsg *kmsg)
{
    const uintptr_t mask = alignof(struct ipc_kmsg_notes) - 1;
    return (struct ipc_kmsg_notes *)(((uintptr_t)&kmsg->header + kmsg->capacity + mask) & ~mask);
}

/* True if KMSG has the bits of a voucher, which may be null. */
static inline bool ipc_kmsg_has_voucher(const struct ipc_kmsg *kmsg)
{
    return kmsg->header.msgh_bits & MACH_MSGH_BITS_VOUCHER_MASK;
}

/* Drop KMSG's voucher, if it has one.  Context: may sleep. */
void ipc_kmsg_drop_voucher(struct ipc_kmsg *kmsg);

/*
 * KMSG, which has the bits of a voucher, is received in SPACE: let its header name the voucher there if that IS_WANTED, or
 * drop it.  Returns: MACH_MSG_SUCCESS; MACH_RCV_HEADER_ERROR with MACH_MSG_IPC_*, it had to be dropped.
 */
[[nodiscard]] mach_msg_return_t ipc_kmsg_copyout_voucher(struct ipc_kmsg *kmsg,
                                                         struct ipc_space *space, bool is_wanted);

/* KMSG, which has the bits of a voucher, could not be sent: give it back to SPACE, as it was; a right that was copied is
 * dropped.  Returns: the MACH_MSG_IPC_* bits of what was missing. */
[[nodiscard]] mach_msg_return_t ipc_kmsg_return_voucher(struct ipc_kmsg *kmsg,
                                                        struct ipc_space *space);

/* Nobody will ever see KMSG, which is as SPACE was to receive it: take the voucher back. */
void ipc_kmsg_undo_voucher(struct ipc_kmsg *kmsg, struct ipc_space *space);
