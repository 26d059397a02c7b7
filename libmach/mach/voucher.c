/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls on vouchers that are also traps, and the voucher that a thread works for.  The library keeps the
 * latter's name for each thread, with the user reference that came in the message, and tells the kernel.
 */
#include <mach/mach_host.h>
#include <mach/mach_port.h>
#include <mach/mach_traps.h>
#include <mach/mach_voucher.h>
#include <mach/thread_act.h>

#include <mach/mach.h>

#include "../threads/thread_block.h"
#include "kernel_rpc.h"

kern_return_t host_create_mach_voucher(host_t host, mach_voucher_attr_raw_recipe_array_t recipes,
                                       mach_msg_type_number_t recipesCnt, ipc_voucher_t *voucher)
{
    kern_return_t result = host_create_mach_voucher_trap(host, recipes, (int)recipesCnt, voucher);
    return result == MACH_SEND_INVALID_DEST
               ? _kernelrpc_host_create_mach_voucher(host, recipes, recipesCnt, voucher)
               : result;
}

kern_return_t mach_voucher_extract_attr_recipe(ipc_voucher_t voucher, mach_voucher_attr_key_t key,
                                               mach_voucher_attr_raw_recipe_t recipe,
                                               mach_msg_type_number_t *recipeCnt)
{
    kern_return_t result = mach_voucher_extract_attr_recipe_trap(voucher, key, recipe, recipeCnt);
    return result == MACH_SEND_INVALID_DEST
               ? _kernelrpc_mach_voucher_extract_attr_recipe(voucher, key, recipe, recipeCnt)
               : result;
}

kern_return_t mach_voucher_deallocate(mach_voucher_t voucher)
{
    return mach_port_deallocate(mach_task_self_, voucher);
}

/* Take the voucher out of MESSAGE's header. Returns: its name, or null. */
static mach_voucher_t voucher_take(mach_msg_header_t *message)
{
    mach_voucher_t voucher = MACH_MSGH_BITS_HAS_VOUCHER(message->msgh_bits)
                                 ? message->msgh_voucher_port
                                 : MACH_VOUCHER_NULL;
    message->msgh_bits &= ~(mach_msg_bits_t)MACH_MSGH_BITS_VOUCHER_MASK;
    message->msgh_voucher_port = MACH_VOUCHER_NULL;
    return voucher;
}

/* Let the calling thread work for VOUCHER, or null, with its user reference. Returns: what it worked for. */
static mach_voucher_t voucher_exchange(mach_voucher_t voucher)
{
    struct thread_block *self = thread_block_self();
    mach_voucher_t former = self->voucher;
    self->voucher = voucher;
    (void)thread_set_mach_voucher(self->thread_port, voucher);
    return former;
}

boolean_t voucher_mach_msg_set(mach_msg_header_t *message)
{
    mach_voucher_t voucher = thread_block_self()->voucher;
    if (voucher == MACH_VOUCHER_NULL || MACH_MSGH_BITS_HAS_VOUCHER(message->msgh_bits)) {
        return FALSE;
    }
    message->msgh_bits |= MACH_MSGH_BITS_SET_PORTS(0, 0, MACH_MSG_TYPE_COPY_SEND);
    message->msgh_voucher_port = voucher;
    return TRUE;
}

void voucher_mach_msg_clear(mach_msg_header_t *message)
{
    bool was_moved = MACH_MSGH_BITS_VOUCHER(message->msgh_bits) == MACH_MSG_TYPE_MOVE_SEND;
    mach_voucher_t voucher = voucher_take(message);
    if (was_moved && voucher != MACH_VOUCHER_NULL) {
        (void)mach_voucher_deallocate(voucher);
    }
}

voucher_mach_msg_state_t voucher_mach_msg_adopt(mach_msg_header_t *message)
{
    mach_voucher_t voucher = voucher_take(message);
    if (voucher == MACH_VOUCHER_NULL) {
        return VOUCHER_MACH_MSG_STATE_UNCHANGED;
    }
    return (voucher_mach_msg_state_t)(uintptr_t)voucher_exchange(voucher);
}

void voucher_mach_msg_revert(voucher_mach_msg_state_t state)
{
    if (state == VOUCHER_MACH_MSG_STATE_UNCHANGED) {
        return;
    }
    mach_voucher_t adopted = voucher_exchange((mach_voucher_t)(uintptr_t)state);
    if (adopted != MACH_VOUCHER_NULL) {
        (void)mach_voucher_deallocate(adopted);
    }
}
