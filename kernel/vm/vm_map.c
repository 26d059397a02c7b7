/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Life and death of maps.
 */
#include <vm/vm_map.h>

#include <lib/assert.h>
#include <arch/user_copy.h>
#include <mem/quota.h>
#include <mem/zone.h>
#include <vm/vm_map_internal.h>

static struct zone map_zone;
static struct zone entry_zone;

void vm_map_init_zones(void)
{
    zone_init(&map_zone, "vm_map", sizeof(struct vm_map));
    zone_init(&entry_zone, "vm_map_entry", sizeof(struct vm_map_entry));
}

struct vm_map_entry *vm_map_entry_create(void)
{
    return zone_alloc(&entry_zone);
}

void vm_map_entry_free(struct vm_map_entry *entry)
{
    zone_free(&entry_zone, entry);
}

struct vm_map *vm_map_create(void)
{
    struct vm_map *map = zone_alloc_zeroed(&map_zone);
    if (map == nullptr) {
        return nullptr;
    }
    map->pmap = pmap_create();
    if (map->pmap == nullptr) {
        zone_free(&map_zone, map);
        return nullptr;
    }
    mutex_init(&map->lock, LOCK_CLASS_VM_MAP);
    refcount_init(&map->references, 1);
    rbtree_init(&map->entries);
    list_init(&map->entry_list);
    map->min_address = VM_MAP_MIN_ADDRESS;
    map->max_address = USER_ADDRESS_END;
    for (uint32_t i = 0; i < VM_MAP_GAP_CLASSES; i++) {
        map->gap_hint[i] = VM_MAP_ANYWHERE_ADDRESS;
    }
    return map;
}

uint64_t vm_map_owner(struct vm_map *map)
{
    static _Atomic uint64_t last;
    uint64_t owner = atomic_load_explicit(&map->owner, memory_order_relaxed);
    if (owner == 0) {
        uint64_t fresh = atomic_fetch_add_explicit(&last, 1, memory_order_relaxed) + 1;
        if (atomic_compare_exchange_strong(&map->owner, &owner, fresh)) {
            owner = fresh;
        }
    }
    return owner;
}

void vm_map_set_quota(struct vm_map *map, struct quota *quota)
{
    mutex_lock(&map->lock);
    assert(map->quota == nullptr);
    quota_reference(quota);
    map->quota = quota;
    quota_add(quota, QUOTA_KERNEL_BYTES, map->entry_count * sizeof(struct vm_map_entry));
    mutex_unlock(&map->lock);
}

void vm_map_reference(struct vm_map *map)
{
    refcount_acquire(&map->references);
}

void vm_map_deallocate(struct vm_map *map)
{
    if (map == nullptr || !refcount_release(&map->references)) {
        return;
    }
    vm_map_terminate(map);
    quota_release(map->quota);
    pmap_destroy(map->pmap);
    zone_free(&map_zone, map);
}

/* Forget the mappings of all entries.  Entry by entry: a task has few, and a walk over the tables of
 * the whole address space costs more than they do. */
static void remove_mappings(struct vm_map *map) REQUIRES(map->lock)
{
    struct vm_map_entry *entry;
    list_for_each_entry(entry, &map->entry_list, link) {
        if (entry->object != nullptr) {
            pmap_remove(map->pmap, entry->start, entry->end);
        }
    }
}

/* When the mappings are gone, what the entries refer to can be freed without the lock. */
void vm_map_terminate(struct vm_map *map)
{
    struct list removed;
    list_init(&removed);
    mutex_lock(&map->lock);
    map->is_dead = true;
    remove_mappings(map);
    list_splice_tail(&removed, &map->entry_list);
    rbtree_init(&map->entries);
    quota_uncharge(map->quota, QUOTA_KERNEL_BYTES, map->entry_count * sizeof(struct vm_map_entry));
    map->entry_count = 0;
    map->size = 0;
    map->hint = nullptr;
    map->timestamp++;
    mutex_unlock(&map->lock);
    vm_map_dispose(&removed);
}

void vm_map_dispose(struct list *removed)
{
    struct vm_map_entry *entry;
    struct vm_map_entry *next;
    list_for_each_entry_safe(entry, next, removed, link) {
        if (entry->object != nullptr) {
            vm_object_release(entry->object);
        }
        vm_map_entry_free(entry);
    }
}

/* Panic unless ENTRY, which follows the address END, is as it should be. */
static void entry_check(const struct vm_map *map, const struct vm_map_entry *entry, virt_addr_t end)
{
    assert(entry->start >= end && entry->start < entry->end);
    assert(((entry->start | entry->end | entry->offset) & PAGE_MASK) == 0);
    assert(entry->start >= map->min_address && entry->end <= map->max_address);
    assert((entry->protection & ~entry->max_protection) == 0);
    assert(entry->inheritance <= VM_INHERIT_LAST_VALID);
    if (entry->object == nullptr) {
        assert(!entry->needs_copy);
    } else {
        assert(entry->offset + (entry->end - entry->start) <= entry->object->size);
        vm_object_check(entry->object);
    }
}

/* Panic if a hint is above the gap [START, END). */
static void gap_check(const struct vm_map *map, virt_addr_t start, virt_addr_t end)
{
    start = start < VM_MAP_ANYWHERE_ADDRESS ? VM_MAP_ANYWHERE_ADDRESS : start;
    end = end > VM_MAP_ANYWHERE_END ? VM_MAP_ANYWHERE_END : end;
    for (uint32_t i = 0; i < VM_MAP_GAP_CLASSES && end > start; i++) {
        assert(end - start < PAGE_SIZE << i || map->gap_hint[i] <= start);
    }
}

static bool entry_less(const struct rbtree_node *a, const struct rbtree_node *b)
{
    return rbtree_entry(a, struct vm_map_entry, node)->start <
           rbtree_entry(b, struct vm_map_entry, node)->start;
}

void vm_map_check(struct vm_map *map)
{
    mutex_lock(&map->lock);
    assert(rbtree_check(&map->entries, entry_less));
    uint32_t count = 0;
    uint64_t size = 0;
    virt_addr_t end = map->min_address;
    struct vm_map_entry *entry;
    list_for_each_entry(entry, &map->entry_list, link) {
        entry_check(map, entry, end);
        gap_check(map, end, entry->start);
        assert(vm_map_lookup_entry(map, entry->start) == entry);
        end = entry->end;
        size += entry->end - entry->start;
        count++;
    }
    gap_check(map, end, map->max_address);
    assert(count == map->entry_count && size == map->size);
    mutex_unlock(&map->lock);
}
