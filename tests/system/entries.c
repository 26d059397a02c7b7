/* SPDX-License-Identifier: BSD-2-Clause */
#include "entries.h"

#include "pages.h"
#include "systest.h"

#define SELF mach_task_self()

void release(mach_port_t name)
{
    EXPECT_OK(mach_port_deallocate(SELF, name));
}

kern_return_t make(uint64_t offset, memory_object_size_t *size, int permission, mach_port_t parent,
                   mach_port_t *entry)
{
    *entry = MACH_PORT_NULL;
    return mach_make_memory_entry_64(SELF, size, offset, permission, entry, parent);
}

mach_port_t entry_for(uint64_t offset, uint64_t size, int permission, mach_port_t parent)
{
    memory_object_size_t covered = size;
    mach_port_t entry = MACH_PORT_NULL;
    EXPECT_OK(make(offset, &covered, permission, parent, &entry));
    EXPECT_EQ(covered, size);
    return entry;
}

kern_return_t refused(uint64_t offset, uint64_t size, int permission, mach_port_t parent)
{
    mach_port_t entry;
    return make(offset, &size, permission, parent, &entry);
}

kern_return_t map(mach_port_t entry, uint64_t size, int flags, uint64_t offset, boolean_t copy,
                  vm_prot_t protection, mach_vm_address_t *address)
{
    *address = 0;
    return mach_vm_map(SELF, address, size, 0, VM_FLAGS_ANYWHERE | flags, entry, offset, copy,
                       protection, protection & VM_PROT_IS_MASK ? protection : BOTH & protection,
                       VM_INHERIT_NONE);
}

mach_vm_address_t mapped(mach_port_t entry, uint64_t count, vm_prot_t protection)
{
    mach_vm_address_t address;
    EXPECT_OK(map(entry, count * PAGE, 0, 0, FALSE, protection, &address));
    return address;
}

char byte(mach_vm_address_t address)
{
    return *(volatile char *)address;
}
