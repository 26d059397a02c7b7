/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What becomes of copies: new entries in a map, the contents of existing memory, or bytes for the
 * kernel.
 */
#include <vm/vm_map_copy.h>

#include <lib/assert.h>
#include <lib/overflow.h>
#include <lib/string.h>
#include <mem/zone.h>
#include <vm/vm_fault.h>
#include <vm/vm_map_internal.h>
#include <vm/vm_shadow.h>

/* Move the entry that is stored in COPY itself to memory of its own. */
static kern_return_t detach_first(struct vm_map_copy *copy)
{
    if (!copy->first_is_used) {
        return KERN_SUCCESS;
    }
    struct vm_map_entry *entry = vm_map_entry_create();
    if (entry == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    *entry = copy->first;
    list_insert_after(&copy->first.link, &entry->link);
    list_remove(&copy->first.link);
    copy->first_is_used = false;
    return KERN_SUCCESS;
}

/* Move the entries of COPY to BASE of MAP, before NEXT. */
static void link_entries(struct vm_map *map, struct vm_map_copy *copy, virt_addr_t base,
                         struct vm_map_entry *next) REQUIRES(map->lock)
{
    struct vm_map_entry *entry;
    struct vm_map_entry *following;
    list_for_each_entry_safe(entry, following, &copy->entries, link) {
        list_remove(&entry->link);
        entry->start += base;
        entry->end += base;
        entry->protection = VM_PROT_DEFAULT;
        entry->max_protection = VM_PROT_ALL;
        entry->inheritance = VM_INHERIT_DEFAULT;
        entry->behavior = VM_BEHAVIOR_DEFAULT;
        entry->user_tag = VM_MEMORY_MACH_MSG;
        entry->is_permanent = false;
        vm_map_link(map, entry, next);
    }
}

kern_return_t vm_map_copyout(struct vm_map *map, virt_addr_t *address, struct vm_map_copy *copy)
{
    if (copy == nullptr) {
        *address = 0;
        return KERN_SUCCESS;
    }
    kern_return_t result = vm_map_has_room(map) ? detach_first(copy) : KERN_RESOURCE_SHORTAGE;
    if (result != KERN_SUCCESS) {
        return result;
    }
    virt_addr_t base;
    struct vm_map_entry *next;
    mutex_lock(&map->lock);
    result = map->is_dead
                 ? KERN_NO_SPACE
                 : vm_map_find_gap(map, vm_map_copy_span(copy), PAGE_MASK, 0, &base, &next);
    if (result == KERN_SUCCESS) {
        link_entries(map, copy, base, next);
    }
    mutex_unlock(&map->lock);
    if (result != KERN_SUCCESS) {
        return result;
    }
    *address = base + copy->offset;
    vm_map_copy_free(copy);
    return KERN_SUCCESS;
}

/* Copy SIZE bytes that ENTRY shows from OFFSET on to TO. */
static kern_return_t read_entry(const struct vm_map_entry *entry, uint64_t offset, void *to,
                                uint64_t size)
{
    if (entry->object == nullptr) {
        memset(to, 0, size);
        return KERN_SUCCESS;
    }
    return vm_object_read(entry->object, entry->offset + offset, to, size);
}

kern_return_t vm_map_copy_read(struct vm_map_copy *copy, void *to, uint64_t size)
{
    assert(size <= copy->size);
    char *bytes = to;
    uint64_t place = copy->offset;
    uint64_t end = copy->offset + size;
    struct vm_map_entry *entry;
    list_for_each_entry(entry, &copy->entries, link) {
        if (place >= end) {
            break;
        }
        uint64_t part = (entry->end < end ? entry->end : end) - place;
        kern_return_t result = read_entry(entry, place - entry->start, bytes, part);
        if (result != KERN_SUCCESS) {
            return result;
        }
        bytes += part;
        place += part;
    }
    return KERN_SUCCESS;
}

/* Write the bytes of COPY one page's worth after the other to ADDRESS. */
static kern_return_t overwrite_bytes(struct vm_map *map, virt_addr_t address,
                                     const struct vm_map_copy *copy, char *buffer)
{
    uint64_t place = copy->offset;
    uint64_t end = copy->offset + copy->size;
    struct vm_map_entry *entry;
    list_for_each_entry(entry, &copy->entries, link) {
        while (place < entry->end && place < end) {
            uint64_t limit = entry->end < end ? entry->end : end;
            uint64_t part = limit - place < PAGE_SIZE ? limit - place : PAGE_SIZE;
            kern_return_t result = read_entry(entry, place - entry->start, buffer, part);
            if (result == KERN_SUCCESS) {
                result = vm_map_write_bytes(map, address, buffer, part);
            }
            if (result != KERN_SUCCESS) {
                return result;
            }
            address += part;
            place += part;
        }
    }
    return KERN_SUCCESS;
}

/* True if the objects behind [START, END) may be replaced: nobody shares them. */
static bool may_replace(struct vm_map *map, virt_addr_t start, virt_addr_t end) REQUIRES(map->lock)
{
    struct vm_map_entry *entry = vm_map_lookup_from(map, start);
    for (; entry != nullptr && entry->start < end; entry = vm_map_next(map, entry)) {
        if (entry->object != nullptr &&
            (entry->object->kind != VM_OBJECT_ANONYMOUS ||
             vm_object_current_use(entry->object) == VM_OBJECT_SHARED)) {
            return false;
        }
    }
    return true;
}

/* Split the entries of MAP at START where those of COPY end: each is then behind one of these. */
static kern_return_t clip_to_copy(struct vm_map *map, virt_addr_t start, struct vm_map_copy *copy)
    REQUIRES(map->lock)
{
    struct vm_map_entry *source;
    list_for_each_entry(source, &copy->entries, link) {
        struct vm_map_entry *first;
        kern_return_t result = vm_map_clip(map, start + source->start, start + source->end, &first);
        if (result != KERN_SUCCESS) {
            return result;
        }
    }
    return KERN_SUCCESS;
}

/* Let TARGET, which lies behind SOURCE of a copy at START, show what SOURCE does. */
static void replace_object(struct vm_map_entry *target, const struct vm_map_entry *source,
                           virt_addr_t start)
{
    struct vm_object *old = target->object;
    if (old != nullptr) {
        if (!vm_object_is_sole(old)) {
            vm_map_entry_free_pages(target, target->start, target->end);
        }
        vm_object_release(old);
    }
    target->object = source->object;
    target->offset = 0;
    target->needs_copy = false;
    if (source->object != nullptr) {
        target->offset = source->offset + (target->start - start - source->start);
        target->needs_copy = true;
        vm_object_reference_for(source->object, VM_OBJECT_COPIED);
    }
}

/* Make the pages of MAP from START on show what COPY does.  All their mappings are gone. */
static void replace_pages(struct vm_map *map, virt_addr_t start, struct vm_map_copy *copy)
    REQUIRES(map->lock)
{
    struct vm_map_entry *target = vm_map_lookup_entry(map, start);
    struct vm_map_entry *source;
    list_for_each_entry(source, &copy->entries, link) {
        while (target != nullptr && target->start < start + source->end) {
            replace_object(target, source, start);
            target = vm_map_next(map, target);
        }
    }
}

/* Overwrite whole pages by reference.  Returns: KERN_SUCCESS; KERN_NOT_SUPPORTED, bytes must be
 * written; else as vm_map_copy_overwrite(), and nothing has changed. */
static kern_return_t overwrite_pages(struct vm_map *map, virt_addr_t start, virt_addr_t end,
                                     struct vm_map_copy *copy) REQUIRES(map->lock)
{
    kern_return_t result = vm_map_check_access(map, start, end, VM_PROT_WRITE);
    if (result != KERN_SUCCESS) {
        return result;
    }
    if (((start | copy->offset | copy->size) & PAGE_MASK) != 0 || !may_replace(map, start, end)) {
        return KERN_NOT_SUPPORTED;
    }
    result = clip_to_copy(map, start, copy);
    if (result != KERN_SUCCESS) {
        return result;
    }

    pmap_remove(map->pmap, start, end);
    replace_pages(map, start, copy);
    map->timestamp++;
    return KERN_SUCCESS;
}

kern_return_t vm_map_copy_overwrite(struct vm_map *map, virt_addr_t address,
                                    struct vm_map_copy *copy)
{
    virt_addr_t end;
    if (copy == nullptr) {
        return KERN_SUCCESS;
    }
    if (!checked_add(address, copy->size, &end) || end > map->max_address) {
        return KERN_INVALID_ADDRESS;
    }
    mutex_lock(&map->lock);
    kern_return_t result = overwrite_pages(map, address, end, copy);
    mutex_unlock(&map->lock);
    if (result == KERN_NOT_SUPPORTED) {
        char *buffer = kalloc(PAGE_SIZE);
        if (buffer == nullptr) {
            return KERN_RESOURCE_SHORTAGE;
        }
        result = overwrite_bytes(map, address, copy, buffer);
        kfree(buffer, PAGE_SIZE);
    }
    if (result == KERN_SUCCESS) {
        vm_map_copy_discard(copy);
    }
    return result;
}
