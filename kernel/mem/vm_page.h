/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A page of physical memory: one struct vm_page for each page frame of RAM, in one array.  A page
 * is free (in the buddy allocator), used by the kernel, or belongs to a vm_object at an offset.
 *
 *      RESERVED --adopt--> KERNEL <--vm_object--> OBJECT
 *                          ^    |
 *                      allocate free
 *                          |    v
 *                           FREE
 */
#pragma once

#include <stdint.h>

#include <lib/compiler.h>
#include <lib/list.h>
#include <lib/rbtree.h>
#include <arch/pmap.h>

/* Blocks are of 2^0 to 2^VM_PAGE_ORDER_MAX pages. */
#define VM_PAGE_ORDER_MAX 12

struct vm_object;
struct zone;

enum vm_page_state {
    VM_PAGE_RESERVED, /* not RAM, or never given to the allocator */
    VM_PAGE_FREE,     /* in a free block, or on a processor's stack of free pages */
    VM_PAGE_KERNEL,   /* allocated, no object */
    VM_PAGE_OBJECT,   /* in an object */
};

/* What a zone notes in the first page of each of its slabs. */
struct vm_page_slab {
    void *free; /* list of released objects, linked through their first word */
    struct zone *zone;
    uint16_t in_use; /* objects that are out */
    uint16_t fresh;  /* objects at the end that were never out */
};

/* Members of an allocated page that its user has not set are undefined, but `object` is null and
 * `wire_count` zero, as they must be when the page is freed. */
struct vm_page {
    struct list link; /* (free) block list; (object) the object's list; zone's list */
    union {
        struct rbtree_node node;  /* (object) the object's tree, by offset */
        struct vm_page_slab slab; /* (kernel) of a zone */
    };
    struct vm_object *object; /* (object) */
    uint32_t index;           /* (object) offset / PAGE_SIZE */
    uint16_t wire_count;      /* (object) wirings */
    uint8_t state;            /* enum vm_page_state */
    uint8_t order;            /* (free) of the block this page heads; see mem/page_alloc.c */
};

static_assert(sizeof(struct vm_page) == 56);

/* The array and its length: set by vm_page_init(), constant afterwards. */
extern struct vm_page *vm_page_array;
extern uint64_t vm_page_array_length;

/* The page at physical address PHYSICAL, or null if that is no RAM the allocator knows. */
static inline struct vm_page *vm_page_lookup_physical(phys_addr_t physical)
{
    uint64_t frame = physical >> PAGE_SHIFT;
    if (frame >= vm_page_array_length || vm_page_array[frame].state == VM_PAGE_RESERVED) {
        return nullptr;
    }
    return &vm_page_array[frame];
}

/* Physical address of PAGE. */
static inline phys_addr_t vm_page_physical(const struct vm_page *page)
{
    return (phys_addr_t)(page - vm_page_array) << PAGE_SHIFT;
}

/* The kernel's window on PAGE. */
static inline void *vm_page_data(const struct vm_page *page)
{
    return phys_to_virt(vm_page_physical(page));
}

/* Allocate one page, its contents undefined, state VM_PAGE_KERNEL.  Context: any.
 * Returns: null if memory is exhausted. */
[[nodiscard]] struct vm_page *vm_page_allocate(void);

/* Allocate one page of zeros.  Context: any.  Returns: null if memory is exhausted. */
[[nodiscard]] struct vm_page *vm_page_allocate_zeroed(void);

/* Free PAGE, whose state is VM_PAGE_KERNEL.  Context: any. */
void vm_page_free(struct vm_page *page);

/* Allocate 2^ORDER contiguous pages, aligned to their size.  All are in state VM_PAGE_KERNEL, and
 * may be freed together or one by one.  Context: any.  Returns: null if there is no such block. */
[[nodiscard]] struct vm_page *vm_page_allocate_block(uint32_t order);
void vm_page_free_block(struct vm_page *page, uint32_t order);

/* Take RAM that boot kept out of the allocator (a boot module's pages) into it as VM_PAGE_KERNEL
 * pages, allocated. */
void vm_page_adopt_range(phys_addr_t start, phys_addr_t end);

/* Pages that the allocator knows, and those of them that are free now. */
uint64_t vm_page_total(void);
uint64_t vm_page_free_count(void);

/*
 * Whether so few pages are free that what is left is the kernel's, and that of the threads with
 * vm_privilege (sched/thread.h): pages that users fill have to wait for better times.  A program
 * that takes all memory so leaves enough to report its end.  Context: any; the answer is a guess.
 */
bool vm_page_is_scarce(void);

/* Build the array and the free lists from boot_info, then the allocators above them (kalloc, kernel
 * stacks).  Called once, before any allocation. */
void vm_page_init(void);
