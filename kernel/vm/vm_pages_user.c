/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Routines about single pages, several ranges at once, and the hints and orders that memory without a
 * pager has no use for: they check what they are asked and say so.
 */
#include <vm/vm_user.h>

#include <lib/object_number.h>
#include <lib/overflow.h>
#include <lib/string.h>
#include <arch/user_copy.h>
#include <sched/thread.h>
#include <vm/vm_fault.h>
#include <vm/vm_map_internal.h>
#include <vm/vm_purgeable.h>

/* Is the range one, and (with CHECK_MAPPED) all mapped?  A range of no bytes always is. */
static kern_return_t check_range(struct vm_map *target, mach_vm_address_t address,
                                 mach_vm_size_t size, bool check_mapped)
{
    mach_vm_address_t end;
    if (target == nullptr || !checked_add(address, size, &end)) {
        return KERN_INVALID_ARGUMENT;
    }
    if (!check_mapped || size == 0) {
        return KERN_SUCCESS;
    }
    mutex_lock(&target->lock);
    kern_return_t result = vm_map_check_access(target, address & ~PAGE_MASK, end, VM_PROT_NONE);
    mutex_unlock(&target->lock);
    return result;
}

kern_return_t mach_vm_msync(struct vm_map *target, mach_vm_address_t address, mach_vm_size_t size,
                            vm_sync_t flags)
{
    const vm_sync_t both = VM_SYNC_SYNCHRONOUS | VM_SYNC_ASYNCHRONOUS;
    if ((flags & both) == both) {
        return KERN_INVALID_ARGUMENT;
    }
    return check_range(target, address, size, (flags & VM_SYNC_CONTIGUOUS) != 0);
}

kern_return_t mach_vm_machine_attribute(struct vm_map *target, mach_vm_address_t address,
                                        mach_vm_size_t size, vm_machine_attribute_t attribute,
                                        vm_machine_attribute_val_t *value)
{
    if (attribute != MATTR_CACHE || *value < MATTR_VAL_CACHE_FLUSH ||
        *value > MATTR_VAL_CACHE_SYNC) {
        return KERN_INVALID_ARGUMENT;
    }
    return check_range(target, address, size, true);
}

/* The object at ADDRESS that CONTROL may be applied to, with a reference. */
static kern_return_t find_purgeable(struct vm_map *target, mach_vm_address_t address,
                                    vm_purgable_t control, struct vm_object **object)
    REQUIRES(target->lock)
{
    struct vm_map_entry *entry = vm_map_lookup_entry(target, address & ~PAGE_MASK);
    if (entry == nullptr) {
        return KERN_INVALID_ADDRESS;
    }
    if ((entry->protection & VM_PROT_WRITE) == 0 && control != VM_PURGABLE_GET_STATE) {
        return KERN_PROTECTION_FAILURE;
    }
    if (entry->object == nullptr || vm_object_purgeable_state(entry->object) == VM_PURGABLE_DENY) {
        return KERN_INVALID_ARGUMENT;
    }
    *object = entry->object;
    vm_object_reference(*object);
    return KERN_SUCCESS;
}

kern_return_t mach_vm_purgable_control(struct vm_map *target, mach_vm_address_t address,
                                       vm_purgable_t control, int *state)
{
    if (target == nullptr || control < VM_PURGABLE_SET_STATE || control > VM_PURGABLE_PURGE_ALL ||
        (control == VM_PURGABLE_SET_STATE && (*state & ~VM_PURGABLE_ALL_MASKS) != 0)) {
        return KERN_INVALID_ARGUMENT;
    }
    if (control == VM_PURGABLE_PURGE_ALL) {
        vm_purgeable_purge_all();
        return KERN_SUCCESS;
    }
    struct vm_object *object;
    mutex_lock(&target->lock);
    kern_return_t result = find_purgeable(target, address, control, &object);
    mutex_unlock(&target->lock);
    if (result == KERN_SUCCESS) {
        result = vm_object_purgeable_control(object, control, state);
        vm_object_release(object);
    }
    return result;
}

kern_return_t mach_vm_task_wire(struct vm_map *target, boolean_t must_wire)
{
    (void)must_wire;
    return target == nullptr ? KERN_INVALID_ARGUMENT : KERN_NOT_SUPPORTED;
}

kern_return_t mach_vm_wire(struct vm_map *target, mach_vm_address_t address, mach_vm_size_t size,
                           vm_prot_t access)
{
    mach_vm_address_t end;
    if ((access & ~(vm_prot_t)VM_PROT_ALL) != 0 || !checked_add(address, size, &end)) {
        return KERN_INVALID_VALUE;
    }
    if (size == 0) {
        return KERN_SUCCESS;
    }
    mutex_lock(&target->lock);
    kern_return_t result = vm_map_check_access(target, address & ~PAGE_MASK, end, access);
    mutex_unlock(&target->lock);
    if (access == VM_PROT_NONE) {
        return result; /* pages stay anyway */
    }
    for (mach_vm_address_t page = address & ~PAGE_MASK; page < end && result == KERN_SUCCESS;
         page += PAGE_SIZE) {
        result = vm_fault(target, page, access);
    }
    return result;
}

/* What OBJECT, or one behind it, has at OFFSET: VM_PAGE_QUERY_PAGE_*; and *DEPTH, how many are before the
 * one that has it. Nothing but the page holds what was written to it, so it counts as dirty. */
static integer_t page_disposition(struct vm_object *object, uint64_t offset,
                                  int *depth) NO_LOCK_ANALYSIS
{
    *depth = 0;
    integer_t found = VM_PAGE_QUERY_PAGE_PRESENT | VM_PAGE_QUERY_PAGE_DIRTY;
    mutex_lock(&object->lock);
    while (offset >= object->size || vm_object_lookup_page(object, offset) == nullptr) {
        struct vm_object *next = object->shadow;
        if (next == nullptr) {
            found = 0;
            break;
        }
        found |= VM_PAGE_QUERY_PAGE_COPIED;
        ++*depth;
        offset += object->shadow_offset;
        mutex_lock(&next->lock);
        mutex_unlock(&object->lock);
        object = next;
    }
    mutex_unlock(&object->lock);
    return found;
}

/* All about the page at OFFSET; zeros, if there is no memory. */
static struct vm_page_info_basic page_info(struct vm_map *target, mach_vm_offset_t offset)
{
    struct vm_page_info_basic info = {};
    mutex_lock(&target->lock);
    struct vm_map_entry *entry = vm_map_lookup_entry(target, offset & ~PAGE_MASK);
    if (entry != nullptr && entry->object != nullptr) {
        info.offset = entry->offset + ((offset & ~PAGE_MASK) - entry->start);
        info.disposition = page_disposition(entry->object, info.offset, &info.depth);
        info.ref_count = (int)refcount_value(&entry->object->references);
        info.object_id = object_number(entry->object);
    }
    mutex_unlock(&target->lock);
    return info;
}

kern_return_t mach_vm_page_query(struct vm_map *target, mach_vm_offset_t offset,
                                 integer_t *disposition, integer_t *references)
{
    if (target == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    struct vm_page_info_basic info = page_info(target, offset);
    *disposition = info.disposition;
    *references = info.ref_count;
    return KERN_SUCCESS;
}

kern_return_t mach_vm_page_info(struct vm_map *target, mach_vm_address_t address,
                                vm_page_info_flavor_t flavor, vm_page_info_t info,
                                mach_msg_type_number_t *info_count)
{
    if (target == nullptr || flavor != VM_PAGE_INFO_BASIC ||
        *info_count < VM_PAGE_INFO_BASIC_COUNT) {
        return KERN_INVALID_ARGUMENT;
    }
    struct vm_page_info_basic answer = page_info(target, address);
    memcpy(info, &answer, sizeof(answer));
    *info_count = VM_PAGE_INFO_BASIC_COUNT;
    return KERN_SUCCESS;
}

/* Pages that are looked at between two copies to the caller. */
#define QUERY_CHUNK 64

kern_return_t mach_vm_page_range_query(struct vm_map *target, mach_vm_offset_t address,
                                       mach_vm_size_t size, mach_vm_address_t dispositions,
                                       mach_vm_size_t *dispositions_count)
{
    mach_vm_address_t end;
    if (target == nullptr || !checked_add(address, size, &end) || end > UINT64_MAX - PAGE_MASK) {
        return KERN_INVALID_ARGUMENT;
    }
    mach_vm_offset_t page = address & ~PAGE_MASK;
    mach_vm_size_t count = (((end + PAGE_MASK) & ~PAGE_MASK) - page) / PAGE_SIZE;
    count = count < *dispositions_count ? count : *dispositions_count;
    for (mach_vm_size_t done = 0; done < count;) {
        integer_t found[QUERY_CHUNK];
        integer_t references;
        mach_vm_size_t chunk = count - done < QUERY_CHUNK ? count - done : QUERY_CHUNK;
        for (mach_vm_size_t i = 0; i < chunk; i++, page += PAGE_SIZE) {
            (void)mach_vm_page_query(target, page, &found[i], &references);
        }
        if (copyout(dispositions + done * sizeof(found[0]), found, chunk * sizeof(found[0])) !=
            KERN_SUCCESS) {
            return KERN_FAILURE;
        }
        done += chunk;
    }
    *dispositions_count = count;
    return KERN_SUCCESS;
}

/* As Darwin's kernel answers, which is not made to be debugged so. */
kern_return_t mach_vm_region_info(struct vm_map *task, vm_address_t address,
                                  vm_info_region_t *region, struct vm_map_copy **objects,
                                  mach_msg_type_number_t *count)
{
    (void)task;
    (void)address;
    (void)region;
    (void)objects;
    (void)count;
    return KERN_FAILURE;
}

kern_return_t mach_vm_region_info_64(struct vm_map *task, vm_address_t address,
                                     vm_info_region_64_t *region, struct vm_map_copy **objects,
                                     mach_msg_type_number_t *count)
{
    (void)task;
    (void)address;
    (void)region;
    (void)objects;
    (void)count;
    return KERN_FAILURE;
}

kern_return_t mach_vm_mapped_pages_info(struct vm_map *task, struct vm_map_copy **pages,
                                        mach_msg_type_number_t *count)
{
    (void)task;
    (void)pages;
    (void)count;
    return KERN_FAILURE;
}

/* Replace ENTRY's address by that of a copy in OWN. */
static kern_return_t read_entry(struct vm_map *own, struct vm_map *target,
                                struct mach_vm_read_entry *entry)
{
    struct vm_map_copy *copy;
    virt_addr_t place = 0;
    kern_return_t result = vm_map_copyin(target, entry->address, entry->size, false, &copy);
    if (result == KERN_SUCCESS && copy != nullptr) {
        result = vm_map_copyout(own, &place, copy);
        if (result != KERN_SUCCESS) {
            vm_map_copy_discard(copy);
        }
    }
    entry->address = place;
    return result;
}

/* Give back the first COUNT copies in OWN: a reply with an error tells nobody where they are. */
static void discard_entries(struct vm_map *own, const struct mach_vm_read_entry *list,
                            natural_t count)
{
    for (natural_t i = 0; i < count; i++) {
        if (list[i].address != 0) {
            (void)mach_vm_deallocate(own, list[i].address, list[i].size);
        }
    }
}

kern_return_t mach_vm_read_list(struct vm_map *target, mach_vm_read_entry_t list, natural_t count)
{
    struct vm_map *own = current_thread()->map;
    if (target == nullptr || own == nullptr || count > VM_MAP_ENTRY_MAX) {
        return KERN_INVALID_ARGUMENT;
    }
    for (natural_t i = 0; i < count; i++) {
        kern_return_t result = read_entry(own, target, &list[i]);
        if (result != KERN_SUCCESS) {
            discard_entries(own, list, i);
            return result;
        }
    }
    return KERN_SUCCESS;
}
