/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finding entries and free space.
 *
 * Free space is found first fit, so that addresses, and the page tables under them, are used
 * again. To begin near the first gap that may fit, a map remembers for each power of two where
 * gaps of that many pages may begin: a search raises the hint of its size to what it found, a
 * removal lowers those above the gap it makes.  The hints rise with the size, since a gap of
 * 2^(i+1) pages is also one of 2^i.
 */
#include <vm/vm_map_internal.h>

#include <lib/assert.h>

static int entry_compare(uint64_t address, const struct rbtree_node *node)
{
    virt_addr_t start = rbtree_entry(node, struct vm_map_entry, node)->start;
    return (address > start) - (address < start);
}

bool vm_map_round_range(virt_addr_t *start, virt_addr_t *end)
{
    if (*end < *start || *end > UINT64_MAX - PAGE_MASK) {
        return false;
    }
    *start &= ~PAGE_MASK;
    *end = (*end + PAGE_MASK) & ~PAGE_MASK;
    return true;
}

/* The last entry that begins at or before ADDRESS, or null. */
static struct vm_map_entry *lookup_at_or_before(struct vm_map *map, virt_addr_t address)
    REQUIRES(map->lock)
{
    struct vm_map_entry *hint = map->hint;
    if (hint != nullptr && address >= hint->start && address < hint->end) {
        return hint;
    }
    struct rbtree_node *node = rbtree_lookup_nearest(&map->entries, address, entry_compare);
    if (node == nullptr) {
        return nullptr;
    }
    map->hint = rbtree_entry(node, struct vm_map_entry, node);
    return map->hint;
}

struct vm_map_entry *vm_map_lookup_entry(struct vm_map *map, virt_addr_t address)
{
    struct vm_map_entry *entry = lookup_at_or_before(map, address);
    return entry != nullptr && address < entry->end ? entry : nullptr;
}

struct vm_map_entry *vm_map_lookup_from(struct vm_map *map, virt_addr_t address)
{
    struct vm_map_entry *entry = lookup_at_or_before(map, address);
    if (entry != nullptr) {
        return address < entry->end ? entry : vm_map_next(map, entry);
    }
    return list_empty(&map->entry_list)
               ? nullptr
               : list_first_entry(&map->entry_list, struct vm_map_entry, link);
}

struct vm_map_entry *vm_map_next(const struct vm_map *map, const struct vm_map_entry *entry)
{
    struct list *next = entry->link.next;
    return next == &map->entry_list ? nullptr : list_entry(next, struct vm_map_entry, link);
}

struct vm_map_entry *vm_map_previous(const struct vm_map *map, const struct vm_map_entry *entry)
{
    struct list *previous = entry->link.previous;
    return previous == &map->entry_list ? nullptr : list_entry(previous, struct vm_map_entry, link);
}

/* The list knows the neighbours, and of two neighbours in a binary tree one has no child on the
 * side of the other: no search is needed. */
void vm_map_link(struct vm_map *map, struct vm_map_entry *entry, struct vm_map_entry *next)
{
    list_insert_before(next == nullptr ? &map->entry_list : &next->link, &entry->link);
    struct vm_map_entry *previous = vm_map_previous(map, entry);
    debug_assert(previous == nullptr || previous->end <= entry->start);
    debug_assert(next == nullptr || entry->end <= next->start);
    if (previous != nullptr && previous->node.child[RBTREE_RIGHT] == nullptr) {
        rbtree_insert_at(&map->entries, &entry->node, &previous->node, RBTREE_RIGHT);
    } else {
        rbtree_insert_at(&map->entries, &entry->node, next == nullptr ? nullptr : &next->node,
                         RBTREE_LEFT);
    }
    map->entry_count++;
    quota_add(map->quota, QUOTA_KERNEL_BYTES, sizeof(*entry));
    map->size += entry->end - entry->start;
    map->timestamp++;
}

void vm_map_unlink(struct vm_map *map, struct vm_map_entry *entry)
{
    if (map->hint == entry) {
        map->hint = nullptr;
    }
    rbtree_remove(&map->entries, &entry->node);
    list_remove(&entry->link);
    map->entry_count--;
    quota_uncharge(map->quota, QUOTA_KERNEL_BYTES, sizeof(*entry));
    map->size -= entry->end - entry->start;
    map->timestamp++;
}

/* The class of ranges of SIZE bytes: the largest i with 2^i pages <= SIZE. */
static uint32_t gap_class(uint64_t size)
{
    uint32_t class = 63 - (uint32_t)__builtin_clzll(size >> PAGE_SHIFT);
    return class < VM_MAP_GAP_CLASSES ? class : VM_MAP_GAP_CLASSES - 1;
}

/* No gap of CLASS begins below ADDRESS: then no larger one does. */
static void raise_gap_hints(struct vm_map *map, uint32_t class, virt_addr_t address)
    REQUIRES(map->lock)
{
    for (; class < VM_MAP_GAP_CLASSES && map->gap_hint[class] < address; class ++) {
        map->gap_hint[class] = address;
    }
}

void vm_map_note_gap(struct vm_map *map, virt_addr_t address)
{
    address = address < VM_MAP_ANYWHERE_ADDRESS ? VM_MAP_ANYWHERE_ADDRESS : address;
    for (uint32_t i = VM_MAP_GAP_CLASSES; i > 0 && map->gap_hint[i - 1] > address; i--) {
        map->gap_hint[i - 1] = address;
    }
}

/* True, and *ADDRESS, if a range of SIZE bytes fits into [START, END) at a multiple of MASK + 1. */
static bool gap_fits(virt_addr_t start, virt_addr_t end, uint64_t size, uint64_t mask,
                     virt_addr_t *address)
{
    if (start > VM_MAP_ANYWHERE_END || mask > VM_MAP_ANYWHERE_END) {
        return false;
    }
    virt_addr_t place = (start + mask) & ~mask;
    if (place > end || end - place < size) {
        return false;
    }
    *address = place;
    return true;
}

/* Walk over the gaps from START on, of which NEXT is the first entry behind.  *BEHIND is where
 * the first gap begins that is not too small for CLASS: behind the place found, if none before it
 * was. */
static kern_return_t walk_gaps(struct vm_map *map, virt_addr_t start, uint64_t size, uint64_t mask,
                               virt_addr_t *address, virt_addr_t *behind,
                               struct vm_map_entry **next) REQUIRES(map->lock)
{
    uint64_t class_size = PAGE_SIZE << gap_class(size);
    struct vm_map_entry *entry = *next;
    *behind = VM_MAP_GAP_NONE;
    for (;;) {
        virt_addr_t end = entry == nullptr || entry->start > VM_MAP_ANYWHERE_END
                              ? VM_MAP_ANYWHERE_END
                              : entry->start;
        if (gap_fits(start, end, size, mask, address)) {
            if (*behind == VM_MAP_GAP_NONE) {
                *behind = *address == start ? start + size : start;
            }
            *next = entry;
            return KERN_SUCCESS;
        }
        if (*behind == VM_MAP_GAP_NONE && end > start && end - start >= class_size) {
            *behind = start;
        }
        if (entry == nullptr || entry->end >= VM_MAP_ANYWHERE_END) {
            return KERN_NO_SPACE;
        }
        start = entry->end > start ? entry->end : start;
        entry = vm_map_next(map, entry);
    }
}

kern_return_t vm_map_find_gap(struct vm_map *map, uint64_t size, uint64_t mask, virt_addr_t from,
                              virt_addr_t *address, struct vm_map_entry **next)
{
    uint32_t class = gap_class(size);
    virt_addr_t start = from == 0 ? map->gap_hint[class] : from;
    struct vm_map_entry *entry = vm_map_lookup_from(map, start);
    if (entry != nullptr && entry->start <= start) {
        start = entry->end;
        entry = vm_map_next(map, entry);
    }
    virt_addr_t behind;
    kern_return_t result = walk_gaps(map, start, size, mask, address, &behind, &entry);
    if (from == 0 && behind != VM_MAP_GAP_NONE) {
        raise_gap_hints(map, class, behind);
    }
    *next = entry;
    return result;
}
