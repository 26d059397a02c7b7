/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Operations on ranges of a map.  Those that change entries share one loop, which makes sure that
 * the range is mapped, splits the entries at its ends (all that can fail, before anything
 * changes), visits those inside and joins what has become equal.  Removal has its own: it
 * shortens entries where it can, so that freeing memory needs memory only for a hole inside an
 * entry.
 */
#include <vm/vm_map.h>

#include <lib/assert.h>
#include <vm/vm_map_internal.h>
#include <vm/vm_purgeable.h>

/* What a visitor is to do. */
struct change {
    vm_prot_t protection;
    bool set_maximum;
    vm_inherit_t inheritance;
    uint8_t behavior;
};

typedef void visitor_t(struct vm_map *map, struct vm_map_entry *entry, const struct change *change);
typedef kern_return_t checker_t(const struct vm_map *map, const struct vm_map_entry *entry,
                                const struct change *change);

static kern_return_t check_nothing(const struct vm_map *map, const struct vm_map_entry *entry,
                                   const struct change *change)
{
    (void)map;
    (void)entry;
    (void)change;
    return KERN_SUCCESS;
}

/* See that entries cover [START, END) and CHECK accepts each. */
static kern_return_t check_range(struct vm_map *map, virt_addr_t start, virt_addr_t end,
                                 checker_t *check, const struct change *change) REQUIRES(map->lock)
{
    kern_return_t result = vm_map_check_access(map, start, end, VM_PROT_NONE);
    if (result != KERN_SUCCESS) {
        return result;
    }
    struct vm_map_entry *entry = vm_map_lookup_entry(map, start);
    while (entry != nullptr && entry->start < end && result == KERN_SUCCESS) {
        result = check(map, entry, change);
        entry = vm_map_next(map, entry);
    }
    return result;
}

static kern_return_t visit_locked(struct vm_map *map, virt_addr_t start, virt_addr_t end,
                                  checker_t *check, visitor_t *visitor, const struct change *change)
    REQUIRES(map->lock)
{
    kern_return_t result = check_range(map, start, end, check, change);
    if (result != KERN_SUCCESS) {
        return result;
    }
    struct vm_map_entry *entry;
    result = vm_map_clip(map, start, end, &entry);
    if (result != KERN_SUCCESS) {
        return result;
    }

    for (; entry != nullptr && entry->start < end; entry = vm_map_next(map, entry)) {
        visitor(map, entry, change);
    }
    map->timestamp++;
    vm_map_merge_range(map, start, end);
    return KERN_SUCCESS;
}

static kern_return_t visit(struct vm_map *map, virt_addr_t start, virt_addr_t end, checker_t *check,
                           visitor_t *visitor, const struct change *change)
{
    if (!vm_map_round_range(&start, &end)) {
        return KERN_INVALID_ARGUMENT;
    }
    if (start == end) {
        return KERN_SUCCESS;
    }
    mutex_lock(&map->lock);
    kern_return_t result = visit_locked(map, start, end, check, visitor, change);
    mutex_unlock(&map->lock);
    return result;
}

static kern_return_t check_protection(const struct vm_map *map, const struct vm_map_entry *entry,
                                      const struct change *change)
{
    bool is_code = (entry->protection & VM_PROT_EXECUTE) != 0;
    if (map->is_locked_down && ((change->protection & VM_PROT_EXECUTE) != 0 ||
                                (is_code && (change->protection & VM_PROT_WRITE) != 0))) {
        return KERN_PROTECTION_FAILURE;
    }
    return (change->protection & ~entry->max_protection) != 0 ? KERN_PROTECTION_FAILURE
                                                              : KERN_SUCCESS;
}

static void change_protection(struct vm_map *map, struct vm_map_entry *entry,
                              const struct change *change)
{
    vm_prot_t old = entry->protection;
    if (change->set_maximum) {
        entry->max_protection = change->protection;
        entry->protection &= change->protection;
    } else {
        entry->protection = change->protection;
    }
    /* What was taken away goes at once; what was added comes with the next fault. */
    if ((old & ~entry->protection) != 0 && entry->object != nullptr) {
        pmap_protect(map->pmap, entry->start, entry->end, entry->protection);
    }
}

kern_return_t vm_map_protect(struct vm_map *map, virt_addr_t start, virt_addr_t end,
                             vm_prot_t protection, bool set_maximum)
{
    if ((protection & ~VM_PROT_ALL) != 0) {
        return KERN_INVALID_ARGUMENT;
    }
    struct change change = { .protection = protection, .set_maximum = set_maximum };
    return visit(map, start, end, check_protection, change_protection, &change);
}

/* What is permanent keeps its place, but nobody has access to it any more. */
static void close_entry(struct vm_map *map, struct vm_map_entry *entry) REQUIRES(map->lock)
{
    if (entry->object != nullptr) {
        pmap_remove(map->pmap, entry->start, entry->end);
    }
    entry->protection = VM_PROT_NONE;
    entry->max_protection = VM_PROT_NONE;
    map->timestamp++;
}

/* The first permanent entry in [START, END), or null. */
static struct vm_map_entry *find_permanent(struct vm_map *map, virt_addr_t start, virt_addr_t end)
    REQUIRES(map->lock)
{
    struct vm_map_entry *entry = map->has_permanent ? vm_map_lookup_from(map, start) : nullptr;
    while (entry != nullptr && entry->start < end && !entry->is_permanent) {
        entry = vm_map_next(map, entry);
    }
    return entry != nullptr && entry->start < end ? entry : nullptr;
}

/* Close the permanent entries of a range that vm_map_clip() cut out.  Returns: whether there is any. */
static bool close_permanent(struct vm_map *map, virt_addr_t start, virt_addr_t end)
    REQUIRES(map->lock)
{
    struct vm_map_entry *first = find_permanent(map, start, end);
    for (struct vm_map_entry *entry = first; entry != nullptr;
         entry = find_permanent(map, entry->end, end)) {
        close_entry(map, entry);
    }
    return first != nullptr;
}

/* Let ENTRY show a copy of what it shows, unless it copies before it is written already. */
static kern_return_t make_private(struct vm_map *map, struct vm_map_entry *entry)
    REQUIRES(map->lock)
{
    struct vm_map_entry copy;
    if (entry->object == nullptr || entry->needs_copy) {
        return KERN_SUCCESS;
    }
    kern_return_t result = vm_map_entry_copy(map, entry, &copy);
    if (result != KERN_SUCCESS) {
        return result;
    }
    pmap_remove(map->pmap, entry->start, entry->end);
    vm_object_release(entry->object);
    entry->object = copy.object;
    entry->offset = copy.offset;
    entry->needs_copy = copy.needs_copy;
    return KERN_SUCCESS;
}

kern_return_t vm_map_make_private(struct vm_map *map, virt_addr_t start, virt_addr_t end)
{
    if (!vm_map_round_range(&start, &end)) {
        return KERN_INVALID_ARGUMENT;
    }
    mutex_lock(&map->lock);
    struct vm_map_entry *entry = nullptr;
    kern_return_t result = vm_map_check_access(map, start, end, VM_PROT_NONE);
    if (result == KERN_SUCCESS && start < end) {
        result = vm_map_clip(map, start, end, &entry);
    }
    if (result == KERN_SUCCESS && close_permanent(map, start, end)) {
        result = KERN_NO_SPACE;
    }
    while (result == KERN_SUCCESS && entry != nullptr && entry->start < end) {
        if ((entry->max_protection & VM_PROT_WRITE) == 0) {
            result = make_private(map, entry);
        }
        if (result == KERN_SUCCESS) {
            entry->max_protection |= VM_PROT_WRITE;
        }
        entry = vm_map_next(map, entry);
    }
    mutex_unlock(&map->lock);
    return result;
}

void vm_map_volatile_bytes(struct vm_map *map, uint64_t *size, uint64_t *resident)
{
    *size = 0;
    *resident = 0;
    struct vm_map_entry *entry;
    mutex_lock(&map->lock);
    list_for_each_entry(entry, &map->entry_list, link) {
        int state =
            entry->object == nullptr ? VM_PURGABLE_DENY : vm_object_purgeable_state(entry->object);
        if (state == VM_PURGABLE_VOLATILE || state == VM_PURGABLE_EMPTY) {
            uint64_t bytes = entry->end - entry->start;
            *size += bytes;
            *resident += vm_object_count_resident(entry->object, entry->offset, bytes)
                         << PAGE_SHIFT;
        }
    }
    mutex_unlock(&map->lock);
}

static void change_inheritance(struct vm_map *map, struct vm_map_entry *entry,
                               const struct change *change)
{
    (void)map;
    entry->inheritance = change->inheritance;
}

kern_return_t vm_map_inherit(struct vm_map *map, virt_addr_t start, virt_addr_t end,
                             vm_inherit_t inheritance)
{
    if (inheritance > VM_INHERIT_LAST_VALID) {
        return KERN_INVALID_ARGUMENT;
    }
    struct change change = { .inheritance = inheritance };
    return visit(map, start, end, check_nothing, change_inheritance, &change);
}

static void change_behavior(struct vm_map *map, struct vm_map_entry *entry,
                            const struct change *change)
{
    (void)map;
    entry->behavior = change->behavior;
}

kern_return_t vm_map_set_behavior(struct vm_map *map, virt_addr_t start, virt_addr_t end,
                                  vm_behavior_t behavior)
{
    if (behavior < 0 || behavior > VM_BEHAVIOR_LAST_VALID) {
        return KERN_INVALID_ARGUMENT;
    }
    struct change change = { .behavior = (uint8_t)behavior };
    return visit(map, start, end, check_nothing, change_behavior, &change);
}

/* Take [START, END), which reaches at least one of its ends, from ENTRY. */
static void shorten(struct vm_map *map, struct vm_map_entry *entry, virt_addr_t start,
                    virt_addr_t end, struct list *removed) REQUIRES(map->lock)
{
    if (start <= entry->start && end >= entry->end) {
        if (entry->object != nullptr && !vm_object_is_sole(entry->object)) {
            vm_map_entry_free_pages(entry, entry->start, entry->end);
        }
        vm_map_unlink(map, entry);
        list_insert_tail(removed, &entry->link);
    } else if (start <= entry->start) {
        vm_map_entry_free_pages(entry, entry->start, end);
        map->size -= end - entry->start;
        entry->offset += end - entry->start;
        entry->start = end;
    } else {
        vm_map_entry_free_pages(entry, start, entry->end);
        map->size -= entry->end - start;
        entry->end = start;
    }
}

/* vm_map_remove_locked(), where nothing is permanent. */
static kern_return_t remove_entries(struct vm_map *map, virt_addr_t start, virt_addr_t end,
                                    struct list *removed) REQUIRES(map->lock)
{
    struct vm_map_entry *entry = start < end ? vm_map_lookup_from(map, start) : nullptr;
    if (entry == nullptr || entry->start >= end) {
        return KERN_SUCCESS;
    }
    if (entry->start < start && entry->end > end) {
        /* A hole: split at its end; then it reaches the lower part's end. */
        struct vm_map_entry *upper;
        if (vm_map_clip(map, end, entry->end, &upper) != KERN_SUCCESS) {
            return KERN_RESOURCE_SHORTAGE;
        }
    }

    struct vm_map_entry *previous = entry->start < start ? entry : vm_map_previous(map, entry);
    pmap_remove(map->pmap, start, end);
    while (entry != nullptr && entry->start < end) {
        struct vm_map_entry *next = vm_map_next(map, entry);
        shorten(map, entry, start, end, removed);
        entry = next;
    }
    map->timestamp++;
    vm_map_note_gap(map, previous == nullptr ? map->min_address : previous->end);
    return KERN_SUCCESS;
}

/* The same, where something is permanent: what is around it goes. */
static kern_return_t remove_around_permanent(struct vm_map *map, virt_addr_t start, virt_addr_t end,
                                             struct list *removed) REQUIRES(map->lock)
{
    struct vm_map_entry *entry;
    kern_return_t result = vm_map_clip(map, start, end, &entry);
    if (result == KERN_SUCCESS) {
        (void)close_permanent(map, start, end);
    }
    while (result == KERN_SUCCESS && start < end) {
        entry = find_permanent(map, start, end);
        result = remove_entries(map, start, entry == nullptr ? end : entry->start, removed);
        start = entry == nullptr ? end : entry->end;
    }
    return result;
}

kern_return_t vm_map_remove_locked(struct vm_map *map, virt_addr_t start, virt_addr_t end,
                                   struct list *removed)
{
    start = start < map->min_address ? map->min_address : start;
    end = end > map->max_address ? map->max_address : end;
    return find_permanent(map, start, end) == nullptr
               ? remove_entries(map, start, end, removed)
               : remove_around_permanent(map, start, end, removed);
}

kern_return_t vm_map_remove(struct vm_map *map, virt_addr_t start, virt_addr_t end)
{
    if (!vm_map_round_range(&start, &end)) {
        return KERN_INVALID_ARGUMENT;
    }
    struct list removed;
    list_init(&removed);
    mutex_lock(&map->lock);
    kern_return_t result = vm_map_remove_locked(map, start, end, &removed);
    mutex_unlock(&map->lock);
    vm_map_dispose(&removed);
    return result;
}
