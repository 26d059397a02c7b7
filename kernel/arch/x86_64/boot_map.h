/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's final page tables, and pages before there is a page allocator.
 */
#pragma once

#include <stdint.h>

#include <arch/pmap.h>

/* Where the kernel's image lies in memory. */
phys_addr_t kernel_physical_start(void);
phys_addr_t kernel_physical_end(void);

/* The physical address of an object in the kernel's image. */
phys_addr_t kernel_symbol_physical(const void *object);

/* COUNT contiguous pages of zeros off boot_info's list; panics if there are none. */
phys_addr_t boot_pages_allocate(uint64_t count);

/* From now on page tables come from mem/: called right before kernel_main(). */
void boot_pages_close(void);

/* A page for a page table, from whoever has them at this time.  Returns: false if there is none. */
[[nodiscard]] bool table_page_allocate(phys_addr_t *page);

/*
 * Replace the boot tables: kernel image with code not writable and data not executable, all RAM in
 * the direct map, the tables at the top that all pmaps share.  Returns: the root.
 */
phys_addr_t boot_map_init(void);
