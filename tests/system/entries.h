/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory entries of tests.
 */
#pragma once

#include <mach/mach.h>

#define BOTH (VM_PROT_READ | VM_PROT_WRITE)

/* Give up a right. */
void release(mach_port_t name);

/* What mach_make_memory_entry_64() says; *SIZE and *ENTRY as there. */
kern_return_t make(uint64_t offset, memory_object_size_t *size, int permission, mach_port_t parent,
                   mach_port_t *entry);

/* The same for SIZE bytes, which have to be what it covers. */
mach_port_t entry_for(uint64_t offset, uint64_t size, int permission, mach_port_t parent);

/* The error of a call that fails. */
kern_return_t refused(uint64_t offset, uint64_t size, int permission, mach_port_t parent);

/* What mach_vm_map() says of ENTRY, with PROTECTION, anywhere. */
kern_return_t map(mach_port_t entry, uint64_t size, int flags, uint64_t offset, boolean_t copy,
                  vm_prot_t protection, mach_vm_address_t *address);

/* Where COUNT pages of ENTRY are mapped. */
mach_vm_address_t mapped(mach_port_t entry, uint64_t count, vm_prot_t protection);

char byte(mach_vm_address_t address);
