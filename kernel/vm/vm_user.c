/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the user's arguments, which may be anything, to the operations of maps, which want pages.
 */
#include <vm/vm_user.h>

#include <lib/overflow.h>
#include <sched/thread.h>

kern_return_t mach_vm_allocate(struct vm_map *target, mach_vm_address_t *address,
                               mach_vm_size_t size, int flags)
{
    if (target == nullptr || (flags & ~(int)VM_FLAGS_USER_ALLOCATE) != 0) {
        return KERN_INVALID_ARGUMENT;
    }
    if (size == 0) {
        *address = 0;
        return KERN_SUCCESS;
    }
    bool is_anywhere = (flags & VM_FLAGS_ANYWHERE) != 0;
    struct vm_map_request request = {
        .address = is_anywhere ? 0 : *address & ~PAGE_MASK,
        .size = size,
        .flags = flags,
        .protection = VM_PROT_DEFAULT,
        .max_protection = VM_PROT_ALL,
        .inheritance = VM_INHERIT_DEFAULT,
    };
    kern_return_t result = vm_map_enter(target, &request);
    if (result == KERN_SUCCESS) {
        *address = request.address;
    }
    return result;
}

/* *END of the user's range.  Returns: false if there is no map, or the range wraps around. */
static bool range_end(const struct vm_map *target, mach_vm_address_t address, mach_vm_size_t size,
                      mach_vm_address_t *end)
{
    return target != nullptr && checked_add(address, size, end);
}

kern_return_t mach_vm_deallocate(struct vm_map *target, mach_vm_address_t address,
                                 mach_vm_size_t size)
{
    mach_vm_address_t end;
    if (!range_end(target, address, size, &end)) {
        return KERN_INVALID_ARGUMENT;
    }
    if (end > target->max_address) {
        return KERN_INVALID_ADDRESS;
    }
    return size == 0 ? KERN_SUCCESS : vm_map_remove(target, address, end);
}

kern_return_t mach_vm_protect(struct vm_map *target, mach_vm_address_t address, mach_vm_size_t size,
                              boolean_t set_maximum, vm_prot_t protection)
{
    mach_vm_address_t end;
    if (!range_end(target, address, size, &end) ||
        (protection & ~(VM_PROT_ALL | VM_PROT_COPY)) != 0) {
        return KERN_INVALID_ARGUMENT;
    }
    if (size == 0) {
        return KERN_SUCCESS;
    }
    if ((protection & VM_PROT_COPY) != 0) {
        kern_return_t result = vm_map_make_private(target, address, end);
        if (result != KERN_SUCCESS) {
            return result;
        }
    }
    return vm_map_protect(target, address, end, protection & VM_PROT_ALL, set_maximum != 0);
}

kern_return_t mach_vm_inherit(struct vm_map *target, mach_vm_address_t address, mach_vm_size_t size,
                              vm_inherit_t inheritance)
{
    mach_vm_address_t end;
    if (!range_end(target, address, size, &end)) {
        return KERN_INVALID_ARGUMENT;
    }
    return size == 0 ? KERN_SUCCESS : vm_map_inherit(target, address, end, inheritance);
}

kern_return_t mach_vm_read(struct vm_map *target, mach_vm_address_t address, mach_vm_size_t size,
                           struct vm_map_copy **data, mach_msg_type_number_t *data_count)
{
    if (target == nullptr || size > UINT32_MAX) {
        return KERN_INVALID_ARGUMENT;
    }
    kern_return_t result = vm_map_copyin(target, address, size, false, data);
    if (result == KERN_SUCCESS) {
        *data_count = (mach_msg_type_number_t)size;
    }
    return result;
}

kern_return_t mach_vm_write(struct vm_map *target, mach_vm_address_t address,
                            struct vm_map_copy *data, mach_msg_type_number_t data_count)
{
    if (target == nullptr || (data == nullptr ? 0 : data->size) != data_count) {
        return KERN_INVALID_ARGUMENT;
    }
    return vm_map_copy_overwrite(target, address, data);
}

/* Copy SIZE bytes at SOURCE in FROM over those at DESTINATION in TO. */
static kern_return_t copy_between(struct vm_map *from, mach_vm_address_t source,
                                  mach_vm_size_t size, struct vm_map *to,
                                  mach_vm_address_t destination)
{
    struct vm_map_copy *copy;
    kern_return_t result = vm_map_copyin(from, source, size, false, &copy);
    if (result != KERN_SUCCESS) {
        return result;
    }
    result = vm_map_copy_overwrite(to, destination, copy);
    if (result != KERN_SUCCESS) {
        vm_map_copy_discard(copy);
    }
    return result;
}

kern_return_t mach_vm_copy(struct vm_map *target, mach_vm_address_t source, mach_vm_size_t size,
                           mach_vm_address_t destination)
{
    if (target == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    return copy_between(target, source, size, target, destination);
}

kern_return_t mach_vm_read_overwrite(struct vm_map *target, mach_vm_address_t address,
                                     mach_vm_size_t size, mach_vm_address_t data,
                                     mach_vm_size_t *size_read)
{
    struct vm_map *own = current_thread()->map;
    if (target == nullptr || own == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    kern_return_t result = copy_between(target, address, size, own, data);
    if (result == KERN_SUCCESS) {
        *size_read = size;
    }
    return result;
}

/* Map the SIZE bytes at SOURCE_ADDRESS of SOURCE as REQUEST, unchecked, says; its place comes back. */
static kern_return_t remap(struct vm_map *target, struct vm_map_request *request,
                           struct vm_map *source, mach_vm_address_t source_address)
{
    mach_vm_address_t end;
    if (target == nullptr || request->size == 0 ||
        !range_end(source, source_address, request->size, &end) || end > UINT64_MAX - PAGE_MASK ||
        (request->flags & ~(int)VM_FLAGS_USER_REMAP) != 0) {
        return KERN_INVALID_ARGUMENT;
    }
    mach_vm_address_t start = source_address & ~PAGE_MASK;
    request->address &= ~PAGE_MASK;
    request->size = ((end + PAGE_MASK) & ~PAGE_MASK) - start;
    kern_return_t result = vm_map_remap(target, request, source, start);
    if (result == KERN_SUCCESS && (request->flags & VM_FLAGS_RETURN_DATA_ADDR) != 0) {
        request->address += source_address - start;
    }
    return result;
}

kern_return_t mach_vm_remap(struct vm_map *target, mach_vm_address_t *address, mach_vm_size_t size,
                            mach_vm_offset_t mask, int flags, struct vm_map *source,
                            mach_vm_address_t source_address, boolean_t copy, vm_prot_t *protection,
                            vm_prot_t *max_protection, vm_inherit_t inheritance)
{
    struct vm_map_request request = {
        .address = *address,
        .size = size,
        .mask = mask,
        .flags = flags,
        .copy = copy != 0,
        .inheritance = inheritance,
    };
    kern_return_t result = remap(target, &request, source, source_address);
    if (result == KERN_SUCCESS) {
        *address = request.address;
        *protection = request.protection;
        *max_protection = request.max_protection;
    }
    return result;
}

kern_return_t mach_vm_remap_new(struct vm_map *target, mach_vm_address_t *address,
                                mach_vm_size_t size, mach_vm_offset_t mask, int flags,
                                struct vm_map *source, mach_vm_address_t source_address,
                                boolean_t copy, vm_prot_t *protection, vm_prot_t *max_protection,
                                vm_inherit_t inheritance)
{
    struct vm_map_request request = {
        .address = *address,
        .size = size,
        .mask = mask,
        .flags = flags,
        .copy = copy != 0,
        .exact = true,
        .protection = *protection,
        .max_protection = *max_protection,
        .inheritance = inheritance,
    };
    if ((*max_protection & ~VM_PROT_ALL) != 0 || (*protection & ~*max_protection) != 0) {
        return KERN_INVALID_ARGUMENT;
    }
    kern_return_t result = remap(target, &request, source, source_address);
    if (result == KERN_SUCCESS) {
        *address = request.address;
    }
    return result;
}

kern_return_t vm_user_map(struct vm_map *target, struct vm_map_request *request,
                          uint64_t object_offset, uint64_t object_size)
{
    uint64_t end;
    if (target == nullptr || (request->flags & ~(int)VM_FLAGS_USER_MAP) != 0 ||
        request->size > UINT64_MAX - PAGE_MASK) {
        return KERN_INVALID_ARGUMENT;
    }
    request->address &= ~PAGE_MASK;
    uint64_t data = request->offset & PAGE_MASK;
    bool wants_data = (request->flags & VM_FLAGS_RETURN_DATA_ADDR) != 0;
    if (request->object != nullptr) {
        if (!checked_add(request->offset, request->size, &end) || end > object_size ||
            (data != 0 && !wants_data)) {
            return KERN_INVALID_ARGUMENT;
        }
        request->size += data;
        request->offset = object_offset + (request->offset - data);
    }
    kern_return_t result = vm_map_enter(target, request);
    if (result == KERN_SUCCESS && wants_data && request->object != nullptr) {
        request->address += data;
    }
    return result;
}

kern_return_t mach_vm_map_exec_lockdown(struct vm_map *target)
{
    if (target == nullptr) {
        return KERN_INVALID_ARGUMENT;
    }
    mutex_lock(&target->lock);
    target->is_locked_down = true;
    mutex_unlock(&target->lock);
    return KERN_SUCCESS;
}

/* As a Darwin for this machine, whose maps are not divided. */
kern_return_t mach_vm_range_create(struct vm_map *target, mach_vm_range_flavor_t flavor,
                                   mach_vm_range_recipes_raw_t recipes, natural_t size)
{
    (void)flavor;
    (void)recipes;
    (void)size;
    return target == nullptr ? KERN_INVALID_ARGUMENT : KERN_NOT_SUPPORTED;
}
