/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls on port names that are also traps: the trap first, the message if it declines.
 */
#include <mach/mach_port.h>
#include <mach/mach_traps.h>

#include "kernel_rpc.h"

/* Did the trap decline, because the target is not the caller's own task? */
static bool is_declined(kern_return_t result)
{
    return __builtin_expect(result == MACH_SEND_INVALID_DEST, 0);
}

kern_return_t mach_port_allocate(ipc_space_t task, mach_port_right_t right, mach_port_name_t *name)
{
    kern_return_t result = _kernelrpc_mach_port_allocate_trap(task, right, name);
    return is_declined(result) ? _kernelrpc_mach_port_allocate(task, right, name) : result;
}

kern_return_t mach_port_deallocate(ipc_space_t task, mach_port_name_t name)
{
    kern_return_t result = _kernelrpc_mach_port_deallocate_trap(task, name);
    return is_declined(result) ? _kernelrpc_mach_port_deallocate(task, name) : result;
}

kern_return_t mach_port_mod_refs(ipc_space_t task, mach_port_name_t name, mach_port_right_t right,
                                 mach_port_delta_t delta)
{
    kern_return_t result = _kernelrpc_mach_port_mod_refs_trap(task, name, right, delta);
    return is_declined(result) ? _kernelrpc_mach_port_mod_refs(task, name, right, delta) : result;
}

kern_return_t mach_port_move_member(ipc_space_t task, mach_port_name_t member,
                                    mach_port_name_t after)
{
    kern_return_t result = _kernelrpc_mach_port_move_member_trap(task, member, after);
    return is_declined(result) ? _kernelrpc_mach_port_move_member(task, member, after) : result;
}

kern_return_t mach_port_insert_right(ipc_space_t task, mach_port_name_t name, mach_port_t poly,
                                     mach_msg_type_name_t disposition)
{
    kern_return_t result = _kernelrpc_mach_port_insert_right_trap(task, name, poly, disposition);
    return is_declined(result) ? _kernelrpc_mach_port_insert_right(task, name, poly, disposition)
                               : result;
}

kern_return_t mach_port_insert_member(ipc_space_t task, mach_port_name_t name,
                                      mach_port_name_t pset)
{
    kern_return_t result = _kernelrpc_mach_port_insert_member_trap(task, name, pset);
    return is_declined(result) ? _kernelrpc_mach_port_insert_member(task, name, pset) : result;
}

kern_return_t mach_port_extract_member(ipc_space_t task, mach_port_name_t name,
                                       mach_port_name_t pset)
{
    kern_return_t result = _kernelrpc_mach_port_extract_member_trap(task, name, pset);
    return is_declined(result) ? _kernelrpc_mach_port_extract_member(task, name, pset) : result;
}

kern_return_t mach_port_request_notification(ipc_space_t task, mach_port_name_t name,
                                             mach_msg_id_t id, mach_port_mscount_t sync,
                                             mach_port_t notify, mach_msg_type_name_t disposition,
                                             mach_port_t *previous)
{
    kern_return_t result = _kernelrpc_mach_port_request_notification_trap(
        task, name, id, sync, notify, disposition, previous);
    return is_declined(result) ? _kernelrpc_mach_port_request_notification(
                                     task, name, id, sync, notify, disposition, previous)
                               : result;
}
