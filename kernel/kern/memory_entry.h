/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory entries: rights to a range of a memory object.  An entry is immutable and lives as long as
 * somebody has a send right to its port; whoever uses it takes a copy of its values and a reference
 * on its object.
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>
#include <mach/vm_prot.h>

#include <lib/compiler.h>

struct ipc_port;
struct vm_object;

struct memory_entry {
    struct vm_object *object; /* a reference */
    uint64_t offset;          /* page aligned */
    uint64_t size;            /* whole pages */
    vm_prot_t protection;     /* the most that mappings may have */
};

/*
 * Make an entry like ENTRY and a send right to it; ENTRY's reference on the object is consumed on
 * success.
 * Returns: null without memory.  Context: any, no spin locks held.
 */
[[nodiscard]] struct ipc_port *memory_entry_create(const struct memory_entry *entry);

/*
 * The entry behind PORT, with a reference on its object for the caller.
 * Returns: KERN_SUCCESS; KERN_INVALID_RIGHT, PORT is no memory entry.
 */
[[nodiscard]] kern_return_t memory_entry_lookup(struct ipc_port *port, struct memory_entry *entry);

/* The last send right to PORT, an entry's, is gone: free the entry.  Context:
 * interrupts off before and after; may sleep. */
void memory_entry_no_senders(struct ipc_port *port);

/* Set up the zone.  Once, at boot. */
void memory_entry_init(void);
