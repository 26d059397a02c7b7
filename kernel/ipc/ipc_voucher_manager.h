/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The managers of voucher keys: what the values under a key mean is theirs alone.  A manager makes values by the
 * commands that it knows, shows them, and does with them what it is asked for.
 *
 *      IMPORTANCE       says for which task's sake something is done; no more follows from it here, as
 *                       importance is lent with each request (ipc_donation.h)
 *      USER_DATA, TEST  bytes of the maker's own
 *
 * The other keys have none: nobody keeps a ledger of work done for others (BANK), traces activities (ATM) or
 * has classes of threads (PTHPRIORITY).
 *
 * Context of all functions: any; no locks.
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>
#include <mach/mach_voucher_types.h>

#include <ipc/ipc_voucher_value.h>

struct quota;

/* What a value is to be made of. */
struct ipc_voucher_order {
    mach_voucher_attr_key_t key;
    mach_voucher_attr_recipe_command_t command;
    struct ipc_voucher_value *previous; /* under the same key, or null; the caller's */
    const uint8_t *content;
    uint32_t content_size;
    struct quota *quota; /* to charge it to */
};

/* Where bytes go. */
struct ipc_voucher_room {
    uint8_t *bytes;
    uint32_t size; /* in: how many fit; out: how many there are */
};

struct ipc_voucher_manager {
    /* Make the value of ORDER.  Returns: KERN_SUCCESS and *VALUE, with a reference, or null for none;
     * KERN_INVALID_ARGUMENT, the command or its content is not known; KERN_RESOURCE_SHORTAGE. */
    kern_return_t (*make)(const struct ipc_voucher_order *order, struct ipc_voucher_value **value);

    /* Show VALUE, not null.  Returns: KERN_SUCCESS, the content is in ROOM; KERN_NO_SPACE. */
    kern_return_t (*show)(const struct ipc_voucher_value *value, struct ipc_voucher_room *room);

    /* Do COMMAND, with what is in CONTENT, and answer in OUT.  Returns: as mach_voucher_attr_command(). */
    kern_return_t (*command)(mach_voucher_attr_command_t command, uint32_t content_size,
                             struct ipc_voucher_room *out);

    mach_voucher_attr_recipe_command_t
        remake; /* makes a value of the content that is shown, or NOOP */
};

/* The manager of KEY; null if KEY does not exist, or has none. */
const struct ipc_voucher_manager *ipc_voucher_manager_of(mach_voucher_attr_key_t key);
