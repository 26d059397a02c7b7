/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Conversion of descriptors.  The map functions sleep on mutexes, so they run with interrupts
 * enabled: a kmsg under construction belongs to the running thread alone and no lock is held.
 */
#include <ipc/ipc_ool.h>

#include <mach/kern_return.h>

#include <lib/string.h>
#include <arch/cpu.h>
#include <arch/user_copy.h>
#include <mem/zone.h>
#include <sched/sched.h>
#include <vm/vm_fault.h>
#include <vm/vm_map_copy.h>
#include <ipc/ipc_guarded.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_port.h>
#include <ipc/ipc_right.h>
#include <ipc/ipc_space.h>
#include <ipc/ipc_violation.h>

/* The user's descriptor behind the same bytes. */
#define USER_PORT(descriptor)   ((mach_msg_port_descriptor_t *)(descriptor))
#define USER_MEMORY(descriptor) ((mach_msg_ool_descriptor_t *)(descriptor))
#define USER_PORTS(descriptor)  ((mach_msg_ool_ports_descriptor_t *)(descriptor))

mach_msg_return_t ipc_right_enter_transit(struct ipc_port *port, struct ipc_port *destination,
                                          bool *is_circular)
{
    enum ipc_circularity circularity = ipc_port_check_circularity(port, destination);
    if (UNLIKELY(circularity == IPC_TOO_DEEP)) {
        ipc_port_release_right(port, MACH_MSG_TYPE_PORT_RECEIVE);
        return MACH_SEND_NO_BUFFER;
    }
    *is_circular |= circularity == IPC_CIRCULAR;
    return MACH_MSG_SUCCESS;
}

/* Take one right for a message to DESTINATION. */
static mach_msg_return_t copyin_right(struct ipc_space *space, mach_port_name_t name,
                                      mach_msg_type_name_t type, struct ipc_port *destination,
                                      bool *is_circular, struct ipc_port **port)
{
    if (ipc_space_copyin(space, name, type, port) != KERN_SUCCESS) {
        ipc_violation(name, 0, kGUARD_EXC_SEND_INVALID_RIGHT);
        return MACH_SEND_INVALID_RIGHT;
    }
    if (type == MACH_MSG_TYPE_MOVE_RECEIVE && ipc_port_is_valid(*port)) {
        return ipc_right_enter_transit(*port, destination, is_circular);
    }
    return MACH_MSG_SUCCESS;
}

static mach_msg_return_t copyin_port(ipc_descriptor_t *descriptor, struct ipc_space *space,
                                     struct ipc_port *destination, bool *is_circular)
{
    mach_msg_type_name_t type = descriptor->port.disposition;
    if (!MACH_MSG_TYPE_PORT_ANY(type)) {
        return MACH_SEND_INVALID_TYPE;
    }
    struct ipc_port *port;
    mach_msg_return_t result =
        copyin_right(space, USER_PORT(descriptor)->name, type, destination, is_circular, &port);
    if (result != MACH_MSG_SUCCESS) {
        return result;
    }
    descriptor->port.name = port;
    descriptor->port.pad2 = 0;
    descriptor->port.disposition = (uint8_t)ipc_right_result_type(type);
    return MACH_MSG_SUCCESS;
}

/* What a send that fails on memory is told. */
static mach_msg_return_t memory_error(kern_return_t result)
{
    return result == KERN_RESOURCE_SHORTAGE ? MACH_SEND_NO_BUFFER : MACH_SEND_INVALID_MEMORY;
}

static mach_msg_return_t copyin_memory(ipc_descriptor_t *descriptor, struct vm_map *map)
{
    if (descriptor->memory.copy != MACH_MSG_PHYSICAL_COPY &&
        descriptor->memory.copy != MACH_MSG_VIRTUAL_COPY) {
        return MACH_SEND_INVALID_TYPE;
    }
    struct vm_map_copy *copy = nullptr;
    if (descriptor->memory.size != 0) {
        interrupts_enable();
        kern_return_t result =
            vm_map_copyin(map, (uint64_t)USER_MEMORY(descriptor)->address, descriptor->memory.size,
                          descriptor->memory.deallocate, &copy);
        interrupts_disable();
        if (result != KERN_SUCCESS) {
            return memory_error(result);
        }
    }
    descriptor->memory.address = copy;
    descriptor->memory.pad1 = 0;
    return MACH_MSG_SUCCESS;
}

void ipc_ool_ports_destroy(struct ipc_port **ports, uint32_t count, mach_msg_type_name_t type)
{
    for (uint32_t i = 0; i < count; i++) {
        ipc_port_release_right(ports[i], type);
        sched_let_in_after(i);
    }
    if (ports != nullptr) {
        kfree(ports, count * sizeof(ports[0]));
    }
}

/* Replace the COUNT names at the end of PORTS (room for as many pointers) by rights. */
static mach_msg_return_t copyin_names(struct ipc_port **ports, uint32_t count,
                                      mach_msg_type_name_t type, struct ipc_space *space,
                                      struct ipc_port *destination, bool *is_circular)
{
    /* Names are half as large as pointers: in the upper half of the array each is read before it
     * is overwritten. */
    const mach_port_name_t *names = (const mach_port_name_t *)(ports + count) - count;
    for (uint32_t i = 0; i < count; i++) {
        mach_port_name_t name = names[i];
        mach_msg_return_t result =
            copyin_right(space, name, type, destination, is_circular, &ports[i]);
        if (result != MACH_MSG_SUCCESS) {
            for (uint32_t j = 0; j < i; j++) {
                ipc_port_release_right(ports[j], ipc_right_result_type(type));
                sched_let_in_after(j);
            }
            return result;
        }
        sched_let_in_after(i);
    }
    return MACH_MSG_SUCCESS;
}

/* Remove the array of names from its sender, who gave it away. */
static void deallocate_names(struct vm_map *map, uint64_t address, uint64_t size)
{
    interrupts_enable();
    /* A part that is not mapped any more is as good as removed. */
    (void)vm_map_remove(map, address & ~PAGE_MASK, (address + size + PAGE_MASK) & ~PAGE_MASK);
    interrupts_disable();
}

static mach_msg_return_t copyin_ports(ipc_descriptor_t *descriptor, struct ipc_space *space,
                                      struct vm_map *map, struct ipc_port *destination,
                                      bool *is_circular)
{
    mach_msg_type_name_t type = descriptor->ports.disposition;
    uint64_t address = (uint64_t)USER_PORTS(descriptor)->address;
    uint32_t count = descriptor->ports.count;
    if (!MACH_MSG_TYPE_PORT_ANY(type)) {
        return MACH_SEND_INVALID_TYPE;
    }
    if (count > IPC_OOL_PORTS_MAX) {
        return MACH_SEND_TOO_LARGE;
    }
    struct ipc_port **ports = nullptr;
    if (count != 0) {
        ports = kalloc(count * sizeof(ports[0]));
        if (ports == nullptr) {
            return MACH_SEND_NO_BUFFER;
        }
        mach_msg_return_t result = MACH_SEND_INVALID_MEMORY;
        size_t size = count * sizeof(mach_port_name_t);
        if (copyin((mach_port_name_t *)(ports + count) - count, address, size) == KERN_SUCCESS) {
            result = copyin_names(ports, count, type, space, destination, is_circular);
        }
        if (result != MACH_MSG_SUCCESS) {
            kfree(ports, count * sizeof(ports[0]));
            return result;
        }
        if (descriptor->ports.deallocate) {
            deallocate_names(map, address, size);
        }
    }
    descriptor->ports.address = ports;
    descriptor->ports.disposition = (uint8_t)ipc_right_result_type(type);
    return MACH_MSG_SUCCESS;
}

mach_msg_return_t ipc_descriptor_copyin(ipc_descriptor_t *descriptor, struct ipc_space *space,
                                        struct vm_map *map, struct ipc_port *destination,
                                        bool *is_circular)
{
    switch (descriptor->port.type) {
    case MACH_MSG_PORT_DESCRIPTOR: return copyin_port(descriptor, space, destination, is_circular);
    case MACH_MSG_OOL_DESCRIPTOR:
    case MACH_MSG_OOL_VOLATILE_DESCRIPTOR: return copyin_memory(descriptor, map);
    case MACH_MSG_OOL_PORTS_DESCRIPTOR:
        return copyin_ports(descriptor, space, map, destination, is_circular);
    case MACH_MSG_GUARDED_PORT_DESCRIPTOR:
        return ipc_guarded_copyin(descriptor, space, destination, is_circular);
    default: return MACH_SEND_INVALID_TYPE;
    }
}

mach_port_name_t ipc_right_deliver(struct ipc_port *port, mach_msg_type_name_t type,
                                   struct ipc_space *space, mach_msg_return_t *error)
{
    mach_port_name_t name;
    kern_return_t result = ipc_space_give(space, port, type, &name);
    if (result == KERN_SUCCESS) {
        return name;
    }
    *error |= result == KERN_RESOURCE_SHORTAGE ? MACH_MSG_IPC_KERNEL : MACH_MSG_IPC_SPACE;
    return MACH_PORT_NULL;
}

static mach_msg_return_t copyout_memory(ipc_descriptor_t *descriptor, struct vm_map *map)
{
    struct vm_map_copy *copy = descriptor->memory.address;
    mach_msg_return_t error = MACH_MSG_SUCCESS;
    virt_addr_t address = 0;
    if (copy != nullptr) {
        interrupts_enable();
        kern_return_t result = vm_map_copyout(map, &address, copy);
        if (result != KERN_SUCCESS) {
            vm_map_copy_discard(copy);
            descriptor->memory.size = 0;
            address = 0;
            error = result == KERN_RESOURCE_SHORTAGE ? MACH_MSG_VM_KERNEL : MACH_MSG_VM_SPACE;
        }
        interrupts_disable();
    }
    USER_MEMORY(descriptor)->address = (void *)address;
    USER_MEMORY(descriptor)->deallocate = TRUE; /* the receiver's own, whatever the sender's was */
    return error;
}

/* Map the COUNT names at NAMES into MAP. */
static kern_return_t map_names(struct vm_map *map, const mach_port_name_t *names, uint32_t count,
                               virt_addr_t *address)
{
    struct vm_map_copy *copy;
    kern_return_t result = vm_map_copyin_kernel(names, count * sizeof(names[0]), &copy);
    if (result != KERN_SUCCESS) {
        return result;
    }
    result = vm_map_copyout(map, address, copy);
    if (result != KERN_SUCCESS) {
        vm_map_copy_discard(copy);
    }
    return result;
}

static mach_msg_return_t copyout_ports(ipc_descriptor_t *descriptor, struct ipc_space *space,
                                       struct vm_map *map)
{
    struct ipc_port **ports = descriptor->ports.address;
    uint32_t count = descriptor->ports.count;
    mach_msg_return_t error = MACH_MSG_SUCCESS;
    virt_addr_t address = 0;
    if (count != 0) {
        /* Names go over the pointers that were read before. */
        mach_port_name_t *names = (mach_port_name_t *)ports;
        for (uint32_t i = 0; i < count; i++) {
            names[i] = ipc_right_deliver(ports[i], descriptor->ports.disposition, space, &error);
            sched_let_in_after(i);
        }
        interrupts_enable();
        kern_return_t result = map_names(map, names, count, &address);
        interrupts_disable();
        if (result != KERN_SUCCESS) {
            address = 0;
            descriptor->ports.count = 0;
            error |= result == KERN_RESOURCE_SHORTAGE ? MACH_MSG_VM_KERNEL : MACH_MSG_VM_SPACE;
        }
        kfree(ports, count * sizeof(ports[0]));
    }
    USER_PORTS(descriptor)->address = (void *)address;
    USER_PORTS(descriptor)->deallocate = TRUE;
    return error;
}

mach_msg_return_t ipc_descriptor_copyout(ipc_descriptor_t *descriptor, struct ipc_space *space,
                                         struct vm_map *map, const struct ipc_guarding *guarding)
{
    mach_msg_return_t error = MACH_MSG_SUCCESS;
    switch (descriptor->port.type) {
    case MACH_MSG_PORT_DESCRIPTOR:
        USER_PORT(descriptor)->name =
            ipc_right_deliver(descriptor->port.name, descriptor->port.disposition, space, &error);
        USER_PORT(descriptor)->pad1 = 0;
        break;
    case MACH_MSG_OOL_PORTS_DESCRIPTOR: error = copyout_ports(descriptor, space, map); break;
    case MACH_MSG_GUARDED_PORT_DESCRIPTOR:
        error = ipc_guarded_copyout(descriptor, space, guarding);
        break;
    default: error = copyout_memory(descriptor, map); break;
    }
    return error;
}
