/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making a right together with what it is to be like: options of a new port, and the older form,
 * quality of service.  A port gets all its options before anybody can find it.
 */
#include <ipc/mach_port.h>

#include <vm/vm_map_copy.h>
#include <ipc/ipc_right.h>
#include <ipc/mach_port_internal.h>

/* What a receiver of donated importance is marked with; nothing depends on it. */
#define IMPORTANCE_OPTIONS (MPO_TEMPOWNER | MPO_IMPORTANCE_RECEIVER | MPO_DENAP_RECEIVER)

#define KNOWN_OPTIONS                                                                              \
    (IMPORTANCE_OPTIONS | MPO_CONTEXT_AS_GUARD | MPO_QLIMIT | MPO_INSERT_SEND_RIGHT | MPO_STRICT | \
     MPO_IMMOVABLE_RECEIVE)

/* The longest message that a port could ever be asked to set aside. */
#define MESSAGE_MAX (UINT32_MAX - MAX_TRAILER_SIZE)

/* MACH_PORT_STATUS_FLAG_* of a port with OPTIONS. */
static uint8_t status_flags(uint32_t options)
{
    uint32_t flags = options & IMPORTANCE_OPTIONS ? MACH_PORT_STATUS_FLAG_IMP_DONATION : 0;
    flags |= options & MPO_TEMPOWNER ? MACH_PORT_STATUS_FLAG_TEMPOWNER : 0;
    if (options & MPO_CONTEXT_AS_GUARD) {
        flags |= MACH_PORT_STATUS_FLAG_GUARDED;
        flags |= options & MPO_STRICT ? MACH_PORT_STATUS_FLAG_STRICT_GUARD : 0;
        flags |=
            options & MPO_IMMOVABLE_RECEIVE ? MACH_PORT_STATUS_FLAG_GUARD_IMMOVABLE_RECEIVE : 0;
    }
    return (uint8_t)flags;
}

/* Give the caller's receive right of PORT to TASK, and a send right with it if WITH_SEND. */
static kern_return_t install(struct ipc_space *task, struct ipc_port *port, bool with_send,
                             mach_port_name_t *name)
{
    spin_lock(&task->lock);
    kern_return_t result = ipc_right_copyout(task, port, MACH_MSG_TYPE_PORT_RECEIVE, name);
    if (result == KERN_SUCCESS && with_send) {
        /* It joins the receive right's entry, so that it needs no room. */
        result = ipc_right_copyout(task, ipc_port_make_send(port), MACH_MSG_TYPE_PORT_SEND, name);
    }
    spin_unlock(&task->lock);
    return result;
}

kern_return_t mach_port_construct_by(struct ipc_space *task, const mach_port_options_t *options,
                                     uint64_t context, mach_port_name_t *name)
{
    if (options->flags & ~(uint32_t)KNOWN_OPTIONS) {
        return KERN_INVALID_ARGUMENT;
    }
    bool has_limit = options->flags & MPO_QLIMIT;
    if (has_limit && options->mpl.mpl_qlimit > MACH_PORT_QLIMIT_MAX) {
        return KERN_INVALID_VALUE;
    }
    struct ipc_port *port = ipc_port_create_for(task->quota);
    if (port == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    if (has_limit) {
        port->message_limit = options->mpl.mpl_qlimit;
    }
    port->context = context;
    port->flags = status_flags(options->flags);
    kern_return_t result = install(task, port, options->flags & MPO_INSERT_SEND_RIGHT, name);
    if (result != KERN_SUCCESS) {
        ipc_port_destroy(port);
    }
    return result;
}

kern_return_t mach_port_construct(struct ipc_space *task, struct vm_map_copy *options,
                                  uint64_t context, mach_port_name_t *name)
{
    mach_port_options_t wanted;
    if (task == nullptr) {
        return KERN_INVALID_TASK;
    }
    kern_return_t result = vm_map_copy_read(options, &wanted, sizeof(wanted));
    if (result == KERN_SUCCESS) {
        result = mach_port_construct_by(task, &wanted, context, name);
    }
    if (result == KERN_SUCCESS) {
        vm_map_copy_discard(options);
    }
    return result;
}

kern_return_t mach_port_allocate_full(struct ipc_space *task, mach_port_right_t right,
                                      struct ipc_port *proto, mach_port_qos_t *qos,
                                      mach_port_name_t *name)
{
    if (task == nullptr) {
        return KERN_INVALID_TASK;
    }
    if (proto != nullptr || (qos->name && !MACH_PORT_VALID(*name))) {
        return KERN_INVALID_VALUE;
    }
    if (qos->prealloc && qos->len > MESSAGE_MAX) {
        return KERN_RESOURCE_SHORTAGE;
    }
    if (qos->prealloc && right != MACH_PORT_RIGHT_RECEIVE) {
        return KERN_INVALID_VALUE;
    }
    qos->prealloc = 0;
    return qos->name ? mach_port_allocate_name(task, right, *name)
                     : mach_port_allocate(task, right, name);
}

kern_return_t mach_port_allocate_qos(struct ipc_space *task, mach_port_right_t right,
                                     mach_port_qos_t *qos, mach_port_name_t *name)
{
    if (task == nullptr) {
        return KERN_INVALID_TASK;
    }
    return qos->name ? KERN_INVALID_ARGUMENT
                     : mach_port_allocate_full(task, right, nullptr, qos, name);
}
