/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The traps for the caller's own port space; as messages they are in mach_port.defs.
 */
#include <kern/port_traps.h>

#include <mach/message.h>

#include <arch/context.h>
#include <arch/user_copy.h>
#include <ipc/ipc_right.h>
#include <ipc/mach_port.h>
#include <kern/own_task.h>

/* The longest of the answers of mach_port_get_attributes. */
#define INFO_WORDS MACH_PORT_INFO_EXT_COUNT

TRAP_HANDLER(_kernelrpc_mach_port_allocate_trap)
{
    struct ipc_space *space = own_space(a1);
    mach_port_name_t name;
    if (space == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    kern_return_t result;
    CALL_ROUTINE(3204, result, mach_port_allocate(space, (mach_port_right_t)a2, &name));
    return trap_result(result == KERN_SUCCESS ? copyout(a3, &name, sizeof(name)) : result);
}

TRAP_HANDLER(_kernelrpc_mach_port_deallocate_trap)
{
    struct ipc_space *space = own_space(a1);
    if (space == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    kern_return_t result = KERN_SUCCESS;
    /* Programs give back names without looking whether there is one. */
    if (MACH_PORT_VALID((mach_port_name_t)a2)) {
        CALL_ROUTINE(3206, result, mach_port_deallocate(space, (mach_port_name_t)a2));
    }
    return trap_result(result);
}

TRAP_HANDLER(_kernelrpc_mach_port_mod_refs_trap)
{
    struct ipc_space *space = own_space(a1);
    if (space == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    kern_return_t result;
    CALL_ROUTINE(3208, result,
                 mach_port_mod_refs(space, (mach_port_name_t)a2, (mach_port_right_t)a3,
                                    (mach_port_delta_t)a4));
    return trap_result(result);
}

TRAP_HANDLER(_kernelrpc_mach_port_move_member_trap)
{
    struct ipc_space *space = own_space(a1);
    if (space == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    kern_return_t result;
    CALL_ROUTINE(3212, result,
                 mach_port_move_member(space, (mach_port_name_t)a2, (mach_port_name_t)a3));
    return trap_result(result);
}

TRAP_HANDLER(_kernelrpc_mach_port_insert_member_trap)
{
    struct ipc_space *space = own_space(a1);
    if (space == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    kern_return_t result;
    CALL_ROUTINE(3226, result,
                 mach_port_insert_member(space, (mach_port_name_t)a2, (mach_port_name_t)a3));
    return trap_result(result);
}

TRAP_HANDLER(_kernelrpc_mach_port_extract_member_trap)
{
    struct ipc_space *space = own_space(a1);
    if (space == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    kern_return_t result;
    CALL_ROUTINE(3227, result,
                 mach_port_extract_member(space, (mach_port_name_t)a2, (mach_port_name_t)a3));
    return trap_result(result);
}

TRAP_HANDLER(_kernelrpc_mach_port_type_trap)
{
    struct ipc_space *space = own_space(a1);
    mach_port_type_t type;
    if (space == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    kern_return_t result;
    CALL_ROUTINE(3201, result, mach_port_type(space, (mach_port_name_t)a2, &type));
    return trap_result(result == KERN_SUCCESS ? copyout(a3, &type, sizeof(type)) : result);
}

/* task, name, flavor, words, and where their count is. */
TRAP_HANDLER(_kernelrpc_mach_port_get_attributes_trap)
{
    struct ipc_space *space = own_space(a1);
    integer_t words[INFO_WORDS];
    mach_msg_type_number_t count;
    if (space == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    if (copyin(&count, a5, sizeof(count)) != KERN_SUCCESS) {
        return KERN_INVALID_ADDRESS;
    }
    if (count > INFO_WORDS) {
        count = INFO_WORDS;
    }
    kern_return_t result;
    CALL_ROUTINE(3217, result,
                 mach_port_get_attributes(space, (mach_port_name_t)a2, (mach_port_flavor_t)a3,
                                          words, &count));
    if (result == KERN_SUCCESS) {
        result = copyout(a4, words, count * sizeof(words[0]));
    }
    return trap_result(result == KERN_SUCCESS ? copyout(a5, &count, sizeof(count)) : result);
}

TRAP_HANDLER(_kernelrpc_mach_port_construct_trap)
{
    struct ipc_space *space = own_space(a1);
    mach_port_options_t options;
    mach_port_name_t name;
    if (space == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    if (copyin(&options, a2, sizeof(options)) != KERN_SUCCESS) {
        return KERN_INVALID_ADDRESS;
    }
    kern_return_t result;
    CALL_ROUTINE(3231, result, mach_port_construct_by(space, &options, a3, &name));
    return trap_result(result == KERN_SUCCESS ? copyout(a4, &name, sizeof(name)) : result);
}

TRAP_HANDLER(_kernelrpc_mach_port_destruct_trap)
{
    struct ipc_space *space = own_space(a1);
    if (space == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    kern_return_t result;
    CALL_ROUTINE(3232, result,
                 mach_port_destruct(space, (mach_port_name_t)a2, (mach_port_delta_t)a3, a4));
    return trap_result(result);
}

TRAP_HANDLER(_kernelrpc_mach_port_guard_trap)
{
    struct ipc_space *space = own_space(a1);
    if (space == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    kern_return_t result;
    CALL_ROUTINE(3233, result, mach_port_guard(space, (mach_port_name_t)a2, a3, (boolean_t)a4));
    return trap_result(result);
}

TRAP_HANDLER(_kernelrpc_mach_port_unguard_trap)
{
    struct ipc_space *space = own_space(a1);
    if (space == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    kern_return_t result;
    CALL_ROUTINE(3234, result, mach_port_unguard(space, (mach_port_name_t)a2, a3));
    return trap_result(result);
}

/* Take the right that a trap's caller names, as a message would carry it; *RECEIVED is the kind of
 * right it becomes. */
static kern_return_t right_copyin(mach_port_name_t name, mach_msg_type_name_t type,
                                  struct ipc_port **port, mach_msg_type_name_t *received)
{
    kern_return_t result = ipc_space_copyin(current_thread()->space, name, type, port);
    if (result == KERN_SUCCESS) {
        *received = ipc_right_result_type(type);
    }
    return result;
}

TRAP_HANDLER(_kernelrpc_mach_port_insert_right_trap)
{
    struct ipc_space *space = own_space(a1);
    struct ipc_port *port;
    mach_msg_type_name_t type;
    if (space == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    if (!MACH_PORT_VALID((mach_port_name_t)a3)) {
        return KERN_INVALID_NAME;
    }
    kern_return_t result =
        right_copyin((mach_port_name_t)a3, (mach_msg_type_name_t)a4, &port, &type);
    if (result != KERN_SUCCESS) {
        return trap_result(result);
    }
    CALL_ROUTINE(3214, result, mach_port_insert_right(space, (mach_port_name_t)a2, port, type));
    if (result != KERN_SUCCESS) {
        ipc_port_release_right(port, type);
    }
    return trap_result(result);
}

/* Where the seventh argument of a trap lies: above the return address of the library's function. */
static uint64_t seventh_argument(void)
{
    return context_user_frame(&current_thread()->context)->rsp + sizeof(uint64_t);
}

/* task, name, id, sync, notify, disposition of notify, and (on the stack) where the previous
 * right's name goes. */
TRAP_HANDLER(_kernelrpc_mach_port_request_notification_trap)
{
    struct ipc_space *space = own_space(a1);
    struct ipc_port *notify;
    struct ipc_port *previous;
    mach_msg_type_name_t type;
    uint64_t previous_address;
    if (space == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    if (copyin(&previous_address, seventh_argument(), sizeof(previous_address)) != KERN_SUCCESS) {
        return KERN_INVALID_ADDRESS;
    }
    kern_return_t result =
        right_copyin((mach_port_name_t)a5, (mach_msg_type_name_t)a6, &notify, &type);
    if (result != KERN_SUCCESS) {
        return trap_result(result);
    }
    if (type != MACH_MSG_TYPE_PORT_SEND_ONCE) {
        result = KERN_INVALID_VALUE;
    } else {
        CALL_ROUTINE(3213, result,
                     mach_port_request_notification(space, (mach_port_name_t)a2, (mach_msg_id_t)a3,
                                                    (mach_port_mscount_t)a4, notify, &previous));
    }
    if (result != KERN_SUCCESS) {
        ipc_port_release_right(notify, type);
        return trap_result(result);
    }
    mach_port_name_t name = ipc_space_copyout(space, previous, MACH_MSG_TYPE_PORT_SEND_ONCE);
    return trap_result(copyout(previous_address, &name, sizeof(name)));
}
