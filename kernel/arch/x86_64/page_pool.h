/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Small objects of one size, out of page-table pages: this layer is below mem/ and has no zones.  A
 * page whose objects are all free goes back.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <lib/list.h>
#include <arch/spinlock.h>

struct page_pool {
    struct spinlock lock;
    struct list pages;    /* (lock) pages with a free object, by struct pool_page */
    uint32_t object_size; /* a multiple of 8 */
    uint32_t alignment;   /* a power of two */
};

/* A pool of objects of SIZE bytes (with the page's header at most a page), aligned to ALIGNMENT. */
void page_pool_init(struct page_pool *pool, size_t size, size_t alignment);

/* An object, all zero.  Returns: null if there is no memory.  Context: interrupts off. */
[[nodiscard]] void *page_pool_allocate(struct page_pool *pool);

/* Give OBJECT back.  Context: interrupts off. */
void page_pool_free(struct page_pool *pool, void *object);
