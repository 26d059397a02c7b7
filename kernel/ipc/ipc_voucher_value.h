/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A value in a voucher: bytes under a key, that never change.  Equal values are one object: all are in a tree,
 * ordered by a hash of the bytes and then by the bytes themselves, so that nobody can make the search long.
 *
 * References: one of each voucher with the value, and of who is about to make one.
 * Locks: that of voucher values, which nothing else is taken under.
 * Context of all functions: any.
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>
#include <mach/mach_voucher_types.h>

#include <lib/rbtree.h>

struct quota;

/* Lock keys: (l) lock of the values, (c) constant after creation. */
struct ipc_voucher_value {
    mach_voucher_attr_key_t key; /* (c) */
    uint32_t size;               /* (c) of the bytes; not 0 */
    uint64_t hash;               /* (c) of the bytes */
    const uint8_t *bytes;        /* (c) */
    struct rbtree_node node;     /* (l) */
    uint32_t references;         /* (l) */
    struct quota *quota;         /* (c) a reference: of who made it */
    uint8_t storage[];
};

/*
 * The value under KEY of SIZE bytes, not 0, at BYTES, charged to QUOTA if it has to be made.
 * Returns: KERN_SUCCESS and *VALUE, with a reference for the caller; KERN_RESOURCE_SHORTAGE.
 */
[[nodiscard]] kern_return_t ipc_voucher_value_create(mach_voucher_attr_key_t key, const void *bytes,
                                                     uint32_t size, struct quota *quota,
                                                     struct ipc_voucher_value **value);

/* Count a reference on VALUE; drop one.  Both ignore null. */
void ipc_voucher_value_reference(struct ipc_voucher_value *value);
void ipc_voucher_value_release(struct ipc_voucher_value *value);

/* Set them up.  Once, at boot. */
void ipc_voucher_value_init(void);
