/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A memory object as the kernel keeps it: pages by offset, and behind them a *shadow*, the object
 * that supplies the pages this one has not (copy-on-write), or a pager, or zeros.
 *
 * Copy-on-write is symmetric: both sides of a copy refer to the same object with `needs_copy` set
 * in their entries; the first to write gets a new object that shadows it (vm_shadow.h).  An object
 * with a single reference is written in place.
 *
 * Invariant: while a reference with needs_copy or a shadowing object exists, nobody changes what
 * the object shows, unless its use is VM_OBJECT_SHARED; such an object is never copied by
 * reference.
 *
 * An object that can be purged, or has an owner, is never copied by reference either (vm_purgeable.h).
 *
 * Two objects are locked front first: an object before its shadow.
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>

#include <lib/compiler.h>
#include <lib/list.h>
#include <lib/rbtree.h>
#include <lib/refcount.h>
#include <mem/vm_page.h>
#include <sched/mutex.h>
#include <vm/vm_pager.h>

/* Pages are numbered with 32 bits. */
#define VM_OBJECT_SIZE_MAX (UINT64_C(1) << 44)

/* An object that is made by its size, to be mapped whole, is not larger, as on a Mac. */
#define VM_ANONYMOUS_SIZE_MAX (VM_OBJECT_SIZE_MAX - PAGE_SIZE)

enum vm_object_kind {
    VM_OBJECT_ANONYMOUS, /* pages on demand, zero unless a shadow has them */
    VM_OBJECT_PHYSICAL,  /* a fixed range of physical addresses (devices), no pages */
    VM_OBJECT_PAGED,     /* pages from a pager */
    VM_OBJECT_PURGEABLE, /* as anonymous, without a shadow; has an owner and can be purged */
};

/* What the references of an object may do to each other; it only grows, until one reference is
 * left. */
enum vm_object_use {
    VM_OBJECT_EXCLUSIVE, /* they see disjoint ranges */
    VM_OBJECT_COPIED,    /* they see the same pages, and all copy before they write */
    VM_OBJECT_SHARED,    /* they see the same pages and may write them in place */
};

struct vm_purgeable;

/* Lock keys: (m) the object's mutex, (a) atomic, (c) constant after creation. */
struct vm_object {
    struct mutex lock;
    struct refcount references;      /* (a) entries, copies, shadowing objects, memory entries */
    _Atomic(enum vm_object_use) use; /* (a) changed by holders of a reference */
    enum vm_object_kind kind;        /* (c) */
    enum pmap_cache cache;           /* (c) */
    uint64_t size;                   /* (c) bytes, a multiple of the page size */
    struct rbtree pages;             /* (m) resident pages by index */
    struct list page_list;           /* (m) the same pages, latest last */
    uint64_t resident_count;         /* (m) */
    struct vm_object *shadow;        /* (m) holds a reference; null: none */
    uint64_t shadow_offset;          /* (m) offset of our byte 0 in the shadow */
    phys_addr_t physical;            /* (c) VM_OBJECT_PHYSICAL: where it starts */
    const struct vm_pager_ops *pager_ops; /* (c) VM_OBJECT_PAGED */
    union {
        void *pager;                    /* (c) VM_OBJECT_PAGED */
        struct vm_purgeable *purgeable; /* (c) VM_OBJECT_PURGEABLE: its record, which it owns */
    };
};

/* True if the caller's reference is the only one: nobody else can come to another. */
static inline bool vm_object_is_sole(const struct vm_object *object)
{
    return refcount_value(&object->references) == 1;
}

/* Bytes from OFFSET in its page to the page's end. */
static inline uint64_t vm_page_rest(uint64_t offset)
{
    return PAGE_SIZE - (offset & PAGE_MASK);
}

/* Set up the zone. */
void vm_object_init(void);

/* Create an anonymous object of SIZE bytes, with one reference for the caller.
 * Returns: null without memory. */
[[nodiscard]] struct vm_object *vm_object_create(uint64_t size);

/* Create an object for the device range [PHYSICAL, PHYSICAL + SIZE), page aligned. */
[[nodiscard]] struct vm_object *vm_object_create_physical(phys_addr_t physical, uint64_t size,
                                                          enum pmap_cache cache);

/* Create an anonymous object whose pages are the RAM pages of [START, END), which the object owns
 * from now on (a boot module).  START is page aligned; the last page belongs to it whole. */
[[nodiscard]] struct vm_object *vm_object_create_from_range(phys_addr_t start, phys_addr_t end);

/* Create an object of SIZE bytes whose pages come from PAGER through OPS. */
[[nodiscard]] struct vm_object *vm_object_create_paged(uint64_t size,
                                                       const struct vm_pager_ops *ops, void *pager);

/* Create an object of kind VM_OBJECT_PURGEABLE with RECORD, for vm_object_create_purgeable(). */
[[nodiscard]] struct vm_object *vm_object_create_owned(uint64_t size, struct vm_purgeable *record);

/* Count a reference; drop one: the last frees the pages and the shadow's reference.
 * Context: release may sleep, with no object locked. */
void vm_object_reference(struct vm_object *object);
void vm_object_release(struct vm_object *object);

/* Make the object's use at least USE; the same, and count a reference.  Who hands an object out
 * to be mapped for writing by several (a memory entry) makes it VM_OBJECT_SHARED before the first
 * does. */
void vm_object_raise_use(struct vm_object *object, enum vm_object_use use);
void vm_object_reference_for(struct vm_object *object, enum vm_object_use use);

/*
 * What the references may do to each other, as the holder of a map entry's must know: EXCLUSIVE
 * again when it is alone.  Whoever else could raise the use has a reference, so the answer stays
 * true while the holder's map is locked.
 */
enum vm_object_use vm_object_current_use(struct vm_object *object);

/* Whether a copy of OBJECT gets pages of its own at once: others may write it in place, or it may be
 * purged.  The answer stays true as that of vm_object_current_use(). */
static inline bool vm_object_is_copied_by_pages(struct vm_object *object)
{
    return object->kind == VM_OBJECT_PURGEABLE || vm_object_current_use(object) == VM_OBJECT_SHARED;
}

/* Pages in the objects of the system: those that programs filled, and those that came from pagers. */
struct vm_object_pages {
    uint64_t internal;
    uint64_t external;
};

/* How many there are of each.  Context: any; the answer is a guess while others work. */
struct vm_object_pages vm_object_pages(void);

/* The resident page at OFFSET of OBJECT itself, or null. */
struct vm_page *vm_object_lookup_page(const struct vm_object *object, uint64_t offset)
    REQUIRES(object->lock);

/* Put PAGE, allocated, at OFFSET, where there is none. */
void vm_object_insert_page(struct vm_object *object, struct vm_page *page, uint64_t offset)
    REQUIRES(object->lock);

/* Take PAGE out; it is the caller's then. */
void vm_object_remove_page(struct vm_object *object, struct vm_page *page) REQUIRES(object->lock);

/* Free the resident pages of [OFFSET, OFFSET + SIZE), which nobody maps. */
void vm_object_free_range(struct vm_object *object, uint64_t offset, uint64_t size)
    EXCLUDES(object->lock);

/* Take the resident pages of [OFFSET, OFFSET + SIZE) from everybody who maps them, and free them, but
 * not those that are wired.  Returns: how many. */
uint64_t vm_object_discard_range(struct vm_object *object, uint64_t offset, uint64_t size)
    REQUIRES(object->lock);

/* How many pages of [OFFSET, OFFSET + SIZE) are resident in OBJECT itself. */
uint64_t vm_object_count_resident(struct vm_object *object, uint64_t offset, uint64_t size)
    EXCLUDES(object->lock);

/* Panic unless OBJECT's invariants hold.  For tests: visits all pages. */
void vm_object_check(struct vm_object *object) EXCLUDES(object->lock);
