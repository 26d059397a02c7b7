/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The port's object pointer is the only pointer to the structure; it is read and taken out under
 * the port's lock.
 */
#include <kern/memory_entry.h>

#include <mem/zone.h>
#include <vm/vm_map.h>
#include <vm/vm_object.h>
#include <ipc/ipc_charge.h>
#include <kern/kernel_port.h>

static struct zone entry_zone;

void memory_entry_init(void)
{
    zone_init(&entry_zone, "memory entries", sizeof(struct memory_entry));
}

struct ipc_port *memory_entry_create(const struct memory_entry *entry)
{
    struct memory_entry *copy = zone_alloc(&entry_zone);
    if (copy == nullptr) {
        return nullptr;
    }
    *copy = *entry;
    struct ipc_port *port =
        kernel_port_create_for(ipc_current_quota(), IPC_KOBJECT_MEMORY_ENTRY, copy);
    if (port == nullptr) {
        zone_free(&entry_zone, copy);
        return nullptr;
    }
    return kernel_port_make_send(port);
}

kern_return_t memory_entry_lookup(struct ipc_port *port, struct memory_entry *entry)
{
    if (!ipc_port_is_valid(port)) {
        return KERN_INVALID_OBJECT;
    }
    interrupt_state_t state = spin_lock_save(&port->object.lock);
    const struct memory_entry *found = ipc_port_kobject_locked(port, IPC_KOBJECT_MEMORY_ENTRY);
    if (found != nullptr) {
        *entry = *found;
        if (entry->object != nullptr) {
            vm_object_reference(entry->object);
        } else {
            vm_map_reference(entry->map);
        }
    }
    spin_unlock_restore(&port->object.lock, state);
    return found != nullptr ? KERN_SUCCESS : KERN_INVALID_OBJECT;
}

void memory_entry_release(const struct memory_entry *entry)
{
    vm_object_release(entry->object);
    vm_map_deallocate(entry->map);
}

void memory_entry_set_access(struct ipc_port *port, uint32_t access)
{
    interrupt_state_t state = spin_lock_save(&port->object.lock);
    struct memory_entry *found = ipc_port_kobject_locked(port, IPC_KOBJECT_MEMORY_ENTRY);
    if (found != nullptr) {
        found->access = access;
    }
    spin_unlock_restore(&port->object.lock, state);
}

void memory_entry_no_senders(struct ipc_port *port)
{
    interrupt_state_t state = spin_lock_save(&port->object.lock);
    struct memory_entry *entry = ipc_port_kobject_locked(port, IPC_KOBJECT_MEMORY_ENTRY);
    spin_unlock_restore(&port->object.lock, state);
    if (entry != nullptr) {
        kernel_port_destroy(port);
        interrupts_enable(); /* the object may have many pages to free */
        memory_entry_release(entry);
        interrupts_disable();
        zone_free(&entry_zone, entry);
    }
}
