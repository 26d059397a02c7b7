/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A chain is walked hand over hand, front to back, with the first object locked all the time: its
 * lock is what makes finding a page and inserting another one step.  An object between first and
 * holder may be merged or left out by others meanwhile; the holder may not, because for both its
 * lock is needed.
 */
#include <vm/vm_shadow.h>

#include <lib/assert.h>
#include <lib/string.h>

/* Move the pages of SHADOW that OBJECT shows and has not into OBJECT.  SHADOW's tree is left empty,
 * its list with the pages that nobody sees any more. */
static void absorb_pages(struct vm_object *object, struct vm_object *shadow) REQUIRES(object->lock)
    REQUIRES(shadow->lock)
{
    struct vm_page *page;
    struct vm_page *next;
    list_for_each_entry_safe(page, next, &shadow->page_list, link) {
        uint64_t offset = ((uint64_t)page->index << PAGE_SHIFT) - object->shadow_offset;
        if (offset < object->size && vm_object_lookup_page(object, offset) == nullptr) {
            list_remove(&page->link);
            page->state = VM_PAGE_KERNEL;
            vm_object_insert_page(object, page, offset);
        }
    }
    rbtree_init(&shadow->pages);
}

/* Merge OBJECT's shadow, which nobody else refers to, into it. */
static void collapse_one(struct vm_object *object, struct vm_object *shadow) REQUIRES(object->lock)
{
    /* A walker who passed OBJECT before we locked it may still look at SHADOW. */
    mutex_lock(&shadow->lock);
    absorb_pages(object, shadow);
    object->shadow = shadow->shadow;
    object->shadow_offset += shadow->shadow_offset;
    shadow->shadow = nullptr;
    mutex_unlock(&shadow->lock);
    vm_object_release(shadow);
}

void vm_object_collapse(struct vm_object *object)
{
    struct vm_object *shadow = object->shadow;
    while (shadow != nullptr && vm_object_is_sole(shadow) && shadow->kind == VM_OBJECT_ANONYMOUS) {
        collapse_one(object, shadow);
        shadow = object->shadow;
    }
}

/* True if OBJECT has a page of its own wherever SHADOW, its shadow, has one. */
static bool hides_all(const struct vm_object *object, const struct vm_object *shadow)
    REQUIRES(object->lock) REQUIRES(shadow->lock)
{
    if (object->resident_count << PAGE_SHIFT == object->size) {
        return true;
    }
    if (shadow->resident_count > object->resident_count && shadow->size <= object->size) {
        return false;
    }
    const struct vm_page *page;
    list_for_each_entry(page, &shadow->page_list, link) {
        uint64_t offset = ((uint64_t)page->index << PAGE_SHIFT) - object->shadow_offset;
        if (offset < object->size && vm_object_lookup_page(object, offset) == nullptr) {
            return false;
        }
    }
    return true;
}

/* Leave out OBJECT's shadow if it shows nothing that OBJECT does not hide. */
static void bypass(struct vm_object *object) REQUIRES(object->lock)
{
    struct vm_object *shadow = object->shadow;
    if (shadow == nullptr || shadow->kind != VM_OBJECT_ANONYMOUS) {
        return;
    }
    mutex_lock(&shadow->lock);
    bool is_hidden = hides_all(object, shadow);
    if (is_hidden) {
        object->shadow = shadow->shadow;
        object->shadow_offset += shadow->shadow_offset;
        if (object->shadow != nullptr) {
            vm_object_reference_for(object->shadow, VM_OBJECT_COPIED);
        }
    }
    mutex_unlock(&shadow->lock);
    if (is_hidden) {
        vm_object_release(shadow);
    }
}

struct vm_object *vm_object_shadow(struct vm_object *object, uint64_t offset, uint64_t size)
{
    struct vm_object *front = vm_object_create(size);
    if (front == nullptr) {
        return nullptr;
    }
    /* OBJECT does not change from now on: the time to see whether it needs its own shadow. */
    mutex_lock(&object->lock);
    vm_object_collapse(object);
    bypass(object);
    mutex_unlock(&object->lock);
    front->shadow = object;
    front->shadow_offset = offset;
    return front;
}

/* The locks are the view's until vm_page_view_end(): the analysis does not follow structures. */
void vm_page_view_begin(struct vm_page_view *view, struct vm_object *first,
                        uint64_t offset) NO_LOCK_ANALYSIS
{
    assert(first->kind != VM_OBJECT_PHYSICAL);
    mutex_lock(&first->lock);
    struct vm_object *object = first;
    struct vm_page *page;
    for (;;) {
        vm_object_collapse(object);
        page = vm_object_lookup_page(object, offset);
        struct vm_object *next = object->shadow;
        if (page != nullptr || next == nullptr) {
            break;
        }
        mutex_lock(&next->lock);
        offset += object->shadow_offset;
        if (object != first) {
            mutex_unlock(&object->lock);
        }
        object = next;
    }
    *view =
        (struct vm_page_view){ .first = first, .holder = object, .offset = offset, .page = page };
}

/* See vm_page_view_begin(). */
void vm_page_view_end(struct vm_page_view *view) NO_LOCK_ANALYSIS
{
    if (view->holder != view->first) {
        mutex_unlock(&view->holder->lock);
    }
    mutex_unlock(&view->first->lock);
}

/* Insert PAGE, just filled, unless another thread was faster. */
static void insert_paged_in(struct vm_object *object, uint64_t offset, struct vm_page *page)
{
    mutex_lock(&object->lock);
    bool is_wanted = vm_object_lookup_page(object, offset) == nullptr;
    if (is_wanted) {
        vm_object_insert_page(object, page, offset);
    }
    mutex_unlock(&object->lock);
    if (!is_wanted) {
        vm_page_free(page);
    }
}

kern_return_t vm_object_page_in(struct vm_object *object, uint64_t offset)
{
    kern_return_t result = KERN_MEMORY_ERROR;
    if (offset < object->size) {
        struct vm_page *page = vm_page_allocate();
        result = page == nullptr ? KERN_RESOURCE_SHORTAGE
                                 : object->pager_ops->page_in(object->pager, offset, page);
        if (result == KERN_SUCCESS) {
            insert_paged_in(object, offset, page);
        } else if (page != nullptr) {
            vm_page_free(page);
        }
    }
    vm_object_release(object);
    return result;
}

/* Read SIZE bytes within one page. */
static kern_return_t read_in_page(struct vm_object *object, uint64_t offset, void *to,
                                  uint64_t size)
{
    struct vm_page_view view;
    for (;;) {
        vm_page_view_begin(&view, object, offset);
        if (!vm_page_view_is_paged_out(&view)) {
            break;
        }
        struct vm_object *holder = view.holder;
        vm_object_reference_for(holder, VM_OBJECT_COPIED);
        vm_page_view_end(&view);
        kern_return_t result = vm_object_page_in(holder, view.offset & ~PAGE_MASK);
        if (result != KERN_SUCCESS) {
            return result;
        }
    }
    if (view.page == nullptr) {
        memset(to, 0, size);
    } else {
        memcpy(to, (const char *)vm_page_data(view.page) + (offset & PAGE_MASK), size);
    }
    vm_page_view_end(&view);
    return KERN_SUCCESS;
}

kern_return_t vm_object_read(struct vm_object *object, uint64_t offset, void *to, uint64_t size)
{
    char *bytes = to;
    while (size > 0) {
        uint64_t part = vm_page_rest(offset) < size ? vm_page_rest(offset) : size;
        kern_return_t result = read_in_page(object, offset, bytes, part);
        if (result != KERN_SUCCESS) {
            return result;
        }
        bytes += part;
        offset += part;
        size -= part;
    }
    return KERN_SUCCESS;
}

/* Copy the pages that OBJECT, part of a chain, has in the range COPY stands for and that no object
 * before it had.  COPY's byte 0 is OBJECT's byte OFFSET. */
static kern_return_t copy_level(struct vm_object *copy, struct vm_object *object, uint64_t offset)
    REQUIRES(copy->lock) REQUIRES(object->lock)
{
    struct vm_page *page;
    list_for_each_entry(page, &object->page_list, link) {
        uint64_t target = ((uint64_t)page->index << PAGE_SHIFT) - offset;
        if (target >= copy->size || vm_object_lookup_page(copy, target) != nullptr) {
            continue;
        }
        struct vm_page *fresh = vm_page_allocate();
        if (fresh == nullptr) {
            return KERN_RESOURCE_SHORTAGE;
        }
        memcpy(vm_page_data(fresh), vm_page_data(page), PAGE_SIZE);
        vm_object_insert_page(copy, fresh, target);
    }
    return KERN_SUCCESS;
}

/* Walk the chain of OBJECT, copying what each anonymous object shows into COPY.  The locks move
 * from object to object, which the analysis does not follow. */
static kern_return_t copy_chain(struct vm_object *copy, struct vm_object *object,
                                uint64_t offset) NO_LOCK_ANALYSIS
{
    kern_return_t result = KERN_SUCCESS;
    mutex_lock(&object->lock);
    while (object->kind != VM_OBJECT_PAGED) {
        result = copy_level(copy, object, offset);
        struct vm_object *next = object->shadow;
        if (result != KERN_SUCCESS || next == nullptr) {
            break;
        }
        mutex_lock(&next->lock);
        offset += object->shadow_offset;
        mutex_unlock(&object->lock);
        object = next;
    }
    if (object->kind == VM_OBJECT_PAGED) {
        vm_object_reference_for(object, VM_OBJECT_COPIED);
        copy->shadow = object;
        copy->shadow_offset = offset;
    }
    mutex_unlock(&object->lock);
    return result;
}

kern_return_t vm_object_copy_pages(struct vm_object *object, uint64_t offset, uint64_t size,
                                   struct vm_object **copy)
{
    struct vm_object *fresh = vm_object_create(size);
    if (fresh == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    mutex_lock(&fresh->lock);
    kern_return_t result = copy_chain(fresh, object, offset);
    mutex_unlock(&fresh->lock);
    if (result != KERN_SUCCESS) {
        vm_object_release(fresh);
        return result;
    }
    *copy = fresh;
    return KERN_SUCCESS;
}

uint32_t vm_object_chain_length(struct vm_object *object) NO_LOCK_ANALYSIS
{
    uint32_t length = 0;
    mutex_lock(&object->lock);
    while (object->shadow != nullptr) {
        struct vm_object *next = object->shadow;
        mutex_lock(&next->lock);
        mutex_unlock(&object->lock);
        object = next;
        length++;
    }
    mutex_unlock(&object->lock);
    return length;
}
