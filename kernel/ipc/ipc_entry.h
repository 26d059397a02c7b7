/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entries of a space: what a name denotes.  ipc_space.h tells how they are kept.
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>
#include <mach/port.h>

#include <lib/compiler.h>
#include <lib/rbtree.h>
#include <ipc/ipc_object.h>

struct ipc_port;
struct ipc_request;
struct ipc_space;

/* Entries in a chunk of the table, and the most indices a table may have. */
#define IPC_ENTRY_CHUNK     64u
#define IPC_HASH_CHUNK      (IPC_ENTRY_CHUNK / 2) /* slots of the hash that come with a chunk */
#define IPC_ENTRY_INDEX_MAX (1u << 20)

/* ipc_entry.bits: user references in the low half, MACH_PORT_TYPE_* above. */
#define IPC_ENTRY_UREFS_MASK 0x0000ffffu
#define IPC_ENTRY_TYPE_MASK  0x001f0000u

struct ipc_entry {
    struct ipc_object *object; /* a reference; null for a dead name */
    uint32_t bits;             /* 0: the entry is free */
    union {
        mach_port_name_t name; /* free: the name it had last */
        uint8_t generation;    /* its low bits: MACH_PORT_GEN() */
    };
    union {
        struct ipc_entry *hash_next; /* entries with send or receive rights: next in the bucket */
        struct ipc_entry *next_free;
    };
    struct ipc_request *request; /* null, or what the task asked to be told (its own) */
};

/* An entry with a name that the caller chose. */
struct ipc_chosen_entry {
    struct ipc_entry entry;
    struct rbtree_node node; /* by name */
};

static inline uint32_t ipc_entry_urefs(const struct ipc_entry *entry)
{
    return entry->bits & IPC_ENTRY_UREFS_MASK;
}

static inline uint32_t ipc_entry_type(const struct ipc_entry *entry)
{
    return entry->bits & IPC_ENTRY_TYPE_MASK;
}

/* Drop COUNT user references of ENTRY, which has more.  At the maximum nobody knows how many there
 * were: the count stays. */
static inline void ipc_entry_drop_urefs(struct ipc_entry *entry, uint32_t count)
{
    if (ipc_entry_urefs(entry) != MACH_PORT_UREFS_MAX) {
        entry->bits -= count;
    }
}

/* The port behind ENTRY, which holds a right to one. */
static inline struct ipc_port *ipc_entry_port(const struct ipc_entry *entry)
{
    return (struct ipc_port *)entry->object;
}
