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

kern_return_t mach_port_get_attributes(ipc_space_read_t task, mach_port_name_t name,
                                       mach_port_flavor_t flavor, mach_port_info_t info,
                                       mach_msg_type_number_t *info_count)
{
    kern_return_t result =
        _kernelrpc_mach_port_get_attributes_trap(task, name, flavor, info, info_count);
    return is_declined(result)
               ? _kernelrpc_mach_port_get_attributes(task, name, flavor, info, info_count)
               : result;
}

kern_return_t mach_port_construct(ipc_space_t task, mach_port_options_ptr_t options,
                                  mach_port_context_t context, mach_port_name_t *name)
{
    kern_return_t result = _kernelrpc_mach_port_construct_trap(task, options, context, name);
    return is_declined(result) ? _kernelrpc_mach_port_construct(task, options, context, name)
                               : result;
}

kern_return_t mach_port_destruct(ipc_space_t task, mach_port_name_t name, mach_port_delta_t srdelta,
                                 mach_port_context_t guard)
{
    kern_return_t result = _kernelrpc_mach_port_destruct_trap(task, name, srdelta, guard);
    return is_declined(result) ? _kernelrpc_mach_port_destruct(task, name, srdelta, guard) : result;
}

kern_return_t mach_port_guard(ipc_space_t task, mach_port_name_t name, mach_port_context_t guard,
                              boolean_t strict)
{
    kern_return_t result = _kernelrpc_mach_port_guard_trap(task, name, guard, strict);
    return is_declined(result) ? _kernelrpc_mach_port_guard(task, name, guard, strict) : result;
}

kern_return_t mach_port_unguard(ipc_space_t task, mach_port_name_t name, mach_port_context_t guard)
{
    kern_return_t result = _kernelrpc_mach_port_unguard_trap(task, name, guard);
    return is_declined(result) ? _kernelrpc_mach_port_unguard(task, name, guard) : result;
}
