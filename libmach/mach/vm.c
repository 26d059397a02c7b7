/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls on memory that are also traps: the trap first, the message if it declines. A word is as
 * wide as an address of any task, so the vm_* calls are the mach_vm_* ones by another name.
 */
#include <mach/mach_traps.h>
#include <mach/mach_vm.h>
#include <mach/vm_map.h>

#include "kernel_rpc.h"

/* Did the trap decline, because the target is not the caller's own task? */
static bool is_declined(kern_return_t result)
{
    return __builtin_expect(result == MACH_SEND_INVALID_DEST, 0);
}

kern_return_t mach_vm_allocate(vm_map_t target, mach_vm_address_t *address, mach_vm_size_t size,
                               int flags)
{
    kern_return_t result = _kernelrpc_mach_vm_allocate_trap(target, address, size, flags);
    return is_declined(result) ? _kernelrpc_mach_vm_allocate(target, address, size, flags) : result;
}

kern_return_t mach_vm_deallocate(vm_map_t target, mach_vm_address_t address, mach_vm_size_t size)
{
    kern_return_t result = _kernelrpc_mach_vm_deallocate_trap(target, address, size);
    return is_declined(result) ? _kernelrpc_mach_vm_deallocate(target, address, size) : result;
}

kern_return_t mach_vm_protect(vm_map_t target, mach_vm_address_t address, mach_vm_size_t size,
                              boolean_t set_maximum, vm_prot_t new_protection)
{
    kern_return_t result =
        _kernelrpc_mach_vm_protect_trap(target, address, size, (int)set_maximum, new_protection);
    return is_declined(result)
               ? _kernelrpc_mach_vm_protect(target, address, size, set_maximum, new_protection)
               : result;
}

/* The trap maps new memory only, with the usual maximum protection and inheritance. */
static bool is_plain(mem_entry_name_port_t object, vm_prot_t max_protection,
                     vm_inherit_t inheritance)
{
    return object == MACH_PORT_NULL && max_protection == VM_PROT_ALL &&
           inheritance == VM_INHERIT_DEFAULT;
}

kern_return_t mach_vm_map(vm_map_t target, mach_vm_address_t *address, mach_vm_size_t size,
                          mach_vm_offset_t mask, int flags, mem_entry_name_port_t object,
                          memory_object_offset_t offset, boolean_t copy, vm_prot_t cur_protection,
                          vm_prot_t max_protection, vm_inherit_t inheritance)
{
    kern_return_t result = MACH_SEND_INVALID_DEST;
    if (is_plain(object, max_protection, inheritance)) {
        result = _kernelrpc_mach_vm_map_trap(target, address, size, mask, flags, cur_protection);
    }
    return is_declined(result)
               ? _kernelrpc_mach_vm_map(target, address, size, mask, flags, object, offset, copy,
                                        cur_protection, max_protection, inheritance)
               : result;
}

kern_return_t vm_allocate(vm_map_t target, vm_address_t *address, vm_size_t size, int flags)
{
    mach_vm_address_t place = *address;
    kern_return_t result = mach_vm_allocate(target, &place, size, flags);
    if (result == KERN_SUCCESS) {
        *address = place;
    }
    return result;
}

kern_return_t vm_deallocate(vm_map_t target, vm_address_t address, vm_size_t size)
{
    return mach_vm_deallocate(target, address, size);
}

kern_return_t vm_protect(vm_map_t target, vm_address_t address, vm_size_t size,
                         boolean_t set_maximum, vm_prot_t new_protection)
{
    return mach_vm_protect(target, address, size, set_maximum, new_protection);
}
