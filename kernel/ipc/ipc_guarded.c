/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Conversion of descriptors of guarded receive rights.
 */
#include <ipc/ipc_guarded.h>

#include <ipc/ipc_ool.h>
#include <ipc/ipc_port.h>
#include <ipc/ipc_right.h>
#include <ipc/ipc_space.h>
#include <ipc/ipc_violation.h>
#include <ipc/mach_port_internal.h>

/* The user's descriptor behind the same bytes. */
#define USER(descriptor) ((mach_msg_guarded_port_descriptor_t *)(descriptor))

/* May a program send USER? */
static bool is_valid(const mach_msg_guarded_port_descriptor_t *user)
{
    return user->disposition == MACH_MSG_TYPE_MOVE_RECEIVE &&
           user->flags != MACH_MSG_GUARD_FLAGS_NONE &&
           !(user->flags & ~MACH_MSG_GUARD_FLAGS_MASK) &&
           (!(user->flags & MACH_MSG_GUARD_FLAGS_UNGUARDED_ON_SEND) || user->context == 0);
}

/* Take the receive right that USER names out of SPACE, if USER knows its guard, and wake who waits for
 * its messages. */
static kern_return_t take_right(struct ipc_space *space,
                                const mach_msg_guarded_port_descriptor_t *user,
                                struct ipc_port **port)
{
    struct ipc_entry *entry;
    const struct ipc_guard_claim claim = {
        .guard = user->context,
        .is_none = user->flags & MACH_MSG_GUARD_FLAGS_UNGUARDED_ON_SEND,
    };
    struct list woken;
    list_init(&woken);
    kern_return_t result = mach_port_lock_entry(space, user->name, &entry);
    if (result != LOCKED) {
        return result;
    }
    result = ipc_right_copyin_receive(space, entry, &claim, &woken, port);
    spin_unlock(&space->lock);
    waitq_wake_claimed(&woken);
    return result;
}

mach_msg_return_t ipc_guarded_copyin(ipc_descriptor_t *descriptor, struct ipc_space *space,
                                     struct ipc_port *destination, bool *is_circular)
{
    mach_msg_guarded_port_descriptor_t *user = USER(descriptor);
    struct ipc_port *port = user->name == MACH_PORT_NULL ? nullptr : IPC_PORT_DEAD;
    if (!is_valid(user)) {
        return MACH_SEND_INVALID_TYPE;
    }
    if (MACH_PORT_VALID(user->name)) {
        if (take_right(space, user, &port) != KERN_SUCCESS) {
            ipc_violation(user->name, 0, kGUARD_EXC_SEND_INVALID_RIGHT);
            return MACH_SEND_INVALID_RIGHT;
        }
        mach_msg_return_t result = ipc_right_enter_transit(port, destination, is_circular);
        if (result != MACH_MSG_SUCCESS) {
            return result;
        }
    }
    descriptor->guarded.port = port;
    descriptor->guarded.flags |= MACH_MSG_GUARD_FLAGS_UNGUARDED_ON_SEND;
    descriptor->guarded.name = MACH_PORT_NULL;
    return MACH_MSG_SUCCESS;
}

/* Guard PORT, which is on the way, as GUARDING says. */
static void guard_port(struct ipc_port *port, const struct ipc_guarding *guarding)
{
    uint32_t flags = MACH_PORT_STATUS_FLAG_GUARDED;
    flags |= guarding->is_immovable ? MACH_PORT_STATUS_FLAG_GUARD_IMMOVABLE_RECEIVE : 0;
    ipc_port_lock(port);
    port->context = guarding->guard;
    port->flags |= (uint8_t)flags;
    ipc_port_unlock(port);
}

mach_msg_return_t ipc_guarded_copyout(ipc_descriptor_t *descriptor, struct ipc_space *space,
                                      const struct ipc_guarding *guarding)
{
    mach_msg_guarded_port_descriptor_t *user = USER(descriptor);
    struct ipc_port *port = descriptor->guarded.port;
    bool is_guarded = user->flags & MACH_MSG_GUARD_FLAGS_IMMOVABLE_RECEIVE;
    user->context = 0;
    user->name = MACH_PORT_NULL;
    if (!guarding->is_wanted) {
        ipc_port_release_right(port, MACH_MSG_TYPE_PORT_RECEIVE);
        return MACH_MSG_SUCCESS;
    }
    if (is_guarded && ipc_port_is_valid(port)) {
        guard_port(port, guarding);
        user->context = guarding->guard;
        user->flags &= ~(mach_msg_guard_flags_t)MACH_MSG_GUARD_FLAGS_UNGUARDED_ON_SEND;
    }
    mach_msg_return_t error = MACH_MSG_SUCCESS;
    user->name = ipc_right_deliver(port, MACH_MSG_TYPE_PORT_RECEIVE, space, &error);
    return error;
}

void ipc_guarded_release(ipc_descriptor_t *descriptor, struct ipc_space *space)
{
    mach_msg_guarded_port_descriptor_t *user = USER(descriptor);
    struct ipc_port *port;
    user->context = 0;
    user->flags = MACH_MSG_GUARD_FLAGS_UNGUARDED_ON_SEND;
    if (mach_port_lock_receive(space, user->name, &port) == LOCKED) {
        port->context = 0;
        port->flags &= (uint8_t)~IPC_PORT_GUARD_FLAGS;
        mach_port_unlock_receive(port);
    }
}
