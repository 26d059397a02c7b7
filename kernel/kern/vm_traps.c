/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The traps for the caller's own memory; as messages they are in mach_vm.defs.
 */
#include <kern/vm_traps.h>

#include <mach/vm_statistics.h>

#include <arch/user_copy.h>
#include <vm/vm_map.h>
#include <vm/vm_user.h>
#include <kern/own_task.h>

TRAP_HANDLER(_kernelrpc_mach_vm_allocate_trap)
{
    struct vm_map *map = own_map(a1);
    mach_vm_address_t address;
    if (map == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    if (copyin(&address, a2, sizeof(address)) != KERN_SUCCESS) {
        return KERN_INVALID_ADDRESS;
    }
    interrupts_enable();
    kern_return_t result;
    CALL_ROUTINE(4800, result, mach_vm_allocate(map, &address, a3, (int)a4));
    interrupts_disable();
    return trap_result(result == KERN_SUCCESS ? copyout(a2, &address, sizeof(address)) : result);
}

TRAP_HANDLER(_kernelrpc_mach_vm_deallocate_trap)
{
    struct vm_map *map = own_map(a1);
    if (map == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    interrupts_enable();
    kern_return_t result;
    CALL_ROUTINE(4801, result, mach_vm_deallocate(map, a2, a3));
    interrupts_disable();
    return trap_result(result);
}

TRAP_HANDLER(_kernelrpc_mach_vm_protect_trap)
{
    struct vm_map *map = own_map(a1);
    if (map == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    interrupts_enable();
    kern_return_t result;
    CALL_ROUTINE(4802, result, mach_vm_protect(map, a2, a3, (boolean_t)a4, (vm_prot_t)a5));
    interrupts_disable();
    return trap_result(result);
}

/* mach_vm_map of fresh memory: target, address, size, mask, flags, protection. */
TRAP_HANDLER(_kernelrpc_mach_vm_map_trap)
{
    struct vm_map *map = own_map(a1);
    struct vm_map_request request = {
        .size = a3,
        .mask = a4,
        .flags = (int)a5,
        .protection = (vm_prot_t)a6,
        .max_protection = VM_PROT_ALL,
        .inheritance = VM_INHERIT_DEFAULT,
    };
    if (map == nullptr) {
        return MACH_SEND_INVALID_DEST;
    }
    if (copyin(&request.address, a2, sizeof(request.address)) != KERN_SUCCESS) {
        return KERN_INVALID_ADDRESS;
    }
    interrupts_enable();
    kern_return_t result;
    CALL_ROUTINE(4811, result, vm_map_enter(map, &request));
    interrupts_disable();
    return trap_result(
        result == KERN_SUCCESS ? copyout(a2, &request.address, sizeof(request.address)) : result);
}
