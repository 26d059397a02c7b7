/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Recipes: steps that put values under the keys of a voucher, one after the other, beginning with none.
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>

#include <lib/compiler.h>

struct ipc_space;
struct ipc_voucher;

/*
 * Make a voucher by the SIZE bytes of RECIPE, in which the names of others are SPACE's; what has to be made is charged to
 * its quota.  Context: any; no locks; may sleep.
 * Returns: KERN_SUCCESS and *VOUCHER, with a reference for the caller, or null if SIZE is 0;
 *          KERN_INVALID_ARGUMENT, KERN_INVALID_CAPABILITY, KERN_RESOURCE_SHORTAGE, as
 *          host_create_mach_voucher.
 */
[[nodiscard]] kern_return_t ipc_voucher_create_by_recipe(struct ipc_space *space,
                                                         const uint8_t *recipe, uint32_t size,
                                                         struct ipc_voucher **voucher);
