/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For host tests: the calls on memory that the tested code makes, served by fake_kernel.c. Stands in
 * for the generated header of the same name.
 */
#pragma once

#include <mach/mach_types.h>

kern_return_t mach_vm_allocate(vm_map_t target, mach_vm_address_t *address, mach_vm_size_t size,
                               int flags);
kern_return_t mach_vm_deallocate(vm_map_t target, mach_vm_address_t address, mach_vm_size_t size);
kern_return_t vm_allocate(vm_map_t target, vm_address_t *address, vm_size_t size, int flags);
kern_return_t vm_deallocate(vm_map_t target, vm_address_t address, vm_size_t size);
