/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Inline bodies of <arch/pmap.h> for the fake machine.  Its physical memory is an arena of the host
 * program; its kernel addresses are host addresses.
 */
#pragma once

#include <lib/assert.h>

/* Where kernel stacks are mapped: addresses that AddressSanitizer leaves to the program. */
#define KERNEL_STACK_RANGE_START UINT64_C(0x200000000000)

/* Bytes of physical memory, and where address 0 lies. */
#define FAKE_MEMORY_SIZE (UINT64_C(64) << 20)
extern char *fake_memory;

extern struct pmap *fake_pmap_active;

static inline void pmap_activate(struct pmap *pmap)
{
    fake_pmap_active = pmap;
}

static inline void *phys_to_virt(phys_addr_t physical)
{
    assert(physical < FAKE_MEMORY_SIZE);
    return fake_memory + physical;
}

static inline phys_addr_t virt_to_phys(const void *pointer)
{
    phys_addr_t physical = (phys_addr_t)((const char *)pointer - fake_memory);
    assert(physical < FAKE_MEMORY_SIZE);
    return physical;
}
