/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An object's pages are in a tree, for look-up, and in a list in the order of their arrival, for
 * visiting and freeing them all without touching the tree.  Programs mostly touch memory upwards:
 * the last page to arrive is then the neighbour of the next, and the tree's place for it is found
 * without a search.
 */
#include <vm/vm_object.h>

#include <lib/assert.h>
#include <mem/zone.h>
#include <vm/vm_purgeable.h>

static struct zone object_zone;

void vm_object_init(void)
{
    zone_init(&object_zone, "vm_object", sizeof(struct vm_object));
}

static struct vm_object *object_create(enum vm_object_kind kind, uint64_t size)
{
    assert((size & PAGE_MASK) == 0 && size <= VM_OBJECT_SIZE_MAX);
    struct vm_object *object = zone_alloc(&object_zone);
    if (object == nullptr) {
        return nullptr;
    }
    mutex_init(&object->lock, LOCK_CLASS_VM_OBJECT);
    refcount_init(&object->references, 1);
    atomic_init(&object->use, VM_OBJECT_EXCLUSIVE);
    object->kind = kind;
    object->cache = PMAP_CACHE_NORMAL;
    object->size = size;
    rbtree_init(&object->pages);
    list_init(&object->page_list);
    object->resident_count = 0;
    object->shadow = nullptr;
    object->shadow_offset = 0;
    object->physical = 0;
    object->pager_ops = nullptr;
    object->pager = nullptr;
    return object;
}

struct vm_object *vm_object_create(uint64_t size)
{
    return object_create(VM_OBJECT_ANONYMOUS, size);
}

struct vm_object *vm_object_create_physical(phys_addr_t physical, uint64_t size,
                                            enum pmap_cache cache)
{
    assert((physical & PAGE_MASK) == 0);
    struct vm_object *object = object_create(VM_OBJECT_PHYSICAL, size);
    if (object != nullptr) {
        object->physical = physical;
        object->cache = cache;
    }
    return object;
}

struct vm_object *vm_object_create_from_range(phys_addr_t start, phys_addr_t end)
{
    assert((start & PAGE_MASK) == 0 && start <= end);
    uint64_t size = (end - start + PAGE_MASK) & ~PAGE_MASK;
    struct vm_object *object = vm_object_create(size);
    if (object == nullptr) {
        return nullptr;
    }
    vm_page_adopt_range(start, start + size);
    mutex_lock(&object->lock);
    for (uint64_t offset = 0; offset < size; offset += PAGE_SIZE) {
        struct vm_page *page = vm_page_lookup_physical(start + offset);
        assert(page != nullptr);
        vm_object_insert_page(object, page, offset);
    }
    mutex_unlock(&object->lock);
    return object;
}

struct vm_object *vm_object_create_paged(uint64_t size, const struct vm_pager_ops *ops, void *pager)
{
    struct vm_object *object = object_create(VM_OBJECT_PAGED, size);
    if (object != nullptr) {
        object->pager_ops = ops;
        object->pager = pager;
    }
    return object;
}

struct vm_object *vm_object_create_owned(uint64_t size, struct vm_purgeable *record)
{
    struct vm_object *object = object_create(VM_OBJECT_PURGEABLE, size);
    if (object != nullptr) {
        object->purgeable = record;
    }
    return object;
}

void vm_object_reference(struct vm_object *object)
{
    refcount_acquire(&object->references);
}

void vm_object_raise_use(struct vm_object *object, enum vm_object_use use)
{
    enum vm_object_use old = atomic_load_explicit(&object->use, memory_order_relaxed);
    while (old < use && !atomic_compare_exchange_weak_explicit(
                            &object->use, &old, use, memory_order_relaxed, memory_order_relaxed)) {
    }
}

void vm_object_reference_for(struct vm_object *object, enum vm_object_use use)
{
    vm_object_raise_use(object, use);
    refcount_acquire(&object->references);
}

enum vm_object_use vm_object_current_use(struct vm_object *object)
{
    if (vm_object_is_sole(object)) {
        atomic_store_explicit(&object->use, VM_OBJECT_EXCLUSIVE, memory_order_relaxed);
        return VM_OBJECT_EXCLUSIVE;
    }
    return atomic_load_explicit(&object->use, memory_order_relaxed);
}

/* Pages in objects, and those of them that came from a pager. */
static _Atomic uint64_t resident_pages;
static _Atomic uint64_t paged_in_pages;

/* Note that COUNT pages came into OBJECT, or went if that is negative. */
static void count_resident(struct vm_object *object, int64_t count)
{
    object->resident_count += (uint64_t)count;
    atomic_fetch_add_explicit(&resident_pages, (uint64_t)count, memory_order_relaxed);
    if (object->kind == VM_OBJECT_PAGED) {
        atomic_fetch_add_explicit(&paged_in_pages, (uint64_t)count, memory_order_relaxed);
    }
}

struct vm_object_pages vm_object_pages(void)
{
    uint64_t external = atomic_load_explicit(&paged_in_pages, memory_order_relaxed);
    uint64_t all = atomic_load_explicit(&resident_pages, memory_order_relaxed);
    return (struct vm_object_pages){
        .internal = all > external ? all - external : 0,
        .external = external,
    };
}

/* The page becomes the kernel's again, and free. */
static void release_page(struct vm_page *page)
{
    page->object = nullptr;
    page->wire_count = 0;
    page->state = VM_PAGE_KERNEL;
    vm_page_free(page);
}

/* Free OBJECT, to which nobody refers, and hand its reference on the shadow to the caller. */
static struct vm_object *object_destroy(struct vm_object *object)
{
    if (object->kind == VM_OBJECT_PURGEABLE) {
        vm_purgeable_destroy(object);
    }
    struct vm_page *page;
    struct vm_page *next;
    list_for_each_entry_safe(page, next, &object->page_list, link) {
        release_page(page);
    }
    count_resident(object, -(int64_t)object->resident_count);
    if (object->kind == VM_OBJECT_PAGED) {
        object->pager_ops->terminate(object->pager);
    }
    struct vm_object *shadow = object->shadow;
    zone_free(&object_zone, object);
    return shadow;
}

void vm_object_release(struct vm_object *object)
{
    while (object != nullptr && refcount_release(&object->references)) {
        object = object_destroy(object);
    }
}

static int page_compare(uint64_t index, const struct rbtree_node *node)
{
    uint32_t other = rbtree_entry(node, struct vm_page, node)->index;
    return (index > other) - (index < other);
}

struct vm_page *vm_object_lookup_page(const struct vm_object *object, uint64_t offset)
{
    struct rbtree_node *node = rbtree_lookup(&object->pages, offset >> PAGE_SHIFT, page_compare);
    return node == nullptr ? nullptr : rbtree_entry(node, struct vm_page, node);
}

/* Hang PAGE into the tree where a search for its index ends. */
static void insert_by_search(struct vm_object *object, struct vm_page *page)
{
    struct rbtree_node *parent = nullptr;
    struct rbtree_node *node = object->pages.root;
    enum rbtree_side side = RBTREE_LEFT;
    while (node != nullptr) {
        parent = node;
        side = page_compare(page->index, node) > 0 ? RBTREE_RIGHT : RBTREE_LEFT;
        node = node->child[side];
    }
    rbtree_insert_at(&object->pages, &page->node, parent, side);
}

void vm_object_insert_page(struct vm_object *object, struct vm_page *page, uint64_t offset)
{
    assert(page->state == VM_PAGE_KERNEL);
    page->object = object;
    page->index = (uint32_t)(offset >> PAGE_SHIFT);
    page->state = VM_PAGE_OBJECT;

    struct vm_page *latest = list_empty(&object->page_list)
                                 ? nullptr
                                 : list_last_entry(&object->page_list, struct vm_page, link);
    if (latest != nullptr && latest->index + 1 == page->index &&
        latest->node.child[RBTREE_RIGHT] == nullptr) {
        rbtree_insert_at(&object->pages, &page->node, &latest->node, RBTREE_RIGHT);
    } else {
        insert_by_search(object, page);
    }
    list_insert_tail(&object->page_list, &page->link);
    count_resident(object, 1);
}

void vm_object_remove_page(struct vm_object *object, struct vm_page *page)
{
    assert(page->object == object);
    rbtree_remove(&object->pages, &page->node);
    list_remove(&page->link);
    count_resident(object, -1);
    page->object = nullptr;
    page->state = VM_PAGE_KERNEL;
}

/* Free the pages of the range, looking at each that is resident anywhere in the object. */
static void free_range_by_list(struct vm_object *object, uint64_t offset, uint64_t size)
    REQUIRES(object->lock)
{
    struct vm_page *page;
    struct vm_page *next;
    list_for_each_entry_safe(page, next, &object->page_list, link) {
        if (((uint64_t)page->index << PAGE_SHIFT) - offset < size) {
            vm_object_remove_page(object, page);
            vm_page_free(page);
        }
    }
}

void vm_object_free_range(struct vm_object *object, uint64_t offset, uint64_t size)
{
    mutex_lock(&object->lock);
    if (size >> PAGE_SHIFT > object->resident_count) {
        free_range_by_list(object, offset, size);
        mutex_unlock(&object->lock);
        return;
    }
    for (uint64_t end = offset + size; offset < end; offset += PAGE_SIZE) {
        struct vm_page *page = vm_object_lookup_page(object, offset);
        if (page != nullptr) {
            vm_object_remove_page(object, page);
            vm_page_free(page);
        }
    }
    mutex_unlock(&object->lock);
}

/* See vm_object_discard_range(). */
static bool discard_page(struct vm_object *object, struct vm_page *page) REQUIRES(object->lock)
{
    if (page == nullptr || page->wire_count != 0) {
        return false;
    }
    pmap_page_protect(vm_page_physical(page), VM_PROT_NONE);
    vm_object_remove_page(object, page);
    vm_page_free(page);
    return true;
}

uint64_t vm_object_discard_range(struct vm_object *object, uint64_t offset, uint64_t size)
{
    uint64_t count = 0;
    if (size >> PAGE_SHIFT <= object->resident_count) {
        for (uint64_t end = offset + size; offset < end; offset += PAGE_SIZE) {
            count += discard_page(object, vm_object_lookup_page(object, offset));
        }
        return count;
    }
    struct vm_page *page;
    struct vm_page *next;
    list_for_each_entry_safe(page, next, &object->page_list, link) {
        if (((uint64_t)page->index << PAGE_SHIFT) - offset < size) {
            count += discard_page(object, page);
        }
    }
    return count;
}

uint64_t vm_object_count_resident(struct vm_object *object, uint64_t offset, uint64_t size)
{
    uint64_t count = 0;
    struct vm_page *page;
    mutex_lock(&object->lock);
    list_for_each_entry(page, &object->page_list, link) {
        count += ((uint64_t)page->index << PAGE_SHIFT) - offset < size;
    }
    mutex_unlock(&object->lock);
    return count;
}

static bool page_less(const struct rbtree_node *a, const struct rbtree_node *b)
{
    return rbtree_entry(a, struct vm_page, node)->index <
           rbtree_entry(b, struct vm_page, node)->index;
}

void vm_object_check(struct vm_object *object)
{
    mutex_lock(&object->lock);
    assert(refcount_value(&object->references) > 0);
    assert(rbtree_check(&object->pages, page_less));
    uint64_t count = 0;
    struct vm_page *page;
    list_for_each_entry(page, &object->page_list, link) {
        uint64_t offset = (uint64_t)page->index << PAGE_SHIFT;
        assert(page->state == VM_PAGE_OBJECT && page->object == object);
        assert(offset < object->size);
        assert(vm_object_lookup_page(object, offset) == page);
        count++;
    }
    assert(count == object->resident_count);
    if (object->shadow != nullptr) {
        assert(object->kind == VM_OBJECT_ANONYMOUS);
        assert(refcount_value(&object->shadow->references) > 0);
    }
    mutex_unlock(&object->lock);
}
