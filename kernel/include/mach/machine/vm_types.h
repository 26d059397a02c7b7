/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Word-size dependent types: the machine's natural integers, addresses within one address space,
 * and the 64-bit addresses used by interfaces that do not depend on the word size.
 */
#pragma once

#include <stdint.h>

typedef unsigned int natural_t;
typedef int integer_t;

typedef uintptr_t vm_offset_t;
typedef uintptr_t vm_size_t;

typedef uint64_t mach_vm_address_t;
typedef uint64_t mach_vm_offset_t;
typedef uint64_t mach_vm_size_t;

typedef uint64_t vm_map_offset_t;
typedef uint64_t vm_map_address_t;
typedef uint64_t vm_map_size_t;

/* A word the holder of a receive right may attach to the port. */
typedef mach_vm_address_t mach_port_context_t;
