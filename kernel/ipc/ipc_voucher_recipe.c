/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Carrying out recipes.  The values are collected in a draft, which only becomes a voucher when all steps have
 * succeeded.
 */
#include <ipc/ipc_voucher_recipe.h>

#include <lib/string.h>
#include <ipc/ipc_space.h>
#include <ipc/ipc_voucher.h>
#include <ipc/ipc_voucher_manager.h>

/* One step, taken out of a recipe. */
struct step {
    const uint8_t *content;
    const struct ipc_voucher *previous;   /* or null */
    mach_voucher_attr_recipe_data_t head; /* last: has no end of its own */
};

/* The keys from FIRST to LAST. */
struct key_range {
    mach_voucher_attr_key_t first;
    mach_voucher_attr_key_t last;
};

/* The keys that KEY stands for.  Returns: false if there are none. */
static bool keys_of(mach_voucher_attr_key_t key, struct key_range *range)
{
    bool is_all = key == MACH_VOUCHER_ATTR_KEY_ALL;
    *range = is_all ? (struct key_range){ 1, IPC_VOUCHER_KEYS } : (struct key_range){ key, key };
    return is_all || (key != MACH_VOUCHER_ATTR_KEY_NONE && key <= IPC_VOUCHER_KEYS);
}

/* Put VALUE, with its reference, under KEY of DRAFT. */
static void put(struct ipc_voucher_values *draft, mach_voucher_attr_key_t key,
                struct ipc_voucher_value *value)
{
    ipc_voucher_value_release(draft->of_key[key - 1]);
    draft->of_key[key - 1] = value;
}

/* Take over what the previous voucher has. */
static kern_return_t copy_values(struct ipc_voucher_values *draft, const struct step *step)
{
    struct key_range keys;
    if (step->head.content_size != 0) {
        return KERN_INVALID_ARGUMENT;
    }
    if (step->previous == nullptr) {
        return KERN_SUCCESS;
    }
    if (!keys_of(step->head.key, &keys)) {
        return KERN_INVALID_ARGUMENT;
    }
    for (mach_voucher_attr_key_t key = keys.first; key <= keys.last; key++) {
        struct ipc_voucher_value *value = step->previous->values.of_key[key - 1];
        ipc_voucher_value_reference(value);
        put(draft, key, value);
    }
    return KERN_SUCCESS;
}

/* Remove values; if there is a previous voucher, those that are the same there. */
static kern_return_t remove_values(struct ipc_voucher_values *draft, const struct step *step)
{
    struct key_range keys;
    if (step->head.content_size != 0 || !keys_of(step->head.key, &keys)) {
        return KERN_INVALID_ARGUMENT;
    }
    for (mach_voucher_attr_key_t key = keys.first; key <= keys.last; key++) {
        if (step->previous == nullptr ||
            step->previous->values.of_key[key - 1] == draft->of_key[key - 1]) {
            put(draft, key, nullptr);
        }
    }
    return KERN_SUCCESS;
}

/* Let the manager of KEY make a value, of that of the previous voucher, or of the one that is there. */
static kern_return_t make_value(struct ipc_voucher_values *draft, const struct step *step,
                                mach_voucher_attr_key_t key, struct quota *quota)
{
    const struct ipc_voucher_manager *manager = ipc_voucher_manager_of(key);
    if (manager == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    const struct ipc_voucher_values *from =
        step->previous != nullptr ? &step->previous->values : draft;
    const struct ipc_voucher_order order = {
        .key = key,
        .command = step->head.command,
        .previous = from->of_key[key - 1],
        .content = step->content,
        .content_size = step->head.content_size,
        .quota = quota,
    };
    struct ipc_voucher_value *value;
    kern_return_t result = manager->make(&order, &value);
    if (result == KERN_SUCCESS) {
        put(draft, key, value);
    }
    return result;
}

/* Redeem values.  All keys at once can only be redeemed where all have managers, as on Darwin. */
static kern_return_t redeem_values(struct ipc_voucher_values *draft, const struct step *step,
                                   struct quota *quota)
{
    struct key_range keys;
    if (!keys_of(step->head.key, &keys)) {
        return KERN_INVALID_ARGUMENT;
    }
    kern_return_t result = KERN_SUCCESS;
    for (mach_voucher_attr_key_t key = keys.first; key <= keys.last && result == KERN_SUCCESS;
         key++) {
        result = make_value(draft, step, key, quota);
    }
    return result;
}

static kern_return_t carry_out(struct ipc_voucher_values *draft, const struct step *step,
                               struct quota *quota)
{
    switch (step->head.command) {
    case MACH_VOUCHER_ATTR_COPY: return copy_values(draft, step);
    case MACH_VOUCHER_ATTR_REMOVE: return remove_values(draft, step);
    case MACH_VOUCHER_ATTR_SET_VALUE_HANDLE: return KERN_INVALID_CAPABILITY;
    case MACH_VOUCHER_ATTR_REDEEM: return redeem_values(draft, step, quota);
    default: return make_value(draft, step, step->head.key, quota);
    }
}

/* Carry out the step at RECIPE, where SIZE bytes are left, and take it off both. */
static kern_return_t next_step(struct ipc_voucher_values *draft, struct ipc_space *space,
                               const uint8_t **recipe, uint32_t *size)
{
    struct step step = {};
    if (*size < sizeof(step.head)) {
        return KERN_INVALID_ARGUMENT;
    }
    memcpy(&step.head, *recipe, sizeof(step.head));
    step.content = *recipe + sizeof(step.head);
    *size -= sizeof(step.head);
    if (*size < step.head.content_size) {
        return KERN_INVALID_ARGUMENT;
    }
    *recipe = step.content + step.head.content_size;
    *size -= step.head.content_size;

    struct ipc_voucher *previous = nullptr;
    if (step.head.previous_voucher != MACH_VOUCHER_NAME_NULL) {
        previous = ipc_voucher_of_name(space, step.head.previous_voucher);
        if (previous == nullptr) {
            return KERN_INVALID_CAPABILITY;
        }
    }
    step.previous = previous;
    kern_return_t result = carry_out(draft, &step, space->quota);
    ipc_voucher_release(previous);
    return result;
}

kern_return_t ipc_voucher_create_by_recipe(struct ipc_space *space, const uint8_t *recipe,
                                           uint32_t size, struct ipc_voucher **voucher)
{
    struct ipc_voucher_values draft = {};
    kern_return_t result = KERN_SUCCESS;
    *voucher = nullptr;
    if (size == 0) {
        return KERN_SUCCESS;
    }
    while (size != 0 && result == KERN_SUCCESS) {
        result = next_step(&draft, space, &recipe, &size);
    }
    if (result == KERN_SUCCESS) {
        return ipc_voucher_create(&draft, space->quota, voucher);
    }
    ipc_voucher_values_release(&draft);
    return result;
}
