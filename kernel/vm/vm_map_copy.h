/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory on its way from one map to another (out-of-line data): a list of entries without a place.
 * Making one from a map costs per entry, not per page.
 *
 * The receiver of a copy sees no byte outside of the range that was copied: pages that belong to
 * the range only in part are copied physically, into pages of zeros.  So is all of a range that
 * touches at most two pages and is not made of whole ones; such a copy begins at the start of a
 * page.
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>

#include <vm/vm_map.h>

struct vm_map_copy {
    uint64_t offset;     /* of the first byte in its page */
    uint64_t size;       /* bytes */
    struct list entries; /* by link; start and end are relative to the first page */
    bool first_is_used;
    struct vm_map_entry first; /* the common copy's only entry: no second allocation */
};

/* Addresses that the entries of COPY span. */
static inline uint64_t vm_map_copy_span(const struct vm_map_copy *copy)
{
    return (copy->offset + copy->size + PAGE_MASK) & ~PAGE_MASK;
}

/* Bytes of kernel memory that COPY (or null) takes, without the pages. */
uint64_t vm_map_copy_overhead(const struct vm_map_copy *copy);

/*
 * Take [ADDRESS, ADDRESS + SIZE) of MAP copy-on-write; with DESTROY the range leaves MAP: whole
 * pages are moved, partial ones copied and all freed, as if deallocated.  SIZE 0 gives a null
 * copy.
 * Returns: KERN_SUCCESS and *COPY, which the caller owns; KERN_INVALID_ADDRESS, not all mapped;
 *          KERN_PROTECTION_FAILURE, not readable, or device memory; KERN_RESOURCE_SHORTAGE.
 */
[[nodiscard]] kern_return_t vm_map_copyin(struct vm_map *map, virt_addr_t address, uint64_t size,
                                          bool destroy, struct vm_map_copy **copy);

/* Make a copy of SIZE bytes of kernel data; SIZE 0 gives a null copy.
 * Returns: KERN_SUCCESS; KERN_RESOURCE_SHORTAGE. */
[[nodiscard]] kern_return_t vm_map_copyin_kernel(const void *data, uint64_t size,
                                                 struct vm_map_copy **copy);

/*
 * Map COPY somewhere in MAP (*ADDRESS out), consuming it on success.  A null copy gives address 0.
 * Returns: KERN_SUCCESS; KERN_NO_SPACE; KERN_RESOURCE_SHORTAGE: COPY is still the caller's.
 */
[[nodiscard]] kern_return_t vm_map_copyout(struct vm_map *map, virt_addr_t *address,
                                           struct vm_map_copy *copy);

/*
 * Write COPY over existing memory at ADDRESS (mapped and writable), consuming it on success.
 * Whole pages of memory that is not shared are replaced, others written.
 * Returns: KERN_SUCCESS; KERN_INVALID_ADDRESS, not all mapped; KERN_PROTECTION_FAILURE, not
 *          writable; KERN_RESOURCE_SHORTAGE, KERN_MEMORY_ERROR, a part may have been written.
 */
[[nodiscard]] kern_return_t vm_map_copy_overwrite(struct vm_map *map, virt_addr_t address,
                                                  struct vm_map_copy *copy);

/* Read SIZE bytes of COPY, not more than it has, into kernel memory TO.  COPY stays the caller's.
 * Returns: KERN_SUCCESS; KERN_MEMORY_ERROR or KERN_RESOURCE_SHORTAGE, a pager failed. */
[[nodiscard]] kern_return_t vm_map_copy_read(struct vm_map_copy *copy, void *to, uint64_t size);

/* Drop COPY; null is ignored. */
void vm_map_copy_discard(struct vm_map_copy *copy);
