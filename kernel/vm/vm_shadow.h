/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shadow chains: looking through them, growing them by one, and keeping them short.
 *
 *      entry --> first --shadow--> object --shadow--> ... --> last --> zeros or a pager
 *
 * A chain grows by one object when memory that was copied is written.  It shrinks in two ways:
 * a shadow to which only one object refers is merged into it (collapse), and a shadow that shows
 * nothing its front does not hide is left out (bypass).
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>

#include <lib/compiler.h>
#include <vm/vm_object.h>

/* What FIRST shows at one offset.  Both objects are locked; they may be the same. */
struct vm_page_view {
    struct vm_object *first;
    struct vm_object *holder; /* the object that has the page, or the last of the chain */
    uint64_t offset;          /* of the page in HOLDER */
    struct vm_page *page;     /* null: HOLDER's pager has it, or it is zeros */
};

/* Find what FIRST, anonymous or paged, shows at OFFSET, and shorten the chain on the way.
 * Locks: takes those of the two objects in VIEW; vm_page_view_end() gives them back. */
void vm_page_view_begin(struct vm_page_view *view, struct vm_object *first, uint64_t offset);
void vm_page_view_end(struct vm_page_view *view);

/* True if the page of VIEW is with a pager. */
static inline bool vm_page_view_is_paged_out(const struct vm_page_view *view)
{
    return view->page == nullptr && view->holder->kind == VM_OBJECT_PAGED;
}

/*
 * Let the pager of OBJECT supply the page at OFFSET.  Consumes a reference.  May sleep long; no
 * object or map is locked.  Returns: KERN_SUCCESS, look again; KERN_MEMORY_ERROR, OBJECT ends
 * before OFFSET; KERN_RESOURCE_SHORTAGE; the pager's error.
 */
[[nodiscard]] kern_return_t vm_object_page_in(struct vm_object *object, uint64_t offset);

/* Copy SIZE bytes that OBJECT shows at OFFSET to kernel memory TO.  Returns: as
 * vm_object_page_in(). */
[[nodiscard]] kern_return_t vm_object_read(struct vm_object *object, uint64_t offset, void *to,
                                           uint64_t size);

/* Create an object of SIZE bytes that shows [OFFSET, OFFSET + SIZE) of OBJECT until it is written.
 * Consumes a reference on OBJECT on success.  Returns: null without memory. */
[[nodiscard]] struct vm_object *vm_object_shadow(struct vm_object *object, uint64_t offset,
                                                 uint64_t size);

/*
 * Copy what OBJECT shows of [OFFSET, OFFSET + SIZE) at once, page by page, into a new object; for
 * objects that others write in place.  What only a pager has is copied when it is first touched.
 * Returns: KERN_SUCCESS and *COPY; KERN_RESOURCE_SHORTAGE.
 */
[[nodiscard]] kern_return_t vm_object_copy_pages(struct vm_object *object, uint64_t offset,
                                                 uint64_t size, struct vm_object **copy);

/* Merge shadows to which only OBJECT refers into it. */
void vm_object_collapse(struct vm_object *object) REQUIRES(object->lock);

/* Length of the chain behind OBJECT. */
uint32_t vm_object_chain_length(struct vm_object *object) EXCLUDES(object->lock);
