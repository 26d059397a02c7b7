/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where Darwin has its shared libraries in every task. There are none here and the range is like any other; programs
 * that walk a map ask whether an address is in it.
 */
#pragma once

#include <mach/mach_types.h>
#include <mach/vm_prot.h>
#include <mach/vm_types.h>

#define SHARED_REGION_BASE_X86_64         0x00007ff800000000ULL
#define SHARED_REGION_SIZE_X86_64         0x00000007fe000000ULL
#define SHARED_REGION_NESTING_BASE_X86_64 SHARED_REGION_BASE_X86_64
#define SHARED_REGION_NESTING_SIZE_X86_64 SHARED_REGION_SIZE_X86_64
#define SHARED_REGION_NESTING_MIN_X86_64  0x0000000000200000ULL
#define SHARED_REGION_NESTING_MAX_X86_64  0xffffffffffe00000ULL

/* Of processors that programs look at in other tasks. */
#define SHARED_REGION_BASE_I386          0x90000000ULL
#define SHARED_REGION_SIZE_I386          0x20000000ULL
#define SHARED_REGION_NESTING_BASE_I386  SHARED_REGION_BASE_I386
#define SHARED_REGION_NESTING_SIZE_I386  SHARED_REGION_SIZE_I386
#define SHARED_REGION_BASE_PPC           0x90000000ULL
#define SHARED_REGION_SIZE_PPC           0x20000000ULL
#define SHARED_REGION_BASE_PPC64         0x00007fff60000000ULL
#define SHARED_REGION_SIZE_PPC64         0x00000000a0000000ULL
#define SHARED_REGION_BASE_ARM           0x40000000ULL
#define SHARED_REGION_SIZE_ARM           0x40000000ULL
#define SHARED_REGION_BASE_ARM64         0x180000000ULL
#define SHARED_REGION_SIZE_ARM64         0x180000000ULL
#define SHARED_REGION_NESTING_BASE_ARM64 SHARED_REGION_BASE_ARM64
#define SHARED_REGION_NESTING_SIZE_ARM64 SHARED_REGION_SIZE_ARM64

#define SHARED_REGION_BASE         SHARED_REGION_BASE_X86_64
#define SHARED_REGION_SIZE         SHARED_REGION_SIZE_X86_64
#define SHARED_REGION_NESTING_BASE SHARED_REGION_NESTING_BASE_X86_64
#define SHARED_REGION_NESTING_SIZE SHARED_REGION_NESTING_SIZE_X86_64
#define SHARED_REGION_NESTING_MIN  SHARED_REGION_NESTING_MIN_X86_64
#define SHARED_REGION_NESTING_MAX  SHARED_REGION_NESTING_MAX_X86_64

/* A part of a file in the region. */
struct shared_file_mapping_np {
    mach_vm_address_t sfm_address;
    mach_vm_size_t sfm_size;
    mach_vm_offset_t sfm_file_offset;
    vm_prot_t sfm_max_prot;
    vm_prot_t sfm_init_prot;
};

/* In sfm_max_prot beside the protection. */
#define VM_PROT_COW   0x08
#define VM_PROT_ZF    0x10
#define VM_PROT_SLIDE 0x20
