/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vouchers for tests.
 */
#pragma once

#include <stdint.h>

#include <mach/mach.h>
#include <mach/mach_voucher.h>

#define CONTENT_MAX 64

/* A recipe of one step. */
struct one_step {
    mach_voucher_attr_key_t key;
    mach_voucher_attr_recipe_command_t command;
    mach_voucher_name_t previous;
    uint32_t content_size;
    uint8_t content[CONTENT_MAX];
};

/* A step with TEXT, if not null, and its end as content. */
struct one_step step_of(mach_voucher_attr_key_t key, mach_voucher_attr_recipe_command_t command,
                        mach_voucher_name_t previous, const char *text);

/* Bytes of STEP in a recipe. */
static inline uint32_t step_size(const struct one_step *step)
{
    return sizeof(mach_voucher_attr_recipe_data_t) + step->content_size;
}

/* Make a voucher by STEP. */
kern_return_t create_by(struct one_step step, mach_voucher_t *voucher);

/* The voucher with TEXT as user data; a user reference. */
mach_voucher_t voucher_with(const char *text);

/* Does VOUCHER have TEXT under KEY?  Null: nothing. */
bool voucher_has(mach_voucher_t voucher, mach_voucher_attr_key_t key, const char *text);

/* Give up a user reference. */
void voucher_drop(mach_voucher_t voucher);
