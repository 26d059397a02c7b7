/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A child's map: what its parent's entries let it inherit.  It costs per entry, not per page,
 * except for copies of memory that is shared with others.
 */
#include <vm/vm_map.h>

#include <vm/vm_map_internal.h>

/* Fill TWIN with what a child gets of ENTRY.  Devices cannot be copied: they are shared. */
static kern_return_t inherit_entry(struct vm_map *parent, struct vm_map_entry *entry,
                                   struct vm_map_entry *twin) REQUIRES(parent->lock)
{
    bool is_device = entry->object != nullptr && entry->object->kind == VM_OBJECT_PHYSICAL;
    if (entry->inheritance == VM_INHERIT_SHARE || is_device) {
        return vm_map_entry_share(entry, twin);
    }
    return vm_map_entry_copy(parent, entry, twin);
}

/* Append to CHILD, which is new, what it gets of ENTRY. */
static kern_return_t fork_entry(struct vm_map *child, struct vm_map *parent,
                                struct vm_map_entry *entry) REQUIRES(parent->lock)
    REQUIRES(child->lock)
{
    struct vm_map_entry *twin = vm_map_entry_create();
    if (twin == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    kern_return_t result = inherit_entry(parent, entry, twin);
    if (result != KERN_SUCCESS) {
        vm_map_entry_free(twin);
        return result;
    }
    twin->is_permanent = entry->is_permanent;
    vm_map_link(child, twin, nullptr);
    return KERN_SUCCESS;
}

static kern_return_t fork_entries(struct vm_map *child, struct vm_map *parent)
    REQUIRES(parent->lock) REQUIRES(child->lock)
{
    struct vm_map_entry *entry;
    list_for_each_entry(entry, &parent->entry_list, link) {
        if (entry->inheritance == VM_INHERIT_NONE) {
            continue;
        }
        kern_return_t result = fork_entry(child, parent, entry);
        if (result != KERN_SUCCESS) {
            return result;
        }
    }
    return KERN_SUCCESS;
}

struct vm_map *vm_map_fork(struct vm_map *parent)
{
    struct vm_map *child = vm_map_create();
    if (child == nullptr) {
        return nullptr;
    }
    mutex_lock(&parent->lock);
    mutex_lock(&child->lock);
    child->has_permanent = parent->has_permanent;
    kern_return_t result = fork_entries(child, parent);
    mutex_unlock(&child->lock);
    mutex_unlock(&parent->lock);
    if (result != KERN_SUCCESS) {
        vm_map_deallocate(child);
        return nullptr;
    }
    return child;
}
