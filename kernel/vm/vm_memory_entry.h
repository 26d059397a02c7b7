/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A memory entry: a part of an object that can be named by a port and mapped by whoever has a right
 * to it, at most with the entry's protection.  kern/ joins it to the port.
 *
 * An entry that allows writing makes its object shared for good; one that does not leaves it as it is,
 * so that a file system's pages, say, can be copied on by reference.
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>
#include <mach/vm_prot.h>

#include <lib/refcount.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>

struct vm_memory_entry {
    struct refcount references;
    struct vm_object *object;       /* constant, holds a reference */
    uint64_t offset;                /* constant, page aligned */
    uint64_t size;                  /* constant, whole pages */
    vm_prot_t protection;           /* constant */
};

/* An entry for what is at [ADDRESS, ADDRESS + *SIZE) in MAP, rounded outwards to pages, as far as one
 * object covers it (*SIZE out).  Returns: KERN_SUCCESS; the codes of vm_map_lookup_object(). */
[[nodiscard]] kern_return_t vm_memory_entry_create(struct vm_map *map, virt_addr_t address,
                                                   uint64_t *size, vm_prot_t protection,
                                                   struct vm_memory_entry **entry);

/* An entry for [OFFSET, OFFSET + SIZE) of OBJECT, in whole pages and not beyond its end.  Consumes a
 * reference on success.  Returns: null without memory. */
[[nodiscard]] struct vm_memory_entry *
vm_memory_entry_create_from_object(struct vm_object *object, uint64_t offset, uint64_t size,
                                   vm_prot_t protection);

/* An entry for SIZE bytes of new memory, zeros.
 * Returns: KERN_SUCCESS; KERN_INVALID_ARGUMENT, a bad size; KERN_RESOURCE_SHORTAGE. */
[[nodiscard]] kern_return_t vm_memory_entry_create_anonymous(uint64_t size, vm_prot_t protection,
                                                             struct vm_memory_entry **entry);

/* Count a reference; drop one: the last frees the entry.  Null is ignored by the second. */
void vm_memory_entry_reference(struct vm_memory_entry *entry);
void vm_memory_entry_release(struct vm_memory_entry *entry);
