/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is to be done with a range now: its contents are not needed, or are to be zeros.  Pages that only
 * this memory shows are given back at once, which is as late as a program may rely on.
 */
#include <vm/vm_user.h>

#include <lib/overflow.h>
#include <vm/vm_fault.h>
#include <vm/vm_map_internal.h>

/* Whether ENTRY's object has all that it shows, and nobody else needs it as it is. */
static bool may_discard(const struct vm_map_entry *entry)
{
    struct vm_object *object = entry->object;
    return object != nullptr && object->kind == VM_OBJECT_ANONYMOUS && !entry->needs_copy &&
           vm_object_current_use(object) != VM_OBJECT_COPIED;
}

/* Give back the pages of [START, END), as far as it is in ENTRY.  Returns: false if there may be others
 * behind them. */
static bool discard(const struct vm_map_entry *entry, virt_addr_t start, virt_addr_t end)
{
    struct vm_object *object = entry->object;
    if (object == nullptr) {
        return true;
    }
    if (!may_discard(entry)) {
        return false;
    }
    start = start > entry->start ? start : entry->start;
    end = end < entry->end ? end : entry->end;
    mutex_lock(&object->lock);
    bool has_all = object->shadow == nullptr;
    if (has_all) {
        (void)vm_object_discard_range(object, entry->offset + (start - entry->start), end - start);
    }
    mutex_unlock(&object->lock);
    return has_all;
}

/* Whether what ENTRY shows may be used again: memory of an allocator only if it is as it was made. */
static bool is_reusable(const struct vm_map_entry *entry)
{
    bool is_malloc =
        entry->user_tag == VM_MEMORY_MALLOC_TINY || entry->user_tag == VM_MEMORY_REALLOC ||
        (entry->user_tag >= VM_MEMORY_MALLOC && entry->user_tag <= VM_MEMORY_MALLOC_LARGE) ||
        entry->user_tag == VM_MEMORY_MALLOC_LARGE_REUSABLE ||
        entry->user_tag == VM_MEMORY_MALLOC_LARGE_REUSED;
    if (!is_malloc) {
        return true;
    }
    const struct vm_object *object = entry->object;
    return entry->protection == VM_PROT_DEFAULT && entry->max_protection == VM_PROT_ALL &&
           entry->inheritance == VM_INHERIT_DEFAULT &&
           (object == nullptr || (object->kind == VM_OBJECT_ANONYMOUS && !entry->needs_copy));
}

/* May BEHAVIOR be ordered for ENTRY? */
static kern_return_t check_entry(const struct vm_map_entry *entry, vm_behavior_t behavior)
{
    bool is_writable = (entry->protection & VM_PROT_WRITE) != 0;
    switch (behavior) {
    case VM_BEHAVIOR_REUSABLE:
        if (!is_reusable(entry)) {
            return KERN_INVALID_ADDRESS;
        }
        return is_writable ? KERN_SUCCESS : KERN_PROTECTION_FAILURE;
    case VM_BEHAVIOR_REUSE:
    case VM_BEHAVIOR_CAN_REUSE: return is_reusable(entry) ? KERN_SUCCESS : KERN_INVALID_ADDRESS;
    case VM_BEHAVIOR_ZERO_WIRED_PAGES: return is_writable ? KERN_SUCCESS : KERN_PROTECTION_FAILURE;
    case VM_BEHAVIOR_ZERO:
        if (!is_writable || (entry->protection & VM_PROT_EXECUTE) != 0) {
            return KERN_PROTECTION_FAILURE;
        }
        return entry->needs_copy ? KERN_NO_ACCESS : KERN_SUCCESS;
    default: return KERN_SUCCESS;
    }
}

/* Do to ENTRY what BEHAVIOR says for [START, END).  Returns: false if zeros are left to be written. */
static bool apply(struct vm_map_entry *entry, virt_addr_t start, virt_addr_t end,
                  vm_behavior_t behavior)
{
    switch (behavior) {
    case VM_BEHAVIOR_REUSABLE:
        (void)discard(entry, start, end);
        if (entry->user_tag == VM_MEMORY_MALLOC_LARGE ||
            entry->user_tag == VM_MEMORY_MALLOC_LARGE_REUSED) {
            entry->user_tag = VM_MEMORY_MALLOC_LARGE_REUSABLE;
        }
        return true;
    case VM_BEHAVIOR_REUSE:
        if (entry->user_tag == VM_MEMORY_MALLOC_LARGE_REUSABLE) {
            entry->user_tag = VM_MEMORY_MALLOC_LARGE_REUSED;
        }
        return true;
    case VM_BEHAVIOR_FREE: (void)discard(entry, start, end); return true;
    case VM_BEHAVIOR_ZERO: return discard(entry, start, end);
    default: return true; /* nothing is read ahead, paged out or wired */
    }
}

/* Check all of [START, END), then do what BEHAVIOR says.  *RESULT is its error. Returns: false if zeros
 * are left to be written. */
static bool order_locked(struct vm_map *map, virt_addr_t start, virt_addr_t end,
                         vm_behavior_t behavior, kern_return_t *result) REQUIRES(map->lock)
{
    *result = vm_map_check_access(map, start, end, VM_PROT_NONE);
    struct vm_map_entry *first = vm_map_lookup_entry(map, start);
    struct vm_map_entry *entry = first;
    while (*result == KERN_SUCCESS && entry != nullptr && entry->start < end) {
        *result = check_entry(entry, behavior);
        entry = vm_map_next(map, entry);
    }
    bool is_done = true;
    entry = first;
    while (*result == KERN_SUCCESS && entry != nullptr && entry->start < end) {
        is_done &= apply(entry, start, end, behavior);
        entry = vm_map_next(map, entry);
    }
    return is_done;
}

/* Write zeros over [START, END), whole pages. */
static kern_return_t write_zeros(struct vm_map *map, virt_addr_t start, virt_addr_t end)
{
    static const char zeros[PAGE_SIZE];
    kern_return_t result = KERN_SUCCESS;
    for (; start < end && result == KERN_SUCCESS; start += PAGE_SIZE) {
        result = vm_map_write_bytes(map, start, zeros, PAGE_SIZE);
    }
    return result;
}

/* Carry out an order about a range that is in MAP's addresses. */
static kern_return_t order(struct vm_map *map, virt_addr_t start, virt_addr_t end,
                           vm_behavior_t behavior)
{
    kern_return_t result;
    if (!vm_map_round_range(&start, &end)) {
        return KERN_INVALID_ARGUMENT;
    }
    mutex_lock(&map->lock);
    bool is_done = order_locked(map, start, end, behavior, &result);
    mutex_unlock(&map->lock);
    return result == KERN_SUCCESS && !is_done ? write_zeros(map, start, end) : result;
}

kern_return_t mach_vm_behavior_set(struct vm_map *target, mach_vm_address_t address,
                                   mach_vm_size_t size, vm_behavior_t behavior)
{
    mach_vm_address_t end;
    if (target == nullptr || !checked_add(address, size, &end) || behavior < 0 ||
        behavior > VM_BEHAVIOR_LAST_VALID || behavior == VM_BEHAVIOR_PAGEOUT) {
        return KERN_INVALID_ARGUMENT;
    }
    if (size == 0) {
        return KERN_SUCCESS;
    }
    if (address < target->min_address || end > target->max_address) {
        return KERN_NO_SPACE;
    }
    return behavior <= VM_BEHAVIOR_RSEQNTL ? vm_map_set_behavior(target, address, end, behavior)
                                           : order(target, address, end, behavior);
}
