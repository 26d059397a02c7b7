/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Addresses, sizes and offsets of virtual memory. To programs maps are ports; the kernel, where the same names are
 * pointers to the objects, has not the library's headers.
 */
#pragma once

#include <mach/abi.h>
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

#if __has_include(<mach/mach_init.h>)
typedef mach_port_t vm_map_t;
typedef mach_port_t vm_map_read_t;
typedef mach_port_t vm_map_inspect_t;
typedef mach_port_t vm_named_entry_t;
#define VM_MAP_NULL ((vm_map_t)0)
#endif

#define PPNUM_MAX           UINT32_MAX
#define UPL_NULL            ((upl_t)0)
#define VM_NAMED_ENTRY_NULL ((vm_named_entry_t)0)
#define VM_MAP_INSPECT_NULL ((vm_map_inspect_t)0)
#define VM_MAP_READ_NULL    ((vm_map_read_t)0)

/* Ranges that a program may divide its address space into: mach_vm_range_create. */
typedef struct mach_vm_range {
    mach_vm_offset_t min_address;
    mach_vm_offset_t max_address;
} *mach_vm_range_t;

typedef uint32_t mach_vm_range_flavor_t;
#define MACH_VM_RANGE_FLAVOR_INVALID ((mach_vm_range_flavor_t)0)
#define MACH_VM_RANGE_FLAVOR_V1      ((mach_vm_range_flavor_t)1)
#define MACH_VM_RANGE_FLAVOR_DEFAULT MACH_VM_RANGE_FLAVOR_V1

typedef uint64_t mach_vm_range_flags_t;
#define MACH_VM_RANGE_NONE ((mach_vm_range_flags_t)0)

typedef uint16_t mach_vm_range_tag_t;
#define MACH_VM_RANGE_DEFAULT ((mach_vm_range_tag_t)0)
#define MACH_VM_RANGE_DATA    ((mach_vm_range_tag_t)1)
#define MACH_VM_RANGE_FIXED   ((mach_vm_range_tag_t)2)

/* Flags, tag and vm_tag share 8 bytes. */
typedef struct {
    mach_vm_range_flags_t flags : 48;
    mach_vm_range_flags_t range_tag : 8;
    mach_vm_range_flags_t vm_tag : 8;
    struct mach_vm_range range;
} __attribute__((packed)) mach_vm_range_recipe_v1_t;
typedef mach_vm_range_recipe_v1_t mach_vm_range_recipe_t;
MACH_ABI_SIZE(mach_vm_range_recipe_v1_t, 24);

typedef uint8_t *mach_vm_range_recipes_raw_t;
