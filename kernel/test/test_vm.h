/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the tests of vm/ share: maps with memory, and accesses as a processor makes them.
 */
#pragma once

#include <lib/string.h>
#include <mem/zone.h>
#include <test/ktest.h>
#include <vm/vm_fault.h>
#include <vm/vm_map.h>
#include <vm/vm_map_copy.h>
#include <vm/vm_object.h>
#include <vm/vm_user.h>

/* A place that nothing else is put at. */
#define TEST_ADDRESS UINT64_C(0x20000000)

#define PAGES(n) ((uint64_t)(n) * PAGE_SIZE)

/* SIZE bytes of fresh memory anywhere in MAP; 0 if there is none. */
static inline virt_addr_t test_allocate(struct vm_map *map, uint64_t size)
{
    mach_vm_address_t address = 0;
    return mach_vm_allocate(map, &address, size, VM_FLAGS_ANYWHERE) == KERN_SUCCESS ? address : 0;
}

/* Fresh memory at ADDRESS. */
static inline kern_return_t test_allocate_at(struct vm_map *map, mach_vm_address_t address,
                                             uint64_t size)
{
    return mach_vm_allocate(map, &address, size, VM_FLAGS_FIXED);
}

/* What the pmap of MAP shows at ADDRESS, or null. */
static inline unsigned char *test_mapped_byte(struct vm_map *map, virt_addr_t address)
{
    phys_addr_t physical;
    if (!pmap_extract(map->pmap, address, &physical)) {
        return nullptr;
    }
    return (unsigned char *)phys_to_virt(physical & ~PAGE_MASK) + (address & PAGE_MASK);
}

/* Read a byte as user code would: a fault only if nothing is mapped, so that a mapping that should
 * have been taken away is noticed.  -1: the fault failed. */
static inline int test_read(struct vm_map *map, virt_addr_t address)
{
    unsigned char *byte = test_mapped_byte(map, address);
    if (byte == nullptr && vm_fault(map, address, VM_PROT_READ) == KERN_SUCCESS) {
        byte = test_mapped_byte(map, address);
    }
    return byte == nullptr ? -1 : *byte;
}

/* Write a byte as user code would: with a fault only if the processor's tables ask for one, so
 * that a writable mapping that should not be is noticed.  Returns: what the fault returns if it
 * fails. */
kern_return_t test_write(struct vm_map *map, virt_addr_t address, unsigned char value);

/* Write VALUE, VALUE + 1, ... to the first bytes of COUNT pages.  Returns: true if all could be. */
static inline bool test_fill(struct vm_map *map, virt_addr_t address, uint32_t count,
                             unsigned char value)
{
    for (uint32_t i = 0; i < count; i++) {
        if (test_write(map, address + PAGES(i), (unsigned char)(value + i)) != KERN_SUCCESS) {
            return false;
        }
    }
    return true;
}

/* True if COUNT pages begin with VALUE, VALUE + 1, ... */
static inline bool test_shows(struct vm_map *map, virt_addr_t address, uint32_t count,
                              unsigned char value)
{
    for (uint32_t i = 0; i < count; i++) {
        if (test_read(map, address + PAGES(i)) != (unsigned char)(value + i)) {
            return false;
        }
    }
    return true;
}

/* The entry of MAP around ADDRESS, or null. */
struct vm_map_entry *test_entry(struct vm_map *map, virt_addr_t address);

/* Objects of the zone called NAME in use. */
uint64_t test_in_use(const char *name);
