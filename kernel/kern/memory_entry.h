/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory entries: rights to a range of a memory object, or to what a range of addresses showed, which
 * then lies in a map of the entry's own that no thread ever runs in.  An entry lives as long as somebody
 * has a send right to its port, and only its cache mode ever changes; whoever uses it takes a copy of
 * its values and a reference on its object or map.
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>
#include <mach/vm_prot.h>

#include <lib/compiler.h>

struct ipc_port;
struct vm_map;
struct vm_object;

struct memory_entry {
    struct vm_object *object; /* a reference; null: MAP has the memory */
    struct vm_map *map;       /* a reference; null: OBJECT is the memory */
    uint64_t offset;          /* in OBJECT, or address in MAP; page aligned */
    uint64_t size;            /* whole pages */
    uint64_t data_offset;     /* in the first page: where what was asked for begins */
    vm_prot_t protection;     /* the most that mappings may have */
    uint32_t access;          /* cache mode that was asked for: MAP_MEM_NOOP, ... */
};

/*
 * Make an entry like ENTRY and a send right to it; ENTRY's reference is consumed on success.
 * Returns: null without memory.  Context: any, no spin locks held.
 */
[[nodiscard]] struct ipc_port *memory_entry_create(const struct memory_entry *entry);

/*
 * The entry behind PORT, with a reference on its object or map, which memory_entry_release() gives back.
 * Returns: KERN_SUCCESS; KERN_INVALID_OBJECT, PORT is no memory entry.
 */
[[nodiscard]] kern_return_t memory_entry_lookup(struct ipc_port *port, struct memory_entry *entry);
void memory_entry_release(const struct memory_entry *entry);

/* Note the cache mode ACCESS for the entry behind PORT, if there is one. */
void memory_entry_set_access(struct ipc_port *port, uint32_t access);

/* The last send right to PORT, an entry's, is gone: free the entry.  Context:
 * interrupts off before and after; may sleep. */
void memory_entry_no_senders(struct ipc_port *port);

/* Set up the zone.  Once, at boot. */
void memory_entry_init(void);
