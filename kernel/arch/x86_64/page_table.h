/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page tables as the processor reads them: four levels of 512 entries (Intel SDM vol. 3 section
 * 4.5).  Level 1 maps pages, level 2 is called the directory and maps tables (spans of 2 MiB),
 * level 4 is the root.
 */
#pragma once

#include <stdint.h>

#include <arch/pmap.h>

#define PAGE_TABLE_LEVELS  4
#define PAGE_TABLE_ENTRIES 512

#define PTE_PRESENT       UINT64_C(0x001)
#define PTE_WRITE         UINT64_C(0x002)
#define PTE_USER          UINT64_C(0x004)
#define PTE_WRITE_THROUGH UINT64_C(0x008)
#define PTE_CACHE_DISABLE UINT64_C(0x010)
#define PTE_ACCESSED      UINT64_C(0x020)
#define PTE_DIRTY         UINT64_C(0x040)
#define PTE_LARGE         UINT64_C(0x080) /* above level 1 */
#define PTE_PAT           UINT64_C(0x080) /* at level 1 */
#define PTE_GLOBAL        UINT64_C(0x100)
#define PTE_ADDRESS       UINT64_C(0x000ffffffffff000)
#define PTE_NO_EXECUTE    UINT64_C(0x8000000000000000)

#define LARGE_PAGE_SIZE (UINT64_C(1) << 21)

/* Where pmap_map_device() maps. */
#define DEVICE_MAP_BASE UINT64_C(0xffffc08000000000)
#define DEVICE_MAP_END  UINT64_C(0xffffc10000000000)

/* Index of VIRTUAL's entry in the table at LEVEL. */
static inline unsigned page_table_index(virt_addr_t virtual, int level)
{
    return (unsigned)(virtual >> (PAGE_SHIFT + 9 * (level - 1))) % PAGE_TABLE_ENTRIES;
}

/* The table that ENTRY, present and above level 1, points to. */
static inline uint64_t *page_table_below(uint64_t entry)
{
    return phys_to_virt(entry & PTE_ADDRESS);
}
