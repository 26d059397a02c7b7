/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Putting rights into a space.
 */
#include <ipc/ipc_right.h>

#include <lib/assert.h>
#include <ipc/ipc_right_internal.h>

/* PORT's receive right arrives in SPACE under NAME. */
static void install_receiver(struct ipc_space *space, struct ipc_port *port, mach_port_name_t name)
    REQUIRES(space->lock)
{
    ipc_port_lock(port);
    struct ipc_port *former = ipc_port_leave_transit(port);
    port->state = PORT_IN_SPACE;
    port->receiver = space;
    port->receiver_name = name;
    ipc_port_unlock(port);
    if (former != nullptr) {
        ipc_port_release(former);
    }
}

/* SPACE has PORT in ENTRY already: add a right of kind TYPE to it. */
static kern_return_t copyout_to_entry(struct ipc_space *space, struct ipc_entry *entry,
                                      struct ipc_port *port, mach_msg_type_name_t type)
    REQUIRES(space->lock)
{
    if (type == MACH_MSG_TYPE_PORT_RECEIVE) {
        assert(!(entry->bits & MACH_PORT_TYPE_RECEIVE));
        entry->bits |= MACH_PORT_TYPE_RECEIVE;
        install_receiver(space, port, entry->name);
        return KERN_SUCCESS;
    }
    if (!(entry->bits & MACH_PORT_TYPE_SEND)) {
        entry->bits |= MACH_PORT_TYPE_SEND | 1;
        return KERN_SUCCESS;
    }
    /* The entry counts as one right: the one that arrives is given up.  At the maximum the count
     * stays where it is. */
    if (ipc_entry_urefs(entry) < MACH_PORT_UREFS_MAX) {
        entry->bits++;
    }
    ipc_port_lock(port);
    assert(port->send_rights > 1);
    port->send_rights--;
    ipc_port_unlock(port);
    ipc_port_release(port);
    return KERN_SUCCESS;
}

/* Fill ENTRY, just allocated, with PORT's right of kind TYPE. */
static ALWAYS_INLINE void copyout_to_new(struct ipc_space *space, struct ipc_entry *entry,
                                         struct ipc_port *port, mach_msg_type_name_t type)
    REQUIRES(space->lock)
{
    entry->object = &port->object;
    switch (type) {
    case MACH_MSG_TYPE_PORT_SEND_ONCE: entry->bits = MACH_PORT_TYPE_SEND_ONCE | 1; break;
    case MACH_MSG_TYPE_PORT_SEND:
        entry->bits = MACH_PORT_TYPE_SEND | 1;
        ipc_hash_insert(space, entry);
        break;
    default:
        assert(type == MACH_MSG_TYPE_PORT_RECEIVE);
        entry->bits = MACH_PORT_TYPE_RECEIVE;
        ipc_hash_insert(space, entry);
        install_receiver(space, port, entry->name);
        break;
    }
}

/* Put PORT's right of kind TYPE into an entry of its own.  Returns: as ipc_right_copyout(). */
static ALWAYS_INLINE kern_return_t copyout_anew(struct ipc_space *space, struct ipc_port *port,
                                                mach_msg_type_name_t type, mach_port_name_t *name)
    REQUIRES(space->lock)
{
    struct ipc_entry *entry;
    kern_return_t result;
    INLINE_CALL result = ipc_entry_alloc(space, &entry);
    if (LIKELY(result == KERN_SUCCESS)) {
        *name = entry->name;
        copyout_to_new(space, entry, port, type);
    }
    return result;
}

kern_return_t ipc_right_copyout(struct ipc_space *space, struct ipc_port *port,
                                mach_msg_type_name_t type, mach_port_name_t *name)
{
    if (UNLIKELY(!space->is_active)) {
        return KERN_INVALID_TASK;
    }
    if (UNLIKELY(!ipc_port_is_alive(port))) {
        return KERN_INVALID_CAPABILITY;
    }
    if (LIKELY(type == MACH_MSG_TYPE_PORT_SEND_ONCE)) {
        return copyout_anew(space, port, MACH_MSG_TYPE_PORT_SEND_ONCE, name);
    }
    struct ipc_entry *entry = ipc_hash_find(space, port);
    if (entry == nullptr) {
        return copyout_anew(space, port, type, name);
    }
    *name = entry->name;
    return copyout_to_entry(space, entry, port, type);
}

/* NAME is in use as ENTRY: may PORT's right of kind TYPE join it? */
static kern_return_t copyout_name_to_entry(struct ipc_space *space, struct ipc_entry *entry,
                                           struct ipc_port *port, mach_msg_type_name_t type)
    REQUIRES(space->lock)
{
    if (type == MACH_MSG_TYPE_PORT_SEND_ONCE || entry->object != &port->object ||
        !(entry->bits & MACH_PORT_TYPE_SEND_RECEIVE)) {
        return KERN_NAME_EXISTS;
    }
    if (type == MACH_MSG_TYPE_PORT_SEND && ipc_entry_urefs(entry) >= MACH_PORT_UREFS_MAX) {
        return KERN_UREFS_OVERFLOW;
    }
    return copyout_to_entry(space, entry, port, type);
}

kern_return_t ipc_right_copyout_name(struct ipc_space *space, struct ipc_port *port,
                                     mach_msg_type_name_t type, mach_port_name_t name)
{
    if (!space->is_active) {
        return KERN_INVALID_TASK;
    }
    struct ipc_entry *entry = ipc_entry_lookup(space, name);
    if (!ipc_port_is_alive(port)) {
        return KERN_INVALID_CAPABILITY;
    }
    struct ipc_entry *other =
        type != MACH_MSG_TYPE_PORT_SEND_ONCE ? ipc_hash_find(space, port) : nullptr;
    if (other != nullptr && other != entry) {
        return KERN_RIGHT_EXISTS;
    }
    if (entry != nullptr) {
        return copyout_name_to_entry(space, entry, port, type);
    }
    kern_return_t result = ipc_entry_alloc_name(space, name, &entry);
    if (result != KERN_SUCCESS) {
        return result;
    }
    copyout_to_new(space, entry, port, type);
    return KERN_SUCCESS;
}
