/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The header at the start of each page counts its objects in use and holds their free list; the
 * object's address leads to it.
 */
#include <page_pool.h>

#include <lib/assert.h>
#include <lib/string.h>
#include <arch/pmap.h>
#include <arch/upcalls.h>

struct pool_page {
    struct list link;
    void *free; /* first free object; its first word is the next */
    uint32_t in_use;
};

void page_pool_init(struct page_pool *pool, size_t size, size_t alignment)
{
    assert(sizeof(struct pool_page) + alignment + size <= PAGE_SIZE);
    spinlock_init(&pool->lock, LOCK_CLASS_PAGE_POOL);
    list_init(&pool->pages);
    pool->object_size = (uint32_t)((size + alignment - 1) & ~(alignment - 1));
    pool->alignment = (uint32_t)alignment;
}

static void page_push(struct pool_page *page, void *object)
{
    *(void **)object = page->free;
    page->free = object;
}

/* A fresh page with all its objects free. */
static struct pool_page *page_create(const struct page_pool *pool)
{
    phys_addr_t physical;
    if (!upcall_page_table_allocate(&physical)) {
        return nullptr;
    }
    char *base = phys_to_virt(physical);
    struct pool_page *page = (struct pool_page *)base;
    page->free = nullptr;
    page->in_use = 0;
    size_t first = (sizeof(*page) + pool->alignment - 1) & ~((size_t)pool->alignment - 1);
    for (size_t offset = first; offset + pool->object_size <= PAGE_SIZE;
         offset += pool->object_size) {
        page_push(page, base + offset);
    }
    return page;
}

void *page_pool_allocate(struct page_pool *pool)
{
    spin_lock(&pool->lock);
    if (list_empty(&pool->pages)) {
        struct pool_page *fresh = page_create(pool);
        if (fresh == nullptr) {
            spin_unlock(&pool->lock);
            return nullptr;
        }
        list_insert_head(&pool->pages, &fresh->link);
    }
    struct pool_page *page = list_first_entry(&pool->pages, struct pool_page, link);
    void *object = page->free;
    page->free = *(void **)object;
    page->in_use++;
    if (page->free == nullptr) {
        list_remove(&page->link);
    }
    spin_unlock(&pool->lock);
    memset(object, 0, pool->object_size);
    return object;
}

void page_pool_free(struct page_pool *pool, void *object)
{
    struct pool_page *page = (struct pool_page *)((uintptr_t)object & ~PAGE_MASK);
    spin_lock(&pool->lock);
    debug_assert(page->in_use > 0);
    if (page->free == nullptr) {
        list_insert_head(&pool->pages, &page->link);
    }
    page_push(page, object);
    page->in_use--;
    bool is_empty = page->in_use == 0;
    if (is_empty) {
        list_remove(&page->link);
    }
    spin_unlock(&pool->lock);
    if (is_empty) {
        upcall_page_table_free(virt_to_phys(page));
    }
}
