/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of mem/ share of the page allocator: the calls that no injected failure hits
 * (mem/alloc_failure.h), since their callers count as the allocation.
 */
#pragma once

#include <mem/vm_page.h>

/* Make the free lists empty. */
void page_alloc_init(void);

/* Give the pages [FIRST, END) of the array, never free before, to the allocator. */
void page_alloc_add_range(uint64_t first, uint64_t end);

/* Free pages, without those on the processors' stacks.  Context: any; a guess, as no lock is held. */
uint64_t page_alloc_free_in_blocks(void);

/* As vm_page_allocate() and vm_page_allocate_block(). */
[[nodiscard]] struct vm_page *page_alloc_one(void);
[[nodiscard]] struct vm_page *page_alloc_block(uint32_t order);
