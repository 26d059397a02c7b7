/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Looking into vouchers.  What is read never changes, so nothing is locked.
 */
#include <ipc/mach_voucher.h>

#include <lib/string.h>
#include <ipc/ipc_right.h>
#include <ipc/ipc_space.h>
#include <ipc/ipc_voucher.h>
#include <ipc/ipc_voucher_manager.h>

#define STEP_SIZE ((uint32_t)sizeof(mach_voucher_attr_recipe_data_t))

/* The value of VOUCHER under KEY, which need not exist; null if there is none. */
static const struct ipc_voucher_value *value_under(const struct ipc_voucher *voucher,
                                                   mach_voucher_attr_key_t key)
{
    bool exists = key != MACH_VOUCHER_ATTR_KEY_NONE && key <= IPC_VOUCHER_KEYS;
    return exists ? voucher->values.of_key[key - 1] : nullptr;
}

static kern_return_t write_content(const struct ipc_voucher_value *value,
                                   struct ipc_voucher_room *room)
{
    return ipc_voucher_manager_of(value->key)->show(value, room);
}

/* Write the step of a recipe that shows VALUE, or makes it, into ROOM.  Returns: KERN_SUCCESS;
 * KERN_NO_SPACE. */
static kern_return_t write_step(const struct ipc_voucher_value *value,
                                struct ipc_voucher_room *room)
{
    if (room->size < STEP_SIZE) {
        return KERN_NO_SPACE;
    }
    struct ipc_voucher_room content = { room->bytes + STEP_SIZE, room->size - STEP_SIZE };
    kern_return_t result = write_content(value, &content);
    if (result != KERN_SUCCESS) {
        return result;
    }
    const mach_voucher_attr_recipe_data_t step = {
        .key = value->key,
        .command = ipc_voucher_manager_of(value->key)->remake,
        .previous_voucher = MACH_VOUCHER_NAME_NULL,
        .content_size = content.size,
    };
    memcpy(room->bytes, &step, STEP_SIZE);
    room->size = STEP_SIZE + content.size;
    return KERN_SUCCESS;
}

/* Let WRITE show what VOUCHER has under KEY in the *SIZE bytes at BYTES: nothing, if there is nothing. */
static kern_return_t extract(const struct ipc_voucher *voucher, mach_voucher_attr_key_t key,
                             kern_return_t (*write)(const struct ipc_voucher_value *value,
                                                    struct ipc_voucher_room *room),
                             uint8_t *bytes, mach_msg_type_number_t *size)
{
    if (voucher == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    const struct ipc_voucher_value *value = value_under(voucher, key);
    struct ipc_voucher_room room = { bytes, value != nullptr ? *size : 0 };
    kern_return_t result = value != nullptr ? write(value, &room) : KERN_SUCCESS;
    *size = room.size;
    return result;
}

kern_return_t mach_voucher_extract_attr_content(struct ipc_voucher *voucher,
                                                mach_voucher_attr_key_t key,
                                                mach_voucher_attr_content_t content,
                                                mach_msg_type_number_t *size)
{
    return extract(voucher, key, write_content, content, size);
}

kern_return_t mach_voucher_extract_attr_recipe(struct ipc_voucher *voucher,
                                               mach_voucher_attr_key_t key,
                                               mach_voucher_attr_raw_recipe_t recipe,
                                               mach_msg_type_number_t *size)
{
    return extract(voucher, key, write_step, recipe, size);
}

kern_return_t mach_voucher_extract_all_attr_recipes(struct ipc_voucher *voucher,
                                                    mach_voucher_attr_raw_recipe_array_t recipes,
                                                    mach_msg_type_number_t *size)
{
    if (voucher == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    uint32_t used = 0;
    for (mach_voucher_attr_key_t key = 1; key <= IPC_VOUCHER_KEYS; key++) {
        const struct ipc_voucher_value *value = value_under(voucher, key);
        struct ipc_voucher_room room = { recipes + used, *size - used };
        if (value == nullptr) {
            continue;
        }
        kern_return_t result = write_step(value, &room);
        if (result != KERN_SUCCESS) {
            return result;
        }
        used += room.size;
    }
    *size = used;
    return KERN_SUCCESS;
}

kern_return_t mach_voucher_attr_command(struct ipc_voucher *voucher, mach_voucher_attr_key_t key,
                                        mach_voucher_attr_command_t command,
                                        [[maybe_unused]] mach_voucher_attr_content_t in_content,
                                        mach_msg_type_number_t in_size,
                                        mach_voucher_attr_content_t out_content,
                                        mach_msg_type_number_t *out_size)
{
    const struct ipc_voucher_manager *manager = ipc_voucher_manager_of(key);
    if (voucher == nullptr || manager == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    struct ipc_voucher_room out = { out_content, *out_size };
    kern_return_t result = manager->command(command, in_size, &out);
    *out_size = out.size;
    return result;
}

/* The voucher that TASK calls NAME, with a reference in *VOUCHER. */
static kern_return_t find_voucher(struct ipc_space *task, mach_port_name_t name,
                                  struct ipc_voucher **voucher)
{
    interrupt_state_t state = spin_lock_save(&task->lock);
    struct ipc_entry *entry = task->is_active ? ipc_entry_lookup(task, name) : nullptr;
    bool is_right =
        entry != nullptr && (entry->bits & MACH_PORT_TYPE_SEND) && !ipc_right_check(task, entry);
    spin_unlock_restore(&task->lock, state);
    if (!is_right) {
        return KERN_INVALID_ARGUMENT;
    }
    *voucher = ipc_voucher_of_name(task, name);
    return *voucher != nullptr ? KERN_SUCCESS : KERN_FAILURE;
}

kern_return_t mach_voucher_debug_info(struct ipc_space *task, mach_port_name_t voucher_name,
                                      mach_voucher_attr_raw_recipe_array_t recipes,
                                      mach_msg_type_number_t *size)
{
    struct ipc_voucher *voucher;
    if (task == nullptr) {
        return KERN_INVALID_TASK;
    }
    kern_return_t result = find_voucher(task, voucher_name, &voucher);
    if (result == KERN_SUCCESS) {
        result = mach_voucher_extract_all_attr_recipes(voucher, recipes, size);
        ipc_voucher_release(voucher);
    }
    return result;
}
