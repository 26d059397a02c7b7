/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Routines of idl/mach_vm.defs, idl/vm_map.defs, idl/mach_host.defs and idl/memory_entry.defs that take
 * memory entries, or make them of nothing but a size; the others are in memory_entry_make.c.
 */
#include <mach_host_server.h>
#include <mach_vm_server.h>
#include <memory_entry_server.h>
#include <vm_map_server.h>

#include <mach/memory_object_types.h>

#include <lib/overflow.h>
#include <vm/vm_purgeable.h>
#include <vm/vm_user.h>
#include <kern/kernel_port.h>
#include <kern/memory_entry.h>
#include <kern/task.h>

/* What a map of an entry's own is mapped with. */
#define RANGE_FLAGS                                                                        \
    (VM_FLAGS_FIXED | VM_FLAGS_ANYWHERE | VM_FLAGS_OVERWRITE | VM_FLAGS_RETURN_DATA_ADDR | \
     VM_FLAGS_RETURN_4K_DATA_ADDR | VM_FLAGS_ALIAS_MASK)

/* Let REQUEST, which may ask for what there is, ask for no more than ENTRY has.  A copy only reads
 * it.  Returns: false if it asks for more. */
static bool limit_request(const struct memory_entry *entry, struct vm_map_request *request)
{
    vm_prot_t has = request->copy ? VM_PROT_ALL : entry->protection;
    if ((request->max_protection & VM_PROT_IS_MASK) != 0) {
        request->max_protection &= entry->protection;
    }
    if ((request->protection & VM_PROT_IS_MASK) != 0) {
        request->protection &= entry->protection;
    }
    if (request->copy && (entry->protection & VM_PROT_READ) == 0) {
        return false;
    }
    return ((request->protection | request->max_protection) & VM_PROT_ALL & ~has) == 0;
}

/* Map what ENTRY took of a range as REQUEST says: always the whole of it, as on a Mac. */
static kern_return_t map_range(vm_map_t map, struct vm_map_request *request,
                               const struct memory_entry *entry)
{
    uint64_t end;
    if (map == nullptr || (request->flags & ~(int)RANGE_FLAGS) != 0 ||
        (request->protection & ~request->max_protection) != 0 ||
        (request->max_protection & ~VM_PROT_ALL) != 0 ||
        !checked_add(request->offset, request->size, &end) || end > entry->size) {
        return KERN_INVALID_ARGUMENT;
    }
    bool wants_data = (request->flags & VM_FLAGS_RETURN_DATA_ADDR) != 0;
    request->size = entry->size;
    request->address &= ~PAGE_MASK;
    request->exact = true;
    kern_return_t result = vm_map_remap(map, request, entry->map, entry->offset);
    if (result == KERN_SUCCESS && wants_data) {
        request->address += request->offset & PAGE_MASK;
    }
    return result;
}

/* Map ENTRY, whose reference is consumed on success, as REQUEST says. */
static kern_return_t map_entry(vm_map_t map, struct vm_map_request *request,
                               const struct memory_entry *entry)
{
    const int wants_data = VM_FLAGS_RETURN_DATA_ADDR | VM_FLAGS_RETURN_4K_DATA_ADDR;
    if ((request->flags & wants_data) != 0 &&
        !checked_add(request->offset, entry->data_offset, &request->offset)) {
        return KERN_INVALID_ARGUMENT;
    }
    if (!limit_request(entry, request)) {
        return KERN_INVALID_RIGHT;
    }
    if (entry->object == nullptr) {
        kern_return_t result = map_range(map, request, entry);
        if (result == KERN_SUCCESS) {
            vm_map_deallocate(entry->map);
        }
        return result;
    }
    request->object = entry->object;
    return vm_user_map(map, request, entry->offset, entry->size);
}

kern_return_t mach_vm_map(vm_map_t target_task, mach_vm_address_t *address, mach_vm_size_t size,
                          mach_vm_offset_t mask, int flags, ipc_port_t object,
                          memory_object_offset_t offset, boolean_t copy, vm_prot_t cur_protection,
                          vm_prot_t max_protection, vm_inherit_t inheritance)
{
    struct vm_map_request request = {
        .address = *address,
        .size = size,
        .mask = mask,
        .flags = flags,
        .offset = offset,
        .copy = copy,
        .protection = cur_protection,
        .max_protection = max_protection,
        .inheritance = inheritance,
    };
    kern_return_t result;
    if (!ipc_port_is_valid(object)) {
        result = vm_user_map(target_task, &request, 0, 0);
    } else {
        struct memory_entry entry;
        result = memory_entry_lookup(object, &entry);
        if (result == KERN_SUCCESS) {
            result = map_entry(target_task, &request, &entry);
            if (result != KERN_SUCCESS) {
                memory_entry_release(&entry);
            }
        }
    }
    if (result == KERN_SUCCESS) {
        *address = request.address;
        send_right_release(object);
    }
    return result;
}

/* What was different on 32 bits. */
kern_return_t mach_vm_map_64(vm_map_t target_task, vm_address_t *address, vm_size_t size,
                             vm_address_t mask, int flags, ipc_port_t object,
                             memory_object_offset_t offset, boolean_t copy,
                             vm_prot_t cur_protection, vm_prot_t max_protection,
                             vm_inherit_t inheritance)
{
    return mach_vm_map(target_task, address, size, mask, flags, object, offset, copy,
                       cur_protection, max_protection, inheritance);
}

/* SIZE bytes of fresh memory. */
static kern_return_t fresh_entry(uint64_t size, vm_prot_t permission, struct memory_entry *entry)
{
    if (size > VM_OBJECT_SIZE_MAX) {
        return KERN_NO_SPACE;
    }
    *entry = (struct memory_entry){ .object = vm_object_create(size),
                                    .size = size,
                                    .protection = permission & VM_PROT_ALL,
                                    .access = GET_MAP_MEM(permission) };
    if (entry->object == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    if (permission & VM_PROT_WRITE) {
        vm_object_raise_use(entry->object, VM_OBJECT_SHARED);
    }
    return KERN_SUCCESS;
}

kern_return_t mach_memory_object_memory_entry_64(host_t host, boolean_t internal,
                                                 memory_object_size_t size, vm_prot_t permission,
                                                 ipc_port_t pager, ipc_port_t *entry_handle)
{
    struct memory_entry entry;
    uint64_t bytes;
    if (host == nullptr) {
        return KERN_INVALID_HOST;
    }
    if (!internal || pager != nullptr || size == 0 || !checked_add(size, PAGE_MASK, &bytes)) {
        return KERN_INVALID_ARGUMENT;
    }
    kern_return_t result = fresh_entry(bytes & ~PAGE_MASK, permission, &entry);
    if (result == KERN_SUCCESS) {
        *entry_handle = memory_entry_create(&entry);
        if (*entry_handle == nullptr) {
            vm_object_release(entry.object);
            result = KERN_RESOURCE_SHORTAGE;
        }
    }
    return result;
}

kern_return_t mach_memory_object_memory_entry(host_t host, boolean_t internal, vm_size_t size,
                                              vm_prot_t permission, ipc_port_t pager,
                                              ipc_port_t *entry_handle)
{
    return mach_memory_object_memory_entry_64(host, internal, size, permission, pager,
                                              entry_handle);
}

/* The object that ENTRY is the whole of, or null. */
static struct vm_object *whole_object(const struct memory_entry *entry)
{
    struct vm_object *object = entry->object;
    bool is_whole = object != nullptr && entry->offset == 0 && entry->size == object->size;
    return is_whole ? object : nullptr;
}

kern_return_t mach_memory_entry_purgable_control(ipc_port_t mem_entry, vm_purgable_t control,
                                                 int *state)
{
    struct memory_entry entry;
    if ((control != VM_PURGABLE_SET_STATE && control != VM_PURGABLE_GET_STATE) ||
        (control == VM_PURGABLE_SET_STATE && (*state & ~VM_PURGABLE_ALL_MASKS) != 0) ||
        memory_entry_lookup(mem_entry, &entry) != KERN_SUCCESS) {
        return KERN_INVALID_ARGUMENT;
    }
    struct vm_object *object = whole_object(&entry);
    kern_return_t result = object == nullptr ? KERN_INVALID_ARGUMENT
                                             : vm_object_purgeable_control(object, control, state);
    memory_entry_release(&entry);
    return result;
}

kern_return_t mach_memory_entry_access_tracking(ipc_port_t mem_entry, int *access_tracking,
                                                uint32_t *access_tracking_reads,
                                                uint32_t *access_tracking_writes)
{
    (void)access_tracking;
    (void)access_tracking_reads;
    (void)access_tracking_writes;
    struct memory_entry entry;
    if (memory_entry_lookup(mem_entry, &entry) != KERN_SUCCESS) {
        return KERN_INVALID_ARGUMENT;
    }
    bool is_object = entry.object != nullptr;
    memory_entry_release(&entry);
    return is_object ? KERN_NOT_SUPPORTED : KERN_INVALID_ARGUMENT;
}

/* Who shall own something, and how it is counted. */
struct ownership {
    uint64_t owner; /* 0: as before */
    int tag;
    bool has_no_footprint;
};

/* Change the owner of OBJECT (null: of none), which has to have one. */
static kern_return_t change_owner(struct vm_object *object, const struct ownership *change)
{
    if (object == nullptr || object->kind != VM_OBJECT_PURGEABLE ||
        (change->tag == VM_LEDGER_TAG_NONE &&
         vm_object_purgeable_state(object) == VM_PURGABLE_DENY)) {
        return KERN_INVALID_ARGUMENT;
    }
    vm_purgeable_set_owner(object, change->owner, change->tag, change->has_no_footprint);
    return KERN_SUCCESS;
}

/* The task behind PORT, its own or that of its identity, for task_deallocate(); or null. */
static struct task *named_owner(ipc_port_t port)
{
    struct task *task = ipc_port_is_valid(port) ? convert_port_to_task(port) : nullptr;
    return task != nullptr ? task : convert_port_to_task_token(port);
}

/* Only the own memory is anybody's to give, and only to oneself: nobody here is entitled to more. */
static kern_return_t check_ownership(const struct task *task, int tag, int flags)
{
    if ((flags & ~VM_LEDGER_FLAGS_USER) != 0) {
        return KERN_INVALID_ARGUMENT;
    }
    if ((task != nullptr && task != current_task()) || flags != 0 || tag == VM_LEDGER_TAG_NETWORK) {
        return KERN_NO_ACCESS;
    }
    bool is_known = tag == VM_LEDGER_TAG_UNCHANGED || (tag >= 0 && tag <= VM_LEDGER_TAG_MAX);
    return is_known ? KERN_SUCCESS : KERN_INVALID_ARGUMENT;
}

kern_return_t mach_memory_entry_ownership(ipc_port_t mem_entry, ipc_port_t owner, int ledger_tag,
                                          int ledger_flags)
{
    struct task *task = named_owner(owner);
    struct memory_entry entry;
    struct ownership change = {
        .owner = task != nullptr ? vm_map_owner(task->map) : 0,
        .tag = ledger_tag,
    };
    kern_return_t result = check_ownership(task, ledger_tag, ledger_flags);
    if (result == KERN_SUCCESS && memory_entry_lookup(mem_entry, &entry) != KERN_SUCCESS) {
        result = KERN_INVALID_ARGUMENT;
    } else if (result == KERN_SUCCESS) {
        result = change_owner(whole_object(&entry), &change);
        memory_entry_release(&entry);
    }
    if (task != nullptr) {
        task_deallocate(task);
    }
    if (result == KERN_SUCCESS) {
        send_right_release(owner);
    }
    return result;
}
