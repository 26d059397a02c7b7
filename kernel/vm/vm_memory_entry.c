/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory entries, and the look-up of the object behind a range that they begin with.
 */
#include <vm/vm_memory_entry.h>

#include <lib/assert.h>
#include <lib/overflow.h>
#include <mem/zone.h>
#include <vm/vm_map_internal.h>

static struct zone memory_entry_zone;

void
vm_memory_entry_init_zone(void)
{
    zone_init(&memory_entry_zone, "vm_memory_entry", sizeof(struct vm_memory_entry));
}

/* See vm_map_lookup_object(). */
static kern_return_t
lookup_object_locked(struct vm_map *map, virt_addr_t address, uint64_t *size,
                     vm_prot_t protection, struct vm_object **object, uint64_t *offset)
    REQUIRES(map->lock)
{
    struct vm_map_entry *entry = vm_map_lookup_entry(map, address);
    if (entry == nullptr) {
        return KERN_INVALID_ADDRESS;
    }
    if ((protection & ~entry->protection) != 0) {
        return KERN_PROTECTION_FAILURE;
    }
    struct vm_map_entry twin;
    kern_return_t result = vm_map_entry_share(entry, &twin);
    if (result != KERN_SUCCESS) {
        return result;
    }
    uint64_t rest = entry->end - address;
    *size = *size < rest ? *size : rest;
    *object = twin.object;
    *offset = twin.offset + (address - twin.start);
    return KERN_SUCCESS;
}

kern_return_t
vm_map_lookup_object(struct vm_map *map, virt_addr_t address, uint64_t *size,
                     vm_prot_t protection, struct vm_object **object, uint64_t *offset)
{
    mutex_lock(&map->lock);
    kern_return_t result = lookup_object_locked(map, address, size, protection, object, offset);
    mutex_unlock(&map->lock);
    return result;
}

struct vm_memory_entry *
vm_memory_entry_create_from_object(struct vm_object *object, uint64_t offset, uint64_t size,
                                   vm_prot_t protection)
{
    assert(((offset | size) & PAGE_MASK) == 0);
    assert(offset <= object->size && size <= object->size - offset);
    struct vm_memory_entry *entry = zone_alloc(&memory_entry_zone);
    if (entry == nullptr) {
        return nullptr;
    }
    refcount_init(&entry->references, 1);
    entry->object = object;
    entry->offset = offset;
    entry->size = size;
    entry->protection = protection;
    vm_object_raise_use(object, (protection & VM_PROT_WRITE) != 0 ? VM_OBJECT_SHARED
                                                                  : VM_OBJECT_COPIED);
    return entry;
}

kern_return_t
vm_memory_entry_create(struct vm_map *map, virt_addr_t address, uint64_t *size,
                       vm_prot_t protection, struct vm_memory_entry **entry)
{
    virt_addr_t end;
    if (*size == 0 || !checked_add(address, *size, &end) || !vm_map_round_range(&address, &end)) {
        return KERN_INVALID_ARGUMENT;
    }
    uint64_t length = end - address;
    struct vm_object *object;
    uint64_t offset;
    kern_return_t result =
        vm_map_lookup_object(map, address, &length, protection, &object, &offset);
    if (result != KERN_SUCCESS) {
        return result;
    }
    *entry = vm_memory_entry_create_from_object(object, offset, length, protection);
    if (*entry == nullptr) {
        vm_object_release(object);
        return KERN_RESOURCE_SHORTAGE;
    }
    *size = length;
    return KERN_SUCCESS;
}

kern_return_t
vm_memory_entry_create_anonymous(uint64_t size, vm_prot_t protection,
                                 struct vm_memory_entry **entry)
{
    if (size == 0 || size > VM_OBJECT_SIZE_MAX) {
        return KERN_INVALID_ARGUMENT;
    }
    size = (size + PAGE_MASK) & ~PAGE_MASK;
    struct vm_object *object = vm_object_create(size);
    if (object == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    *entry = vm_memory_entry_create_from_object(object, 0, size, protection);
    if (*entry == nullptr) {
        vm_object_release(object);
        return KERN_RESOURCE_SHORTAGE;
    }
    return KERN_SUCCESS;
}

void
vm_memory_entry_reference(struct vm_memory_entry *entry)
{
    refcount_acquire(&entry->references);
}

void
vm_memory_entry_release(struct vm_memory_entry *entry)
{
    if (entry != nullptr && refcount_release(&entry->references)) {
        vm_object_release(entry->object);
        zone_free(&memory_entry_zone, entry);
    }
}
