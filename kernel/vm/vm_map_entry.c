/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Single entries: splitting and joining them, and the four things that can happen to the object
 * behind one: it is made, copied, shared, or made writable in place.
 *
 * A copy by reference marks both entries needs_copy.  That would take a sharer's later writes away
 * from the other sharers, so an object that several write in place (VM_OBJECT_SHARED) is copied at
 * once; and before an entry becomes shared, its needs_copy is ended.
 */
#include <vm/vm_map_internal.h>

#include <lib/assert.h>
#include <vm/vm_shadow.h>

/* Split ENTRY at ADDRESS, inside it; it keeps the part below.  The two refer to disjoint parts of
 * the object: its use does not change. */
static kern_return_t split(struct vm_map *map, struct vm_map_entry *entry, virt_addr_t address)
    REQUIRES(map->lock)
{
    struct vm_map_entry *upper = vm_map_has_room(map) ? vm_map_entry_create() : nullptr;
    if (upper == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    *upper = *entry;
    upper->start = address;
    upper->offset += address - entry->start;
    if (upper->object != nullptr) {
        vm_object_reference(upper->object);
    }
    entry->end = address;
    map->size -= upper->end - address;
    vm_map_link(map, upper, vm_map_next(map, entry));
    return KERN_SUCCESS;
}

kern_return_t vm_map_clip(struct vm_map *map, virt_addr_t start, virt_addr_t end,
                          struct vm_map_entry **first)
{
    struct vm_map_entry *entry = vm_map_lookup_from(map, start);
    assert(entry != nullptr && entry->start < end);
    if (entry->start < start) {
        if (split(map, entry, start) != KERN_SUCCESS) {
            return KERN_RESOURCE_SHORTAGE;
        }
        entry = vm_map_next(map, entry);
    }
    struct vm_map_entry *last = entry->end >= end ? entry : vm_map_lookup_entry(map, end - 1);
    if (last != nullptr && last->end > end && split(map, last, end) != KERN_SUCCESS) {
        vm_map_merge_previous(map, entry);
        return KERN_RESOURCE_SHORTAGE;
    }
    *first = entry;
    return KERN_SUCCESS;
}

/* True if UPPER goes on where LOWER ends, in every respect. */
static bool continues(const struct vm_map_entry *lower, const struct vm_map_entry *upper)
{
    uint64_t size = lower->end - lower->start;
    if (lower->end != upper->start || lower->object != upper->object) {
        return false;
    }
    if (lower->object == nullptr ? size + (upper->end - upper->start) > VM_OBJECT_SIZE_MAX
                                 : lower->offset + size != upper->offset) {
        return false;
    }
    return lower->protection == upper->protection &&
           lower->max_protection == upper->max_protection &&
           lower->inheritance == upper->inheritance && lower->needs_copy == upper->needs_copy &&
           lower->user_tag == upper->user_tag && lower->behavior == upper->behavior &&
           lower->is_permanent == upper->is_permanent;
}

void vm_map_merge_previous(struct vm_map *map, struct vm_map_entry *entry)
{
    struct vm_map_entry *previous = vm_map_previous(map, entry);
    if (previous == nullptr || !continues(previous, entry)) {
        return;
    }
    vm_map_unlink(map, previous);
    map->size += previous->end - previous->start;
    entry->start = previous->start;
    entry->offset = previous->offset;
    if (previous->object != nullptr) {
        vm_object_release(previous->object);
    }
    vm_map_entry_free(previous);
}

void vm_map_merge_range(struct vm_map *map, virt_addr_t start, virt_addr_t end)
{
    struct vm_map_entry *entry = vm_map_lookup_from(map, start);
    while (entry != nullptr && entry->start <= end) {
        vm_map_merge_previous(map, entry);
        entry = vm_map_next(map, entry);
    }
}

kern_return_t vm_map_check_access(struct vm_map *map, virt_addr_t start, virt_addr_t end,
                                  vm_prot_t protection)
{
    struct vm_map_entry *entry = vm_map_lookup_entry(map, start);
    while (start < end) {
        if (entry == nullptr || entry->start > start) {
            return KERN_INVALID_ADDRESS;
        }
        if ((entry->protection & protection) != protection) {
            return KERN_PROTECTION_FAILURE;
        }
        start = entry->end;
        entry = vm_map_next(map, entry);
    }
    return KERN_SUCCESS;
}

kern_return_t vm_map_entry_make_object(struct vm_map_entry *entry)
{
    if (entry->object != nullptr) {
        return KERN_SUCCESS;
    }
    entry->object = vm_object_create(entry->end - entry->start);
    entry->offset = 0;
    return entry->object == nullptr ? KERN_RESOURCE_SHORTAGE : KERN_SUCCESS;
}

kern_return_t vm_map_entry_make_writable(struct vm_map_entry *entry)
{
    struct vm_object *object = entry->object;
    if (!entry->needs_copy) {
        return KERN_SUCCESS;
    }
    if (!vm_object_is_sole(object) || object->kind != VM_OBJECT_ANONYMOUS) {
        /* The pmap's entries stay right: read-only, and the same pages until they are written. */
        object = vm_object_shadow(object, entry->offset, entry->end - entry->start);
        if (object == nullptr) {
            return KERN_RESOURCE_SHORTAGE;
        }
        entry->object = object;
        entry->offset = 0;
    }
    entry->needs_copy = false;
    return KERN_SUCCESS;
}

/* Mark ENTRY and COPY, its equal, as two views of one object that copy before they write. */
static void copy_by_reference(struct vm_map *map, struct vm_map_entry *entry,
                              struct vm_map_entry *copy)
{
    if (!entry->needs_copy) {
        entry->needs_copy = true;
        if ((entry->protection & VM_PROT_WRITE) != 0) {
            pmap_protect(map->pmap, entry->start, entry->end, entry->protection & ~VM_PROT_WRITE);
        }
    }
    copy->needs_copy = true;
    vm_object_reference_for(copy->object, VM_OBJECT_COPIED);
}

kern_return_t vm_map_entry_copy(struct vm_map *map, struct vm_map_entry *entry,
                                struct vm_map_entry *copy)
{
    struct vm_object *object = entry->object;
    *copy = *entry;
    copy->is_permanent = false;
    if (object == nullptr) {
        return KERN_SUCCESS;
    }
    if (object->kind == VM_OBJECT_PHYSICAL) {
        return KERN_PROTECTION_FAILURE;
    }
    if (!vm_object_is_copied_by_pages(object)) {
        copy_by_reference(map, entry, copy);
        return KERN_SUCCESS;
    }
    copy->offset = 0;
    copy->needs_copy = false;
    return vm_object_copy_pages(object, entry->offset, entry->end - entry->start, &copy->object);
}

kern_return_t vm_map_entry_share(struct vm_map_entry *entry, struct vm_map_entry *twin)
{
    kern_return_t result = vm_map_entry_make_object(entry);
    bool is_writable = (entry->max_protection & VM_PROT_WRITE) != 0;
    if (result == KERN_SUCCESS && is_writable) {
        result = vm_map_entry_make_writable(entry);
    }
    if (result != KERN_SUCCESS) {
        return result;
    }
    is_writable |= entry->object->kind == VM_OBJECT_PURGEABLE; /* it changes by itself */
    *twin = *entry;
    twin->is_permanent = false;
    vm_object_reference_for(entry->object, is_writable ? VM_OBJECT_SHARED : VM_OBJECT_COPIED);
    return KERN_SUCCESS;
}

void vm_map_entry_free_pages(struct vm_map_entry *entry, virt_addr_t start, virt_addr_t end)
{
    struct vm_object *object = entry->object;
    if (object != nullptr && object->kind == VM_OBJECT_ANONYMOUS &&
        vm_object_current_use(object) == VM_OBJECT_EXCLUSIVE) {
        vm_object_free_range(object, entry->offset + (start - entry->start), end - start);
    }
}

kern_return_t vm_prot_limit(vm_prot_t *protection, vm_prot_t has)
{
    if ((*protection & VM_PROT_IS_MASK) != 0) {
        *protection &= has & VM_PROT_ALL;
        return *protection == VM_PROT_NONE ? KERN_PROTECTION_FAILURE : KERN_SUCCESS;
    }
    return (*protection & ~has) != 0 ? KERN_PROTECTION_FAILURE : KERN_SUCCESS;
}

/* See vm_map_lookup_object(). */
static kern_return_t lookup_object_locked(struct vm_map *map, virt_addr_t address, uint64_t *size,
                                          vm_prot_t *protection, struct vm_object **object,
                                          uint64_t *offset) REQUIRES(map->lock)
{
    struct vm_map_entry *entry = vm_map_lookup_entry(map, address);
    if (entry == nullptr) {
        return KERN_INVALID_ADDRESS;
    }
    struct vm_map_entry twin;
    kern_return_t result = vm_prot_limit(protection, entry->protection);
    if (result == KERN_SUCCESS) {
        result = vm_map_entry_share(entry, &twin);
    }
    if (result != KERN_SUCCESS) {
        return result;
    }
    uint64_t rest = entry->end - address;
    *size = *size < rest ? *size : rest;
    *object = twin.object;
    *offset = twin.offset + (address - twin.start);
    return KERN_SUCCESS;
}

kern_return_t vm_map_lookup_object(struct vm_map *map, virt_addr_t address, uint64_t *size,
                                   vm_prot_t *protection, struct vm_object **object,
                                   uint64_t *offset)
{
    mutex_lock(&map->lock);
    kern_return_t result = lookup_object_locked(map, address, size, protection, object, offset);
    mutex_unlock(&map->lock);
    return result;
}
