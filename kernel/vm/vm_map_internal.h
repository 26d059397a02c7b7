/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of vm_map share: finding, linking, splitting entries, and making copies of what
 * they show.  For vm/ only.
 */
#pragma once

#include <mem/quota.h>
#include <vm/vm_map.h>

#define VM_MAP_GAP_NONE UINT64_MAX

/* Set up the zones of the files that have one. */
void vm_map_init_zones(void);
void vm_map_copy_init_zone(void);

/* Memory for an entry, contents undefined, and its way back; the entry's object is the caller's. */
[[nodiscard]] struct vm_map_entry *vm_map_entry_create(void);
void vm_map_entry_free(struct vm_map_entry *entry);

/* False if MAP's quota is used up: it is to get no more entries.  A look that may be overtaken. */
static inline bool vm_map_has_room(const struct vm_map *map)
{
    return !quota_is_used_up(map->quota, QUOTA_KERNEL_BYTES);
}

/* [*START, *END) rounded outwards to pages.  Returns: false if it is no range or wraps. */
[[nodiscard]] bool vm_map_round_range(virt_addr_t *start, virt_addr_t *end);

/* The entry around ADDRESS, or null. */
struct vm_map_entry *vm_map_lookup_entry(struct vm_map *map, virt_addr_t address)
    REQUIRES(map->lock);

/* The first entry that ends behind ADDRESS, or null. */
struct vm_map_entry *vm_map_lookup_from(struct vm_map *map, virt_addr_t address)
    REQUIRES(map->lock);

/* The neighbours of ENTRY, or null. */
struct vm_map_entry *vm_map_next(const struct vm_map *map, const struct vm_map_entry *entry)
    REQUIRES(map->lock);
struct vm_map_entry *vm_map_previous(const struct vm_map *map, const struct vm_map_entry *entry)
    REQUIRES(map->lock);

/* Insert ENTRY right before NEXT (null: as the last), or take it out. */
void vm_map_link(struct vm_map *map, struct vm_map_entry *entry, struct vm_map_entry *next)
    REQUIRES(map->lock);
void vm_map_unlink(struct vm_map *map, struct vm_map_entry *entry) REQUIRES(map->lock);

/* Find SIZE free bytes for an address without the bits of MASK, from FROM on (0: the lowest there
 * are).
 * Returns: KERN_SUCCESS, *ADDRESS, and the entry behind it in *NEXT; KERN_NO_SPACE. */
[[nodiscard]] kern_return_t vm_map_find_gap(struct vm_map *map, uint64_t size, uint64_t mask,
                                            virt_addr_t from, virt_addr_t *address,
                                            struct vm_map_entry **next) REQUIRES(map->lock);

/*
 * Find the place that REQUEST, validated, asks for (REQUEST->address out) and the entry behind it
 * (*NEXT).  With VM_FLAGS_OVERWRITE what is there goes to REMOVED.  The caller fills the place.
 * Returns: KERN_SUCCESS; the codes of vm_map_enter().
 */
[[nodiscard]] kern_return_t vm_map_place(struct vm_map *map, struct vm_map_request *request,
                                         struct list *removed, struct vm_map_entry **next)
    REQUIRES(map->lock);

/* Space from ADDRESS on was freed (ADDRESS is where the whole gap begins). */
void vm_map_note_gap(struct vm_map *map, virt_addr_t address) REQUIRES(map->lock);

/* Split entries so that one begins at START and one ends at END; the range has no gaps at its ends.
 * *FIRST is the one at START.  Returns: KERN_SUCCESS; KERN_RESOURCE_SHORTAGE. */
[[nodiscard]] kern_return_t vm_map_clip(struct vm_map *map, virt_addr_t start, virt_addr_t end,
                                        struct vm_map_entry **first) REQUIRES(map->lock);

/* True if entries cover [START, END) and each allows PROTECTION.
 * Returns: KERN_SUCCESS; KERN_INVALID_ADDRESS; KERN_PROTECTION_FAILURE. */
[[nodiscard]] kern_return_t vm_map_check_access(struct vm_map *map, virt_addr_t start,
                                                virt_addr_t end, vm_prot_t protection)
    REQUIRES(map->lock);

/* Join ENTRY with the one before it if nothing differs. */
void vm_map_merge_previous(struct vm_map *map, struct vm_map_entry *entry) REQUIRES(map->lock);

/* Join equal neighbours in and around [START, END). */
void vm_map_merge_range(struct vm_map *map, virt_addr_t start, virt_addr_t end) REQUIRES(map->lock);

/*
 * The part of vm_map_remove() under the lock, for page aligned addresses: the removed entries go
 * to REMOVED, which the caller gives to vm_map_dispose() when MAP is unlocked.  It needs memory
 * only if the range is inside one entry.  Returns: KERN_SUCCESS; KERN_RESOURCE_SHORTAGE.
 */
[[nodiscard]] kern_return_t vm_map_remove_locked(struct vm_map *map, virt_addr_t start,
                                                 virt_addr_t end, struct list *removed)
    REQUIRES(map->lock);

/* Free the entries of REMOVED, which are in no map, and what they refer to. */
void vm_map_dispose(struct list *removed);

/* Give ENTRY, in MAP, an object if it has none.  Returns: KERN_SUCCESS; KERN_RESOURCE_SHORTAGE. */
[[nodiscard]] kern_return_t vm_map_entry_make_object(struct vm_map_entry *entry);

/* Let ENTRY be written in place: end its needs_copy.  Returns: KERN_SUCCESS;
 * KERN_RESOURCE_SHORTAGE. */
[[nodiscard]] kern_return_t vm_map_entry_make_writable(struct vm_map_entry *entry);

/* Fill COPY, memory for an entry, with a copy of what ENTRY, in MAP, shows; addresses are the same.
 * Returns: KERN_SUCCESS; KERN_RESOURCE_SHORTAGE; KERN_PROTECTION_FAILURE, it is device memory. */
[[nodiscard]] kern_return_t vm_map_entry_copy(struct vm_map *map, struct vm_map_entry *entry,
                                              struct vm_map_entry *copy) REQUIRES(map->lock);

/* Fill TWIN with ENTRY's object for sharing; ENTRY may be written through both afterwards. */
[[nodiscard]] kern_return_t vm_map_entry_share(struct vm_map_entry *entry,
                                               struct vm_map_entry *twin);

/* ENTRY loses [START, END), a part of it or all, which is no longer mapped: free the pages if
 * nobody else can see them. */
void vm_map_entry_free_pages(struct vm_map_entry *entry, virt_addr_t start, virt_addr_t end);

struct vm_map_copy;

/* An empty copy of SIZE bytes that begin at OFFSET in their page.  Returns: null without memory. */
[[nodiscard]] struct vm_map_copy *vm_map_copy_create(uint64_t offset, uint64_t size);

/* Free COPY, whose entries are gone or in use elsewhere. */
void vm_map_copy_free(struct vm_map_copy *copy);
