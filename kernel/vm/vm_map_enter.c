/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Mapping: a request is validated, an entry is made from it, a place found, the entry inserted.
 * All that may fail comes before the map changes.
 */
#include <vm/vm_map.h>

#include <lib/overflow.h>
#include <sched/thread.h>
#include <vm/vm_map_internal.h>
#include <vm/vm_purgeable.h>
#include <vm/vm_shadow.h>

/* What can be purged is an object of its own, mapped whole. */
static kern_return_t validate_purgeable(const struct vm_map_request *request)
{
    const struct vm_object *object = request->object;
    bool is_whole = request->offset == 0 && request->size <= VM_ANONYMOUS_SIZE_MAX &&
                    (object == nullptr || (object->size == request->size &&
                                           vm_object_purgeable_state(object) != VM_PURGABLE_DENY));
    return is_whole ? KERN_SUCCESS : KERN_INVALID_ARGUMENT;
}

/* What can be said of REQUEST without looking into a map; its size becomes whole pages. */
static kern_return_t validate(struct vm_map_request *request)
{
    if (request->size == 0 || request->size > UINT64_MAX - PAGE_MASK ||
        (request->mask & (request->mask + 1)) != 0) {
        return KERN_INVALID_ARGUMENT;
    }
    if ((request->protection & ~request->max_protection) != 0 ||
        (request->max_protection & ~VM_PROT_ALL) != 0 ||
        request->inheritance > VM_INHERIT_LAST_VALID) {
        return KERN_INVALID_ARGUMENT;
    }
    request->size = (request->size + PAGE_MASK) & ~PAGE_MASK;
    if (request->size > VM_OBJECT_SIZE_MAX) {
        return KERN_NO_SPACE;
    }
    uint64_t end;
    if (request->object != nullptr &&
        ((request->offset & PAGE_MASK) != 0 || !checked_add(request->offset, request->size, &end) ||
         end > request->object->size)) {
        return KERN_INVALID_ARGUMENT;
    }
    return (request->flags & VM_FLAGS_PURGABLE) == 0 ? KERN_SUCCESS : validate_purgeable(request);
}

/* Give ENTRY memory that can be purged; it belongs to who asks for it. */
static kern_return_t make_purgeable(struct vm_map *map, const struct vm_map_request *request,
                                    struct vm_map_entry *entry)
{
    struct vm_map *own = current_thread()->map;
    entry->object = vm_object_create_purgeable(
        request->size, vm_map_owner(own == nullptr ? map : own), VM_PURGABLE_NONVOLATILE, false);
    return entry->object == nullptr ? KERN_RESOURCE_SHORTAGE : KERN_SUCCESS;
}

/* Let ENTRY show what REQUEST says.  The reference on the object stays with the request. */
static kern_return_t set_object(struct vm_map *map, const struct vm_map_request *request,
                                struct vm_map_entry *entry)
{
    struct vm_object *object = request->object;
    entry->object = object;
    entry->offset = object == nullptr ? 0 : request->offset;
    entry->needs_copy = false;
    if (object == nullptr && (request->flags & VM_FLAGS_PURGABLE) != 0) {
        return make_purgeable(map, request, entry);
    }
    if (object == nullptr || object->kind == VM_OBJECT_PHYSICAL) {
        return object != nullptr && request->copy ? KERN_INVALID_ARGUMENT : KERN_SUCCESS;
    }
    if (request->copy && vm_object_is_copied_by_pages(object)) {
        entry->offset = 0;
        return vm_object_copy_pages(object, request->offset, request->size, &entry->object);
    }
    bool is_shared = !request->copy && ((request->max_protection & VM_PROT_WRITE) != 0 ||
                                        object->kind == VM_OBJECT_PURGEABLE);
    entry->needs_copy = !is_shared;
    vm_object_raise_use(object, is_shared ? VM_OBJECT_SHARED : VM_OBJECT_COPIED);
    return KERN_SUCCESS;
}

/* An entry of MAP for REQUEST, without a place.  Returns: KERN_SUCCESS; KERN_INVALID_ARGUMENT;
 * KERN_RESOURCE_SHORTAGE. */
static kern_return_t make_entry(struct vm_map *map, const struct vm_map_request *request,
                                struct vm_map_entry **result)
{
    struct vm_map_entry *entry = vm_map_has_room(map) ? vm_map_entry_create() : nullptr;
    if (entry == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    kern_return_t code = set_object(map, request, entry);
    if (code != KERN_SUCCESS) {
        vm_map_entry_free(entry);
        return code;
    }
    entry->protection = request->protection;
    entry->max_protection = request->max_protection;
    entry->inheritance = request->inheritance;
    entry->behavior = VM_BEHAVIOR_DEFAULT;
    entry->user_tag = (uint8_t)((uint32_t)request->flags >> 24);
    entry->is_permanent = (request->flags & VM_FLAGS_PERMANENT) != 0;
    *result = entry;
    return KERN_SUCCESS;
}

/* Free the place that REQUEST names, or see that it is free; the entry behind it goes to *NEXT. */
static kern_return_t place_fixed(struct vm_map *map, const struct vm_map_request *request,
                                 struct list *removed, struct vm_map_entry **next)
    REQUIRES(map->lock)
{
    virt_addr_t start = request->address;
    if ((start & (request->mask | PAGE_MASK)) != 0) {
        return KERN_INVALID_ARGUMENT;
    }
    if (start < map->min_address || start > map->max_address ||
        map->max_address - start < request->size) {
        return KERN_INVALID_ADDRESS;
    }
    if ((request->flags & VM_FLAGS_OVERWRITE) != 0) {
        kern_return_t result = vm_map_remove_locked(map, start, start + request->size, removed);
        if (result != KERN_SUCCESS) {
            return result;
        }
    }
    *next = vm_map_lookup_from(map, start);
    if (*next != nullptr && (*next)->start < start + request->size) {
        return KERN_NO_SPACE;
    }
    return KERN_SUCCESS;
}

static kern_return_t place_anywhere(struct vm_map *map, struct vm_map_request *request,
                                    struct vm_map_entry **next) REQUIRES(map->lock)
{
    virt_addr_t from = (request->address + PAGE_MASK) & ~PAGE_MASK;
    if (from < map->min_address || from >= VM_MAP_ANYWHERE_END) {
        from = 0;
    }
    uint64_t mask = request->mask | PAGE_MASK;
    kern_return_t result = vm_map_find_gap(map, request->size, mask, from, &request->address, next);
    if (result == KERN_NO_SPACE && from != 0) {
        result = vm_map_find_gap(map, request->size, mask, 0, &request->address, next);
    }
    return result;
}

kern_return_t vm_map_place(struct vm_map *map, struct vm_map_request *request, struct list *removed,
                           struct vm_map_entry **next)
{
    if (map->is_dead) {
        return KERN_NO_SPACE;
    }
    return (request->flags & VM_FLAGS_ANYWHERE) != 0 ? place_anywhere(map, request, next)
                                                     : place_fixed(map, request, removed, next);
}

/* Find a place for ENTRY in MAP and insert it. */
static kern_return_t insert(struct vm_map *map, struct vm_map_request *request,
                            struct vm_map_entry *entry, struct list *removed) REQUIRES(map->lock)
{
    struct vm_map_entry *next;
    if (map->is_locked_down && (request->protection & VM_PROT_EXECUTE) != 0) {
        return KERN_PROTECTION_FAILURE;
    }
    kern_return_t result = vm_map_place(map, request, removed, &next);
    if (result != KERN_SUCCESS) {
        return result;
    }
    map->has_permanent |= entry->is_permanent;
    entry->start = request->address;
    entry->end = request->address + request->size;
    vm_map_link(map, entry, next);
    vm_map_merge_previous(map, entry);
    if (next != nullptr) {
        vm_map_merge_previous(map, next);
    }
    return KERN_SUCCESS;
}

kern_return_t vm_map_enter(struct vm_map *map, struct vm_map_request *request)
{
    kern_return_t result = validate(request);
    if (result != KERN_SUCCESS) {
        return result;
    }
    struct vm_map_entry *entry;
    result = make_entry(map, request, &entry);
    if (result != KERN_SUCCESS) {
        return result;
    }
    struct vm_object *given = request->object;
    struct vm_object *copied = entry->object == given ? nullptr : entry->object;
    struct list removed;
    list_init(&removed);
    mutex_lock(&map->lock);
    result = insert(map, request, entry, &removed);
    mutex_unlock(&map->lock);
    vm_map_dispose(&removed);

    /* ENTRY may be merged and gone by now.  The object that it does not refer to goes too. */
    struct vm_object *unused = copied;
    if (result == KERN_SUCCESS) {
        unused = copied == nullptr ? nullptr : given;
    } else {
        vm_map_entry_free(entry);
    }
    if (unused != nullptr) {
        vm_object_release(unused);
    }
    return result;
}
