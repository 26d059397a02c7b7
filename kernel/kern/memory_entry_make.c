/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mach_make_memory_entry_64: of the flags of the caller one says what is made,
 *
 *      MAP_MEM_ONLY           nothing: the parent's cache mode is set
 *      MAP_MEM_NAMED_CREATE   fresh memory
 *      MAP_MEM_VM_COPY        a copy of a range of addresses, whatever is mapped there
 *      MAP_MEM_VM_SHARE       a range of addresses, whatever is mapped there
 *      none of them           the one object at an address, or a part of the parent
 *
 * tried in this order.
 */
#include <mach_vm_server.h>
#include <vm_map_server.h>

#include <mach/memory_object_types.h>

#include <lib/overflow.h>
#include <vm/vm_purgeable.h>
#include <vm/vm_user.h>
#include <ipc/ipc_charge.h>
#include <kern/kernel_port.h>
#include <kern/memory_entry.h>
#include <kern/task.h>

#define DATA_ADDRESS_FLAGS (MAP_MEM_USE_DATA_ADDR | MAP_MEM_4K_DATA_ADDR)

/* What somebody asks for. */
struct wish {
    struct vm_map *map;   /* null: no task's */
    uint64_t address;     /* as it was given: an address, or offset in the parent */
    uint64_t size;        /* as it was given, not 0 */
    uint64_t start;       /* in whole pages */
    uint64_t bytes;       /* in whole pages */
    vm_prot_t protection; /* with VM_PROT_IS_MASK, if that was given */
    int flags;            /* MAP_MEM_* above the protection */
};

/* Round WISH to whole pages.  Returns: false if the range is none. */
static bool round_wish(struct wish *wish)
{
    uint64_t end;
    if (!checked_add(wish->address, wish->size, &end) || end > UINT64_MAX - PAGE_MASK) {
        return false;
    }
    wish->start = wish->address & ~PAGE_MASK;
    wish->bytes = ((end + PAGE_MASK) & ~PAGE_MASK) - wish->start;
    return true;
}

/* An entry's offset of its first byte in its page: 0, unless the caller wants to know it.  With 4K
 * only what is beyond 4 KiB counts, which is nothing in pages of that size. */
static uint64_t data_offset(const struct wish *wish)
{
    bool is_wanted = (wish->flags & DATA_ADDRESS_FLAGS) == MAP_MEM_USE_DATA_ADDR;
    return is_wanted ? wish->address & PAGE_MASK : 0;
}

/* An entry as WISH has it, without the memory. */
static struct memory_entry entry_for(const struct wish *wish)
{
    return (struct memory_entry){
        .size = wish->bytes,
        .data_offset = data_offset(wish),
        .protection = wish->protection & VM_PROT_ALL,
        .access = GET_MAP_MEM(wish->flags),
    };
}

/* MAP_MEM_ONLY: note how the memory of PARENT, behind PORT, is to be cached. */
static kern_return_t set_cache_mode(const struct wish *wish, ipc_port_t port,
                                    const struct memory_entry *parent)
{
    uint32_t access = GET_MAP_MEM(wish->flags);
    if ((wish->flags & DATA_ADDRESS_FLAGS) != 0 || parent == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    if (access != parent->access && (parent->protection & VM_PROT_WRITE) == 0) {
        return KERN_INVALID_RIGHT;
    }
    if (access != MAP_MEM_NOOP) {
        memory_entry_set_access(port, access);
    }
    return KERN_SUCCESS;
}

/* An object of SIZE bytes that belongs to the caller, who may purge it if FLAGS say so. */
static struct vm_object *owned_object(uint64_t size, int flags)
{
    bool is_purgeable = (flags & MAP_MEM_PURGABLE) != 0;
    struct vm_object *object =
        vm_object_create_purgeable(size, vm_map_owner(current_task()->map),
                                   is_purgeable ? VM_PURGABLE_NONVOLATILE : VM_PURGABLE_DENY,
                                   (flags & MAP_MEM_PURGABLE_KERNEL_ONLY) != 0);
    if (object != nullptr && (flags & MAP_MEM_LEDGER_TAGGED) != 0) {
        vm_purgeable_set_owner(object, 0, VM_LEDGER_TAG_DEFAULT, false);
    }
    return object;
}

/* MAP_MEM_NAMED_CREATE. */
static kern_return_t make_fresh(const struct wish *wish, struct memory_entry *entry)
{
    bool is_purgeable = (wish->flags & MAP_MEM_PURGABLE) != 0;
    if ((wish->flags & DATA_ADDRESS_FLAGS) != 0) {
        return KERN_INVALID_ARGUMENT;
    }
    if (wish->bytes > VM_ANONYMOUS_SIZE_MAX) {
        return KERN_FAILURE;
    }
    if (is_purgeable && (wish->protection & VM_PROT_WRITE) == 0) {
        return KERN_INVALID_ARGUMENT; /* who cannot write it cannot purge it */
    }
    *entry = entry_for(wish);
    entry->object = is_purgeable || (wish->flags & MAP_MEM_LEDGER_TAGGED) != 0
                        ? owned_object(wish->bytes, wish->flags)
                        : vm_object_create(wish->bytes);
    if (entry->object == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    vm_object_raise_use(entry->object, VM_OBJECT_SHARED); /* before anybody maps it */
    return KERN_SUCCESS;
}

/* Put what WISH's range shows, shared or (COPY) copied, into a map that is ENTRY's. */
static kern_return_t take_range(const struct wish *wish, bool copy, struct memory_entry *entry)
{
    bool is_mask = (wish->protection & VM_PROT_IS_MASK) != 0;
    struct vm_map_request request = {
        .size = wish->bytes,
        .flags = VM_FLAGS_ANYWHERE,
        .copy = copy,
        .exact = copy || !is_mask,
        .protection = copy ? VM_PROT_ALL : entry->protection,
        .max_protection = copy ? VM_PROT_ALL : entry->protection,
        .inheritance = VM_INHERIT_SHARE,
    };
    kern_return_t result = vm_map_remap(entry->map, &request, wish->map, wish->start);
    entry->offset = request.address;
    if (result == KERN_SUCCESS && !copy && is_mask) {
        entry->protection |= VM_PROT_IS_MASK;
        result = vm_prot_limit(&entry->protection, request.protection);
    }
    return result;
}

/* MAP_MEM_VM_COPY, MAP_MEM_VM_SHARE. */
static kern_return_t make_of_range(const struct wish *wish, struct memory_entry *entry)
{
    if (wish->map == nullptr) {
        return KERN_INVALID_TASK;
    }
    *entry = entry_for(wish);
    entry->map = vm_map_create();
    if (entry->map == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    vm_map_set_quota(entry->map, ipc_current_quota());
    kern_return_t result = take_range(wish, (wish->flags & MAP_MEM_VM_COPY) != 0, entry);
    if (result != KERN_SUCCESS) {
        vm_map_deallocate(entry->map);
    }
    return result;
}

/* What is mapped at WISH's address, as far as one object reaches. */
static kern_return_t make_of_object(const struct wish *wish, struct memory_entry *entry)
{
    if (wish->map == nullptr) {
        return KERN_INVALID_TASK;
    }
    *entry = entry_for(wish);
    entry->protection = wish->protection;
    return vm_map_lookup_object(wish->map, wish->start, &entry->size, &entry->protection,
                                &entry->object, &entry->offset);
}

/* True if ENTRY, just made, is what PARENT is. */
static bool is_same(const struct memory_entry *entry, const struct memory_entry *parent)
{
    return parent != nullptr && parent->object == entry->object &&
           parent->offset == entry->offset && parent->size == entry->size &&
           parent->data_offset == entry->data_offset;
}

/* A part of PARENT, whose data may begin within a page. */
static kern_return_t make_of_parent(struct wish *wish, const struct memory_entry *parent,
                                    struct memory_entry *entry)
{
    uint64_t end;
    if ((wish->flags & DATA_ADDRESS_FLAGS) != 0 &&
        !checked_add(wish->address, parent->data_offset, &wish->address)) {
        return KERN_INVALID_ARGUMENT;
    }
    if (!round_wish(wish) || !checked_add(wish->start, wish->bytes, &end) || end > parent->size) {
        return KERN_INVALID_ARGUMENT;
    }
    *entry = entry_for(wish);
    entry->protection = wish->protection;
    kern_return_t result = vm_prot_limit(&entry->protection, parent->protection);
    if (result == KERN_SUCCESS) {
        entry->offset = parent->offset + wish->start;
        entry->object = parent->object;
        vm_object_reference(entry->object);
    }
    return result;
}

/* Make *ENTRY as WISH has it, with a reference. */
static kern_return_t make(struct wish *wish, const struct memory_entry *parent,
                          struct memory_entry *entry)
{
    const int of_map = MAP_MEM_VM_SHARE | MAP_MEM_NAMED_REUSE;
    bool is_part =
        parent != nullptr && (wish->flags & (of_map | MAP_MEM_NAMED_CREATE | MAP_MEM_VM_COPY)) == 0;
    if (is_part) {
        return make_of_parent(wish, parent, entry);
    }
    if (!round_wish(wish)) {
        return KERN_INVALID_ARGUMENT;
    }
    if ((wish->flags & MAP_MEM_NAMED_CREATE) != 0) {
        return make_fresh(wish, entry);
    }
    return (wish->flags & (MAP_MEM_VM_COPY | MAP_MEM_VM_SHARE)) != 0 ? make_of_range(wish, entry)
                                                                     : make_of_object(wish, entry);
}

/* Make an entry, whose right goes to *HANDLE, for WISH; PARENT is behind PARENT_PORT, or null. */
static kern_return_t make_port(struct wish *wish, ipc_port_t parent_port,
                               const struct memory_entry *parent, memory_object_size_t *size,
                               ipc_port_t *handle)
{
    struct memory_entry entry;
    kern_return_t result = make(wish, parent, &entry);
    if (result != KERN_SUCCESS) {
        return result;
    }
    if ((wish->flags & MAP_MEM_NAMED_REUSE) != 0 && is_same(&entry, parent)) {
        memory_entry_release(&entry);
        *handle = parent_port; /* the right that came with the call */
    } else {
        *handle = memory_entry_create(&entry);
        if (*handle == nullptr) {
            memory_entry_release(&entry);
            return KERN_RESOURCE_SHORTAGE;
        }
    }
    *size = entry.size - entry.data_offset;
    return KERN_SUCCESS;
}

/* All that mach_make_memory_entry_64 does, but for the right to PARENT_PORT, behind which is PARENT. */
static kern_return_t serve_wish(struct wish *wish, ipc_port_t parent_port,
                                const struct memory_entry *parent, memory_object_size_t *size,
                                ipc_port_t *handle)
{
    *handle = nullptr;
    if (parent != nullptr && parent->map != nullptr) {
        return KERN_INVALID_ARGUMENT; /* what took a range is not divided */
    }
    if ((wish->flags & MAP_MEM_ONLY) != 0) {
        return set_cache_mode(wish, parent_port, parent);
    }
    if (wish->size == 0) {
        /* Of fresh memory one may want none. */
        return (wish->flags & MAP_MEM_NAMED_CREATE) != 0 ? KERN_SUCCESS : KERN_INVALID_ARGUMENT;
    }
    return make_port(wish, parent_port, parent, size, handle);
}

kern_return_t mach_make_memory_entry_64(vm_map_t target_task, memory_object_size_t *size,
                                        memory_object_offset_t offset, vm_prot_t permission,
                                        ipc_port_t *object_handle, ipc_port_t parent_entry)
{
    struct wish wish = {
        .map = target_task,
        .address = offset,
        .size = *size,
        .protection = permission & (VM_PROT_ALL | VM_PROT_IS_MASK),
        .flags = permission & ~MAP_MEM_PROT_MASK,
    };
    if ((permission & MAP_MEM_FLAGS_MASK & ~MAP_MEM_FLAGS_USER) != 0) {
        return KERN_INVALID_VALUE;
    }
    struct memory_entry parent;
    bool has_parent = ipc_port_is_valid(parent_entry);
    if (has_parent && memory_entry_lookup(parent_entry, &parent) != KERN_SUCCESS) {
        return KERN_INVALID_RIGHT;
    }
    kern_return_t result =
        serve_wish(&wish, parent_entry, has_parent ? &parent : nullptr, size, object_handle);
    if (has_parent) {
        memory_entry_release(&parent);
    }
    if (result == KERN_SUCCESS && *object_handle != parent_entry) {
        send_right_release(parent_entry);
    }
    return result;
}

kern_return_t mach_make_memory_entry(vm_map_t target_task, vm_size_t *size, vm_offset_t offset,
                                     vm_prot_t permission, ipc_port_t *object_handle,
                                     ipc_port_t parent_entry)
{
    memory_object_size_t bytes = *size;
    kern_return_t result = mach_make_memory_entry_64(target_task, &bytes, offset, permission,
                                                     object_handle, parent_entry);
    *size = bytes;
    return result;
}

kern_return_t mach_vm_make_memory_entry(vm_map_t target_task, memory_object_size_t *size,
                                        memory_object_offset_t offset, vm_prot_t permission,
                                        ipc_port_t *object_handle, ipc_port_t parent_entry)
{
    return mach_make_memory_entry_64(target_task, size, offset, permission, object_handle,
                                     parent_entry);
}
