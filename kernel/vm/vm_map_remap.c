/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mapping a range of one map into another, or elsewhere into the same.  The entries are collected
 * with only the source locked and placed with only the target locked.
 */
#include <vm/vm_map.h>

#include <lib/overflow.h>
#include <vm/vm_map_internal.h>

/* May ENTRY be mapped with the protections of REQUEST? */
static bool permits(const struct vm_map_entry *entry, const struct vm_map_request *request)
{
    if (request->copy) {
        return (entry->protection & VM_PROT_READ) != 0;
    }
    return (request->protection & ~entry->protection) == 0 &&
           (request->max_protection & ~entry->max_protection) == 0;
}

/* Append to LIST a twin of ENTRY, its addresses less BASE: shared or copied. */
static kern_return_t collect_entry(struct vm_map *source, struct vm_map_entry *entry,
                                   virt_addr_t base, const struct vm_map_request *request,
                                   struct list *list) REQUIRES(source->lock)
{
    if (request->exact && !permits(entry, request)) {
        return KERN_PROTECTION_FAILURE;
    }
    struct vm_map_entry *twin = vm_map_entry_create();
    if (twin == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    kern_return_t result =
        request->copy ? vm_map_entry_copy(source, entry, twin) : vm_map_entry_share(entry, twin);
    if (result != KERN_SUCCESS) {
        vm_map_entry_free(twin);
        return result;
    }
    twin->start -= base;
    twin->end -= base;
    if (request->exact) {
        twin->protection = request->protection;
        twin->max_protection = request->max_protection;
    }
    list_insert_tail(list, &twin->link);
    return KERN_SUCCESS;
}

static kern_return_t collect(struct vm_map *source, virt_addr_t start, virt_addr_t end,
                             const struct vm_map_request *request, struct list *list)
    REQUIRES(source->lock)
{
    struct vm_map_entry *entry;
    kern_return_t result = vm_map_check_access(source, start, end, VM_PROT_NONE);
    if (result == KERN_SUCCESS) {
        result = vm_map_clip(source, start, end, &entry);
    }
    while (result == KERN_SUCCESS && entry != nullptr && entry->start < end) {
        result = collect_entry(source, entry, start, request, list);
        entry = vm_map_next(source, entry);
    }
    return result;
}

/* Move the entries of LIST to the place REQUEST asks for. */
static kern_return_t place(struct vm_map *map, struct vm_map_request *request, struct list *list,
                           struct list *removed) REQUIRES(map->lock)
{
    struct vm_map_entry *next;
    kern_return_t result = vm_map_place(map, request, removed, &next);
    if (result != KERN_SUCCESS) {
        return result;
    }
    request->protection = VM_PROT_ALL;
    request->max_protection = VM_PROT_ALL;
    struct vm_map_entry *entry;
    struct vm_map_entry *following;
    list_for_each_entry_safe(entry, following, list, link) {
        list_remove(&entry->link);
        entry->start += request->address;
        entry->end += request->address;
        entry->inheritance = request->inheritance;
        request->protection &= entry->protection;
        request->max_protection &= entry->max_protection;
        vm_map_link(map, entry, next);
    }
    return KERN_SUCCESS;
}

kern_return_t vm_map_remap(struct vm_map *map, struct vm_map_request *request,
                           struct vm_map *source, virt_addr_t address)
{
    uint64_t end;
    if (request->size == 0 || !checked_add(address, request->size, &end) ||
        ((address | request->size) & PAGE_MASK) != 0 ||
        (request->mask & (request->mask + 1)) != 0 ||
        request->inheritance > VM_INHERIT_LAST_VALID) {
        return KERN_INVALID_ARGUMENT;
    }
    if (!vm_map_has_room(map)) {
        return KERN_RESOURCE_SHORTAGE;
    }
    struct list list;
    struct list removed;
    list_init(&list);
    list_init(&removed);
    mutex_lock(&source->lock);
    kern_return_t result = collect(source, address, end, request, &list);
    mutex_unlock(&source->lock);
    if (result == KERN_SUCCESS) {
        mutex_lock(&map->lock);
        result = place(map, request, &list, &removed);
        mutex_unlock(&map->lock);
    }
    vm_map_dispose(&list);
    vm_map_dispose(&removed);
    return result;
}
