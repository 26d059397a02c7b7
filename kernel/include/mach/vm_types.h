/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses, sizes and offsets of virtual memory. The port types (vm_map_t and its kin) are in
 * <mach/mach_types.h>, which the kernel does not include.
 */
#pragma once

#include <mach/machine/vm_types.h>
#include <mach/port.h>

typedef vm_offset_t pointer_t;
typedef vm_offset_t vm_address_t;

typedef uint64_t addr64_t;
typedef uint32_t ppnum_t;

typedef uint64_t vm_object_offset_t;
typedef uint64_t vm_object_size_t;
typedef uint64_t vm_object_id_t;

typedef uint32_t reg64_t;
typedef mach_port_t upl_t;

#define PPNUM_MAX           UINT32_MAX
#define UPL_NULL            ((upl_t)0)
#define VM_NAMED_ENTRY_NULL ((vm_named_entry_t)0)
#define VM_MAP_INSPECT_NULL ((vm_map_inspect_t)0)
#define VM_MAP_READ_NULL    ((vm_map_read_t)0)
