/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The managers that there are.
 */
#include <ipc/ipc_voucher_manager.h>

#include <lib/compiler.h>
#include <lib/format.h>
#include <lib/string.h>
#include <arch/cpu.h>
#include <sched/thread.h>
#include <ipc/ipc_space.h>
#include <ipc/ipc_voucher.h>

/* Both managers redeem a value for itself. */
static kern_return_t redeem(const struct ipc_voucher_order *order, struct ipc_voucher_value **value)
{
    ipc_voucher_value_reference(order->previous);
    *value = order->previous;
    return KERN_SUCCESS;
}

static kern_return_t data_make(const struct ipc_voucher_order *order,
                               struct ipc_voucher_value **value)
{
    switch (order->command) {
    case MACH_VOUCHER_ATTR_REDEEM: return redeem(order, value);
    case MACH_VOUCHER_ATTR_USER_DATA_STORE: break;
    default: return KERN_INVALID_ARGUMENT;
    }
    if (order->content_size == 0) {
        *value = nullptr;
        return KERN_SUCCESS;
    }
    return ipc_voucher_value_create(order->key, order->content, order->content_size, order->quota,
                                    value);
}

/* Who has no room at all does not want to see it. */
static kern_return_t data_show(const struct ipc_voucher_value *value, struct ipc_voucher_room *room)
{
    if (room->size != 0 && room->size < value->size) {
        return KERN_NO_SPACE;
    }
    room->size = room->size != 0 ? value->size : 0;
    memcpy(room->bytes, value->bytes, room->size);
    return KERN_SUCCESS;
}

static kern_return_t data_command([[maybe_unused]] mach_voucher_attr_command_t command,
                                  [[maybe_unused]] uint32_t content_size,
                                  [[maybe_unused]] struct ipc_voucher_room *out)
{
    return KERN_FAILURE;
}

/* Where an audit token has the process. */
#define AUDIT_PID 5

/* The process id of the running thread's task. */
static uint32_t own_pid(void)
{
    struct ipc_space *space = current_thread()->space;
    interrupt_state_t state = spin_lock_save(&space->lock);
    uint32_t pid = space->sender->audit.val[AUDIT_PID];
    spin_unlock_restore(&space->lock, state);
    return pid;
}

/* The value is the text that shows it. */
static kern_return_t importance_make(const struct ipc_voucher_order *order,
                                     struct ipc_voucher_value **value)
{
    char text[32];
    if (order->content_size != 0) {
        return KERN_INVALID_ARGUMENT;
    }
    switch (order->command) {
    case MACH_VOUCHER_ATTR_REDEEM: return redeem(order, value);
    case MACH_VOUCHER_ATTR_IMPORTANCE_SELF: break;
    default: return KERN_INVALID_ARGUMENT;
    }
    uint32_t length =
        (uint32_t)format_string(text, sizeof(text), "Importance for pid %u", own_pid());
    return ipc_voucher_value_create(order->key, text, length + 1, order->quota, value);
}

/* The text is cut to fit. */
static kern_return_t importance_show(const struct ipc_voucher_value *value,
                                     struct ipc_voucher_room *room)
{
    if (room->size == 0) {
        return KERN_NO_SPACE;
    }
    if (room->size > value->size) {
        room->size = value->size;
    }
    memcpy(room->bytes, value->bytes, room->size - 1);
    room->bytes[room->size - 1] = '\0';
    return KERN_SUCCESS;
}

/* A task has no importance that it was given by a voucher, so none can be dropped. */
static kern_return_t importance_command(mach_voucher_attr_command_t command, uint32_t content_size,
                                        struct ipc_voucher_room *out)
{
    const uint32_t number = sizeof(mach_voucher_attr_importance_refs);
    if (content_size != number || (out->size != 0 && out->size != number)) {
        return KERN_INVALID_ARGUMENT;
    }
    return command == MACH_VOUCHER_IMPORTANCE_ATTR_DROP_EXTERNAL ? KERN_INVALID_ARGUMENT
                                                                 : KERN_NOT_SUPPORTED;
}

static const struct ipc_voucher_manager data_manager = {
    .make = data_make,
    .show = data_show,
    .command = data_command,
    .remake = MACH_VOUCHER_ATTR_USER_DATA_STORE,
};

static const struct ipc_voucher_manager importance_manager = {
    .make = importance_make,
    .show = importance_show,
    .command = importance_command,
    .remake = MACH_VOUCHER_ATTR_NOOP,
};

static const struct ipc_voucher_manager *const managers[IPC_VOUCHER_KEYS + 1] = {
    [MACH_VOUCHER_ATTR_KEY_IMPORTANCE] = &importance_manager,
    [MACH_VOUCHER_ATTR_KEY_USER_DATA] = &data_manager,
    [MACH_VOUCHER_ATTR_KEY_TEST] = &data_manager,
};

const struct ipc_voucher_manager *ipc_voucher_manager_of(mach_voucher_attr_key_t key)
{
    return key < ARRAY_SIZE(managers) ? managers[key] : nullptr;
}
