/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The routines of mach_port.defs about membership in port sets.
 */
#include <ipc/mach_port.h>

#include <ipc/ipc_request.h>
#include <ipc/mach_port_internal.h>

/* Let OPERATION act on the set SET_NAME and the port NAME, which is locked. */
static kern_return_t change_membership(struct ipc_space *task, mach_port_name_t name,
                                       mach_port_name_t set_name,
                                       kern_return_t (*operation)(struct ipc_pset *set,
                                                                  struct ipc_port *port))
{
    struct ipc_pset *set;
    struct ipc_port *port;
    kern_return_t result = mach_port_find_set(task, set_name, &set);
    if (result != KERN_SUCCESS) {
        return result;
    }
    result = mach_port_lock_receive(task, name, &port);
    if (result == LOCKED) {
        result = operation(set, port);
        ipc_port_unlock(port);
        ipc_request_queue_changed(port); /* who waits at the set may have got messages */
        ipc_port_release(port);
    }
    ipc_object_release(&set->object);
    return result;
}

static kern_return_t move_to_set(struct ipc_pset *set, struct ipc_port *port)
    REQUIRES(port->object.lock)
{
    ipc_pset_remove_all(port);
    return ipc_pset_add(set, port);
}

kern_return_t mach_port_insert_member(struct ipc_space *task, mach_port_name_t name,
                                      mach_port_name_t set_name)
{
    return change_membership(task, name, set_name, ipc_pset_add);
}

kern_return_t mach_port_extract_member(struct ipc_space *task, mach_port_name_t name,
                                       mach_port_name_t set_name)
{
    return change_membership(task, name, set_name, ipc_pset_remove);
}

/* Take the port NAME out of all sets. */
static kern_return_t remove_from_sets(struct ipc_space *task, mach_port_name_t name)
{
    struct ipc_port *port;
    kern_return_t result = mach_port_lock_receive(task, name, &port);
    if (result != LOCKED) {
        return result;
    }
    result = ipc_pset_count(port) == 0 ? KERN_NOT_IN_SET : KERN_SUCCESS;
    ipc_pset_remove_all(port);
    mach_port_unlock_receive(port);
    return result;
}

kern_return_t mach_port_move_member(struct ipc_space *task, mach_port_name_t member,
                                    mach_port_name_t after)
{
    return after == MACH_PORT_NULL ? remove_from_sets(task, member)
                                   : change_membership(task, member, after, move_to_set);
}
