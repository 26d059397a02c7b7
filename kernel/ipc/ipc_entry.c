/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entries: allocation of names and the hash from ports to entries.
 */
#include <ipc/ipc_entry.h>

#include <lib/assert.h>
#include <mem/quota.h>
#include <mem/zone.h>
#include <ipc/ipc_space.h>
#include <ipc/ipc_zones.h>

/* How far the free list is searched for the entry that a chosen name would have in the table. */
#define FREE_SEARCH_MAX 16

static int compare_chosen(uint64_t key, const struct rbtree_node *node)
{
    mach_port_name_t name = rbtree_entry(node, struct ipc_chosen_entry, node)->entry.name;
    return key < name ? -1 : key > name;
}

static bool chosen_less(const struct rbtree_node *a, const struct rbtree_node *b)
{
    return rbtree_entry(a, struct ipc_chosen_entry, node)->entry.name <
           rbtree_entry(b, struct ipc_chosen_entry, node)->entry.name;
}

struct ipc_entry *ipc_entry_next_chosen(struct ipc_space *space, mach_port_name_t name)
{
    struct rbtree_node *node = rbtree_lookup_nearest(&space->chosen, name, compare_chosen);
    node = node != nullptr ? rbtree_next(node) : rbtree_first(&space->chosen);
    return node == nullptr ? nullptr : &rbtree_entry(node, struct ipc_chosen_entry, node)->entry;
}

struct ipc_entry *ipc_entry_lookup_chosen(struct ipc_space *space, mach_port_name_t name)
{
    struct rbtree_node *node = rbtree_lookup(&space->chosen, name, compare_chosen);
    return node == nullptr ? nullptr : &rbtree_entry(node, struct ipc_chosen_entry, node)->entry;
}

kern_return_t ipc_entry_alloc(struct ipc_space *space, struct ipc_entry **result)
{
    if (UNLIKELY(space->entry_count >= space->entry_limit)) {
        return KERN_NO_SPACE;
    }
    if (UNLIKELY(space->free == nullptr)) {
        kern_return_t grown = ipc_space_grow(space);
        if (grown != KERN_SUCCESS) {
            return grown;
        }
    }
    struct ipc_entry *entry = space->free;
    uint8_t last = entry->generation++;
    if (UNLIKELY(!rbtree_empty(&space->chosen))) {
        while (ipc_entry_lookup_chosen(space, entry->name) != nullptr) {
            if (++entry->generation == last) {
                return KERN_NO_SPACE;
            }
        }
    }
    space->free = entry->next_free;
    space->entry_count++;
    *result = entry;
    return KERN_SUCCESS;
}

/* Take the table's entry for NAME if it is among the next free ones; else null.  Names chosen for a
 * young task, whose table is empty, so cost no more than others. */
static struct ipc_entry *take_free_entry(struct ipc_space *space, mach_port_name_t name)
    REQUIRES(space->lock)
{
    struct ipc_entry **link = &space->free;
    for (int i = 0; i < FREE_SEARCH_MAX && *link != nullptr; i++) {
        struct ipc_entry *entry = *link;
        if (MACH_PORT_INDEX(entry->name) == MACH_PORT_INDEX(name)) {
            *link = entry->next_free;
            entry->name = name;
            entry->request = nullptr;
            space->entry_count++;
            return entry;
        }
        link = &entry->next_free;
    }
    return nullptr;
}

/* Enter NAME into the tree of SPACE.  Returns: KERN_SUCCESS and *RESULT; KERN_RESOURCE_SHORTAGE. */
static kern_return_t add_chosen_entry(struct ipc_space *space, mach_port_name_t name,
                                      struct ipc_entry **result) REQUIRES(space->lock)
{
    if (!quota_charge(space->quota, QUOTA_KERNEL_BYTES, sizeof(struct ipc_chosen_entry))) {
        return KERN_RESOURCE_SHORTAGE;
    }
    struct ipc_chosen_entry *chosen = zone_alloc_zeroed(&ipc_chosen_entry_zone);
    if (chosen == nullptr) {
        quota_uncharge(space->quota, QUOTA_KERNEL_BYTES, sizeof(struct ipc_chosen_entry));
        return KERN_RESOURCE_SHORTAGE;
    }
    chosen->entry.name = name;
    rbtree_insert(&space->chosen, &chosen->node, chosen_less);
    space->entry_count++;
    *result = &chosen->entry;
    return KERN_SUCCESS;
}

kern_return_t ipc_entry_alloc_name(struct ipc_space *space, mach_port_name_t name,
                                   struct ipc_entry **result)
{
    if (!MACH_PORT_VALID(name)) {
        return KERN_INVALID_VALUE;
    }
    if (ipc_entry_lookup(space, name) != nullptr) {
        return KERN_NAME_EXISTS;
    }
    if (space->entry_count >= space->entry_limit) {
        return KERN_NO_SPACE;
    }
    /* The hash grows with the table: let that have room for all, wherever their entries are. */
    if (space->entry_count >= space->capacity && space->capacity < IPC_ENTRY_INDEX_MAX) {
        kern_return_t grown = ipc_space_grow(space);
        if (grown != KERN_SUCCESS) {
            return grown;
        }
    }
    *result = take_free_entry(space, name);
    return *result != nullptr ? KERN_SUCCESS : add_chosen_entry(space, name, result);
}

void ipc_entry_free(struct ipc_space *space, struct ipc_entry *entry)
{
    debug_assert(entry->request == nullptr);
    if (UNLIKELY(ipc_entry_is_chosen(space, entry))) {
        space->entry_count--;
        struct ipc_chosen_entry *chosen = container_of(entry, struct ipc_chosen_entry, entry);
        rbtree_remove(&space->chosen, &chosen->node);
        quota_uncharge(space->quota, QUOTA_KERNEL_BYTES, sizeof(*chosen));
        zone_free(&ipc_chosen_entry_zone, chosen);
        return;
    }
    ipc_entry_put_back(space, entry);
}

/* Where OBJECT stands in SPACE's hash, which is not empty.  What belongs into a slot that is not there yet
 * is in the one that will be split for it. */
static inline struct ipc_entry **bucket_of(struct ipc_space *space, const struct ipc_object *object)
    REQUIRES(space->lock)
{
    uint32_t number = ipc_entry_hash(object, space->hash_mask);
    if (number >= space->capacity / IPC_ENTRY_CHUNK * IPC_HASH_CHUNK) {
        number &= space->hash_mask / 2;
    }
    return ipc_hash_slot(space, number);
}

struct ipc_entry *ipc_hash_find(struct ipc_space *space, const struct ipc_port *port)
{
    if (space->capacity == 0) {
        return nullptr;
    }
    const struct ipc_object *object = (const struct ipc_object *)port;
    struct ipc_entry *entry = *bucket_of(space, object);
    while (entry != nullptr && entry->object != object) {
        entry = entry->hash_next;
    }
    return entry;
}

void ipc_hash_insert(struct ipc_space *space, struct ipc_entry *entry)
{
    struct ipc_entry **bucket = bucket_of(space, entry->object);
    entry->hash_next = *bucket;
    *bucket = entry;
}

void ipc_hash_remove(struct ipc_space *space, struct ipc_entry *entry)
{
    struct ipc_entry **link = bucket_of(space, entry->object);
    while (*link != entry) {
        assert(*link != nullptr);
        link = &(*link)->hash_next;
    }
    *link = entry->hash_next;
}
