/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A voucher: a set of values, at most one under each key, that never changes.  Equal vouchers are one
 * object, and equal values are one, so to compare two vouchers is to compare their values' addresses.
 *
 *      recipe --draft--> ipc_voucher_create() --> voucher <-- port <-- send rights in spaces and messages
 *                                                    |
 *                                                 values (ipc_voucher_value.h), shared among vouchers
 *
 * A voucher lives as long as the kernel has references on it or its port has send rights.  Both are looked at
 * together, under the port's lock and then the vouchers': whoever drops the last of either ends it.
 *
 * Locks: port -> vouchers (which protects the tree of all vouchers and their references).
 * Context of all functions: any; no locks that come after the port's.
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>
#include <mach/mach_voucher_types.h>

#include <lib/rbtree.h>
#include <ipc/ipc_port.h>
#include <ipc/ipc_voucher_value.h>

struct ipc_space;

/* Keys are 1 to this. */
#define IPC_VOUCHER_KEYS MACH_VOUCHER_ATTR_KEY_NUM_WELL_KNOWN

/* The values of a voucher, or of one that is about to be made: by key - 1, null without value; a reference on
 * each. */
struct ipc_voucher_values {
    struct ipc_voucher_value *of_key[IPC_VOUCHER_KEYS];
};

/* Lock keys: (v) vouchers' lock, (c) constant after creation. */
struct ipc_voucher {
    struct ipc_voucher_values values; /* (c) */
    struct ipc_port *port;            /* (c) a reference; charged to whom the voucher is */
    struct rbtree_node node;          /* (v) */
    uint32_t references;              /* (v) of the kernel; send rights to the port come on top */
};

/* Drop the references of VALUES, which is empty then. */
void ipc_voucher_values_release(struct ipc_voucher_values *values);

/*
 * The voucher with VALUES, whose references are consumed in any case, charged to QUOTA if it has to be made.
 * Returns: KERN_SUCCESS and *VOUCHER, with a reference for the caller; KERN_RESOURCE_SHORTAGE.
 */
[[nodiscard]] kern_return_t ipc_voucher_create(struct ipc_voucher_values *values,
                                               struct quota *quota, struct ipc_voucher **voucher);

/* Count a reference on VOUCHER; drop one.  The second ignores null, and may sleep. */
void ipc_voucher_reference(struct ipc_voucher *voucher);
void ipc_voucher_release(struct ipc_voucher *voucher);

/* The voucher behind PORT, with a reference; null if PORT is none or something else. */
[[nodiscard]] struct ipc_voucher *ipc_voucher_of_port(struct ipc_port *port);

/* The voucher that SPACE has a send right to under NAME, in the same way. */
[[nodiscard]] struct ipc_voucher *ipc_voucher_of_name(struct ipc_space *space,
                                                      mach_port_name_t name);

/* A send right to VOUCHER's port, made for the caller, whose reference stays his. */
[[nodiscard]] struct ipc_port *ipc_voucher_make_send(struct ipc_voucher *voucher);

/* The last send right to PORT, a voucher's, is gone.  May sleep. */
void ipc_voucher_no_senders(struct ipc_port *port);

/* Set up vouchers and their values.  Once, at boot. */
void ipc_voucher_init(void);
