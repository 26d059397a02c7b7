/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Routines of idl/mach_vm.defs, idl/vm_map.defs and idl/mach_host.defs that take or make memory
 * entries.
 */
#include <mach_host_server.h>
#include <mach_vm_server.h>
#include <vm_map_server.h>

#include <mach/memory_object_types.h>

#include <lib/overflow.h>
#include <vm/vm_object.h>
#include <vm/vm_user.h>
#include <kern/kernel_port.h>
#include <kern/memory_entry.h>

/* May ENTRY be mapped with PROTECTION?  A copy only reads it. */
static bool entry_permits(const struct memory_entry *entry, vm_prot_t protection, bool copy)
{
    vm_prot_t needed = copy ? VM_PROT_READ : protection & VM_PROT_ALL;
    return (needed & ~entry->protection) == 0;
}

/* Map ENTRY, whose reference is consumed on success, as REQUEST says. */
static kern_return_t map_entry(vm_map_t map, struct vm_map_request *request,
                               const struct memory_entry *entry)
{
    if (!entry_permits(entry, request->protection | request->max_protection, request->copy)) {
        return KERN_INVALID_RIGHT;
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
    if (object == nullptr) {
        result = vm_user_map(target_task, &request, 0, 0);
    } else {
        struct memory_entry entry;
        result = memory_entry_lookup(object, &entry);
        if (result == KERN_SUCCESS) {
            result = map_entry(target_task, &request, &entry);
            if (result != KERN_SUCCESS) {
                vm_object_release(entry.object);
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

/* The part of PARENT from OFFSET on, SIZE bytes in whole pages; its object gets a reference on
 * success. */
static kern_return_t part_of_entry(ipc_port_t parent, uint64_t offset, uint64_t size,
                                   vm_prot_t protection, struct memory_entry *entry)
{
    kern_return_t result = memory_entry_lookup(parent, entry);
    if (result != KERN_SUCCESS) {
        return result;
    }
    uint64_t end;
    if (!checked_add(offset, size, &end) || end > entry->size) {
        result = KERN_INVALID_ARGUMENT;
    } else if ((protection & ~entry->protection) != 0) {
        result = KERN_PROTECTION_FAILURE;
    }
    if (result != KERN_SUCCESS) {
        vm_object_release(entry->object);
        return result;
    }
    entry->offset += offset;
    entry->size = size;
    entry->protection = protection;
    return KERN_SUCCESS;
}

/* SIZE bytes of fresh memory. */
static kern_return_t fresh_entry(uint64_t size, vm_prot_t protection, struct memory_entry *entry)
{
    if (size > VM_OBJECT_SIZE_MAX) {
        return KERN_NO_SPACE;
    }
    *entry = (struct memory_entry){ .object = vm_object_create(size),
                                    .size = size,
                                    .protection = protection };
    if (entry->object == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    if (protection & VM_PROT_WRITE) {
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
    kern_return_t result = fresh_entry(bytes & ~PAGE_MASK, permission & VM_PROT_ALL, &entry);
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

/* What MAP has at ADDRESS, at most SIZE bytes. */
static kern_return_t entry_of_map(vm_map_t map, uint64_t address, uint64_t size,
                                  vm_prot_t protection, struct memory_entry *entry)
{
    if (map == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    *entry = (struct memory_entry){ .size = size, .protection = protection };
    return vm_map_lookup_object(map, address, &entry->size, protection, &entry->object,
                                &entry->offset);
}

kern_return_t mach_make_memory_entry_64(vm_map_t target_task, memory_object_size_t *size,
                                        memory_object_offset_t offset, vm_prot_t permission,
                                        ipc_port_t *object_handle, ipc_port_t parent_entry)
{
    vm_prot_t protection = permission & VM_PROT_ALL;
    int kind = permission & ~VM_PROT_ALL;
    uint64_t start = offset & ~PAGE_MASK;
    uint64_t bytes;
    if ((kind != 0 && kind != MAP_MEM_NAMED_CREATE && kind != MAP_MEM_VM_SHARE) || *size == 0 ||
        !checked_add(*size, (offset & PAGE_MASK) + PAGE_MASK, &bytes)) {
        return KERN_INVALID_ARGUMENT;
    }
    bytes &= ~PAGE_MASK;
    struct memory_entry entry;
    kern_return_t result;
    if (kind == MAP_MEM_NAMED_CREATE) {
        result = fresh_entry(bytes, protection, &entry);
    } else if (parent_entry != nullptr) {
        result = part_of_entry(parent_entry, start, bytes, protection, &entry);
    } else {
        result = entry_of_map(target_task, start, bytes, protection, &entry);
    }
    if (result != KERN_SUCCESS) {
        return result;
    }
    *object_handle = memory_entry_create(&entry);
    if (*object_handle == nullptr) {
        vm_object_release(entry.object);
        return KERN_RESOURCE_SHORTAGE;
    }
    *size = entry.size;
    send_right_release(parent_entry);
    return KERN_SUCCESS;
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
