/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Trailers that the sender supplies (MACH_SEND_TRAILER): it says for whom it speaks.  Only a sender
 * whose security token is user 0, who may give any task any identity, is believed.
 */
#include <ipc/ipc_kmsg_internal.h>

#include <arch/user_copy.h>
#include <ipc/ipc_space.h>

/* The identity of SPACE itself, and whether it may speak for others. */
static bool may_supply(struct ipc_space *space, audit_token_t *audit)
{
    spin_lock(&space->lock);
    *audit = space->sender->audit;
    bool result = space->sender->security.val[0] == 0;
    spin_unlock(&space->lock);
    return result;
}

mach_msg_return_t ipc_sender_copyin(struct ipc_space *space, uint64_t address,
                                    struct ipc_sender **sender)
{
    mach_msg_audit_trailer_t trailer;
    uint32_t short_size = sizeof(mach_msg_security_trailer_t);
    if (copyin(&trailer, address, short_size) != KERN_SUCCESS) {
        return MACH_SEND_INVALID_DATA;
    }
    bool has_audit = trailer.msgh_trailer_size == sizeof(trailer);
    if (!may_supply(space, &trailer.msgh_audit) ||
        trailer.msgh_trailer_type != MACH_MSG_TRAILER_FORMAT_0 ||
        (!has_audit && trailer.msgh_trailer_size != short_size)) {
        return MACH_SEND_INVALID_TRAILER;
    }
    if (has_audit &&
        copyin(&trailer.msgh_audit, address + offsetof(mach_msg_audit_trailer_t, msgh_audit),
               sizeof(trailer.msgh_audit)) != KERN_SUCCESS) {
        return MACH_SEND_INVALID_DATA;
    }
    const security_token_t security = trailer.msgh_sender;
    const audit_token_t audit = trailer.msgh_audit;
    *sender = ipc_sender_create(&security, &audit);
    return *sender != nullptr ? MACH_MSG_SUCCESS : MACH_SEND_NO_BUFFER;
}
