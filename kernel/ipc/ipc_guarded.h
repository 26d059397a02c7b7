/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Receive rights that travel with a guard (mach_msg_guarded_port_descriptor_t): the sender has to know
 * the guard, if there is one; the receiver gets the right with a new guard, if the sender wants so.
 */
#pragma once

#include <stdint.h>

#include <mach/message.h>

#include <ipc/ipc_kmsg_descriptor.h>

struct ipc_space;

/* What a receiver makes of guarded rights. */
struct ipc_guarding {
    uint64_t guard; /* the new guard: the address of the buffer */
    bool is_wanted; /* false: they are destroyed */
    bool
        is_immovable; /* the new guard keeps them in the task; not in a sender's who gets them back */
};

/*
 * As ipc_descriptor_copyin() and ipc_descriptor_copyout() for such a DESCRIPTOR.
 */
[[nodiscard]] mach_msg_return_t ipc_guarded_copyin(ipc_descriptor_t *descriptor,
                                                   struct ipc_space *space,
                                                   struct ipc_port *destination, bool *is_circular);
[[nodiscard]] mach_msg_return_t ipc_guarded_copyout(ipc_descriptor_t *descriptor,
                                                    struct ipc_space *space,
                                                    const struct ipc_guarding *guarding);

/* Take away the guard from what DESCRIPTOR, in user view, has given to SPACE, so that it can be taken
 * back. */
void ipc_guarded_release(ipc_descriptor_t *descriptor, struct ipc_space *space);
