/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The context of a receive right, and guards.  A guard is the context of a port that has the flag:
 * who does not know it cannot destroy the port.  A strict one cannot be read or replaced either; an
 * immovable one keeps the receive right in its task.  A violation is an error of the call; there is
 * no guard exception.
 */
#include <ipc/mach_port.h>

#include <ipc/ipc_right.h>
#include <ipc/mach_port_internal.h>

/* Is PORT's context hidden by a strict guard? */
static bool is_strict(const struct ipc_port *port)
{
    return port->flags & MACH_PORT_STATUS_FLAG_STRICT_GUARD;
}

kern_return_t mach_port_get_context(struct ipc_space *task, mach_port_name_t name,
                                    uint64_t *context)
{
    struct ipc_port *port;
    kern_return_t result = mach_port_lock_receive(task, name, &port);
    if (result != LOCKED) {
        return result;
    }
    *context = is_strict(port) ? 0 : port->context;
    mach_port_unlock_receive(port);
    return KERN_SUCCESS;
}

kern_return_t mach_port_set_context(struct ipc_space *task, mach_port_name_t name, uint64_t context)
{
    struct ipc_port *port;
    kern_return_t result = mach_port_lock_receive(task, name, &port);
    if (result != LOCKED) {
        return result;
    }
    if (is_strict(port)) {
        result = KERN_INVALID_ARGUMENT;
    } else {
        port->context = context;
    }
    mach_port_unlock_receive(port);
    return result;
}

kern_return_t mach_port_guard_with_flags(struct ipc_space *task, mach_port_name_t name,
                                         uint64_t guard, uint64_t flags)
{
    struct ipc_port *port;
    kern_return_t result = mach_port_lock_receive(task, name, &port);
    if (result != LOCKED) {
        return result;
    }
    if (port->context != 0) {
        result = KERN_INVALID_ARGUMENT;
    } else {
        port->context = guard;
        port->flags |=
            (uint8_t)(MACH_PORT_STATUS_FLAG_GUARDED |
                      (flags & MPG_STRICT ? MACH_PORT_STATUS_FLAG_STRICT_GUARD : 0) |
                      (flags & MPG_IMMOVABLE_RECEIVE ? MACH_PORT_STATUS_FLAG_GUARD_IMMOVABLE_RECEIVE
                                                     : 0));
    }
    mach_port_unlock_receive(port);
    return result;
}

kern_return_t mach_port_guard(struct ipc_space *task, mach_port_name_t name, uint64_t guard,
                              boolean_t strict)
{
    return mach_port_guard_with_flags(task, name, guard, strict ? MPG_STRICT : 0);
}

kern_return_t mach_port_unguard(struct ipc_space *task, mach_port_name_t name, uint64_t guard)
{
    struct ipc_port *port;
    kern_return_t result = mach_port_lock_receive(task, name, &port);
    if (result != LOCKED) {
        return result;
    }
    if (!ipc_port_is_guarded(port) || port->context != guard) {
        result = KERN_INVALID_ARGUMENT;
    } else {
        /* What keeps the right in its task stays. */
        port->context = 0;
        port->flags &=
            (uint8_t)~(MACH_PORT_STATUS_FLAG_GUARDED | MACH_PORT_STATUS_FLAG_STRICT_GUARD);
    }
    mach_port_unlock_receive(port);
    return result;
}

kern_return_t mach_port_swap_guard(struct ipc_space *task, mach_port_name_t name,
                                   uint64_t old_guard, uint64_t new_guard)
{
    struct ipc_port *port;
    kern_return_t result = mach_port_lock_receive(task, name, &port);
    if (result != LOCKED) {
        return result;
    }
    if (!ipc_port_is_guarded(port) || is_strict(port) || port->context != old_guard) {
        result = KERN_INVALID_ARGUMENT;
    } else {
        port->context = new_guard;
    }
    mach_port_unlock_receive(port);
    return result;
}

kern_return_t mach_port_destruct(struct ipc_space *task, mach_port_name_t name,
                                 mach_port_delta_t srdelta, uint64_t guard)
{
    struct ipc_entry *entry;
    kern_return_t result = mach_port_lock_entry(task, name, &entry);
    if (result != LOCKED) {
        return result;
    }
    struct ipc_right_remains remains = {};
    result = ipc_right_destruct(task, entry, srdelta, guard, &remains);
    spin_unlock(&task->lock);
    ipc_right_drop(&remains);
    return result;
}

kern_return_t mach_port_set_seqno(struct ipc_space *task, mach_port_name_t name,
                                  mach_port_seqno_t seqno)
{
    struct ipc_port *port;
    kern_return_t result = mach_port_lock_receive(task, name, &port);
    if (result != LOCKED) {
        return result;
    }
    port->sequence = seqno;
    mach_port_unlock_receive(port);
    return KERN_SUCCESS;
}

kern_return_t mach_port_get_srights(struct ipc_space *task, mach_port_name_t name,
                                    mach_port_rights_t *srights)
{
    struct ipc_port *port;
    kern_return_t result = mach_port_lock_receive(task, name, &port);
    if (result != LOCKED) {
        return result;
    }
    *srights = port->send_rights;
    mach_port_unlock_receive(port);
    return KERN_SUCCESS;
}
