/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An address space: a sorted set of entries, each a range of addresses backed by a range of an
 * object, with protection, inheritance and the copy-on-write mark.  Entries are in a tree by
 * address, for look-up, and in a list, for neighbours; `gap_hint` remembers where free space
 * begins.
 *
 * Invariants: entries do not overlap; an entry with needs_copy has no writable mapping in the pmap;
 * no mapping allows more than its entry's protection.
 *
 * Locks: a map's mutex protects its entries; order: vm_map -> vm_object -> page queues -> pmap.  No
 * two maps are locked at once, except a new one that nobody else knows.  All functions may sleep;
 * they enable no interrupts themselves: callers run with interrupts on, or accept that long
 * operations run with interrupts off.
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>
#include <mach/vm_behavior.h>
#include <mach/vm_inherit.h>
#include <mach/vm_prot.h>
#include <mach/vm_statistics.h>

#include <lib/compiler.h>
#include <lib/list.h>
#include <lib/rbtree.h>
#include <lib/refcount.h>
#include <arch/pmap.h>
#include <sched/mutex.h>
#include <vm/vm_object.h>

/* User addresses: the first page is never mapped, so that a null pointer faults.  Memory that may
 * be anywhere comes above the place of programs and below that of the comm page. */
#define VM_MAP_MIN_ADDRESS      UINT64_C(0x0000000000001000)
#define VM_MAP_ANYWHERE_ADDRESS UINT64_C(0x0000000010000000)
#define VM_MAP_ANYWHERE_END     UINT64_C(0x00007fffffe00000)

struct quota;

/* Free ranges are remembered by the power of two of their pages, up to this one. */
#define VM_MAP_GAP_CLASSES 16

/* Lock keys: (m) the map's mutex, (c) constant, (a) atomic. */
struct vm_map_entry {
    struct rbtree_node node;  /* (m) by start */
    struct list link;         /* (m) in order of addresses */
    virt_addr_t start;        /* (m) page aligned */
    virt_addr_t end;          /* (m) page aligned, > start */
    struct vm_object *object; /* (m) holds a reference; null: zeros, an object is made at the
                                     * first touch */
    uint64_t offset;          /* (m) of start in the object */
    vm_prot_t protection;     /* (m) */
    vm_prot_t max_protection; /* (m) */
    vm_inherit_t inheritance; /* (m) */
    bool needs_copy;          /* (m) a write must shadow the object first */
    uint8_t user_tag;         /* (m) VM_MEMORY_* that the creator gave */
    uint8_t behavior;         /* (m) VM_BEHAVIOR_* */
    bool is_permanent;        /* (m) VM_FLAGS_PERMANENT: its place is not given up */
};

struct vm_map {
    struct mutex lock;
    struct refcount references; /* (a) */
    struct pmap *pmap;          /* (c) */
    struct rbtree entries;      /* (m) */
    struct list entry_list;     /* (m) */
    uint32_t entry_count;       /* (m) */
    uint64_t size;              /* (m) bytes in entries */
    virt_addr_t min_address;    /* (c) */
    virt_addr_t max_address;    /* (c) */
    struct vm_map_entry *hint;  /* (m) last entry found, or null */
    uint32_t timestamp;         /* (m) counts changes */
    bool is_dead;               /* (m) emptied for good */
    bool is_locked_down;        /* (m) nothing more becomes executable, for good */
    bool has_permanent;         /* (m) an entry was or is permanent */
    struct quota *quota;        /* (m) a reference: entries are charged to it; or null */
    _Atomic uint64_t owner;     /* (a) vm_map_owner(), once that was asked for */
    /* (m) No gap of 2^i pages or more between the addresses for "anywhere" begins below
     * gap_hint[i]. */
    virt_addr_t gap_hint[VM_MAP_GAP_CLASSES];
};

/* Where and what vm_map_enter() shall map; filled by the caller, checked by it. */
struct vm_map_request {
    virt_addr_t address;      /* in: place, or where the search starts (0: anywhere at all);
                                     * out: place */
    uint64_t size;            /* bytes, rounded up to pages */
    uint64_t mask;            /* alignment: bits that must be zero in the address */
    int flags;                /* VM_FLAGS_ANYWHERE, VM_FLAGS_OVERWRITE, a tag */
    struct vm_object *object; /* null: zeros.  A reference is consumed on success */
    uint64_t offset;          /* page aligned */
    bool copy;                /* map a copy of the object as it is now */
    bool exact;               /* vm_map_remap(): with the protections below, or not at all */
    vm_prot_t protection;
    vm_prot_t max_protection;
    vm_inherit_t inheritance;
};

/* Set up zones. */
void vm_init(void);

/* Create an empty user map, one reference for the caller.  Returns: null without memory. */
[[nodiscard]] struct vm_map *vm_map_create(void);

/* Create a child's map: entries of PARENT by their inheritance (share, copy, none).
 * Returns: null without memory. */
[[nodiscard]] struct vm_map *vm_map_fork(struct vm_map *parent);

/* Count a reference; drop one: the last destroys the map.  Null is ignored by the second. */
void vm_map_reference(struct vm_map *map);

/* A number by which MAP is known as the owner of memory (vm_purgeable.h), never 0 nor another's. */
uint64_t vm_map_owner(struct vm_map *map);

/* Charge the entries of MAP, which has no quota yet, to QUOTA, of which it takes a reference. */
void vm_map_set_quota(struct vm_map *map, struct quota *quota);
void vm_map_deallocate(struct vm_map *map);

/* Remove all entries and refuse new ones (the task ends; others may still refer to the map). */
void vm_map_terminate(struct vm_map *map);

/*
 * Map what REQUEST says.  An object that is mapped without `copy` and writable is shared.
 * Returns: KERN_SUCCESS; KERN_INVALID_ARGUMENT, a bad request; KERN_INVALID_ADDRESS, outside the
 * user's addresses; KERN_NO_SPACE, occupied, if only by what is permanent, or full;
 * KERN_RESOURCE_SHORTAGE.
 */
[[nodiscard]] kern_return_t vm_map_enter(struct vm_map *map, struct vm_map_request *request);

/*
 * The range operations.  Addresses are rounded outwards to pages; an empty range does nothing.
 * Returns: KERN_SUCCESS; KERN_INVALID_ARGUMENT, END before START; KERN_INVALID_ADDRESS, not all
 * of the range is mapped (not vm_map_remove()); KERN_PROTECTION_FAILURE, more than the maximum
 * protection; KERN_RESOURCE_SHORTAGE.  On failure nothing has changed.
 * What is permanent is not removed: nobody has access to it any more.
 */
[[nodiscard]] kern_return_t vm_map_remove(struct vm_map *map, virt_addr_t start, virt_addr_t end);
[[nodiscard]] kern_return_t vm_map_protect(struct vm_map *map, virt_addr_t start, virt_addr_t end,
                                           vm_prot_t protection, bool set_maximum);
[[nodiscard]] kern_return_t vm_map_inherit(struct vm_map *map, virt_addr_t start, virt_addr_t end,
                                           vm_inherit_t inheritance);
[[nodiscard]] kern_return_t vm_map_set_behavior(struct vm_map *map, virt_addr_t start,
                                                virt_addr_t end, vm_behavior_t behavior);

/*
 * Give the memory of a range that may never be written a private copy that may: add VM_PROT_WRITE
 * to the maximum protection.  Returns: as the range operations; KERN_NO_SPACE, part of it is
 * permanent, to which nobody has access any more.
 */
[[nodiscard]] kern_return_t vm_map_make_private(struct vm_map *map, virt_addr_t start,
                                                virt_addr_t end);

/*
 * Map [ADDRESS, ADDRESS + REQUEST->size) of SOURCE, page aligned, where REQUEST says in MAP: the
 * same memory, or with REQUEST->copy a copy of it, each part with its own protections;
 * REQUEST->protection and max_protection come back as what all parts have in common.  With
 * REQUEST->exact they are what each part gets; of memory that is shared they may not be more than its
 * own, and what is copied has to be readable.  Both maps may be the same.
 * Returns: as vm_map_enter(); KERN_INVALID_ADDRESS also if not all of the range is mapped;
 * KERN_PROTECTION_FAILURE, REQUEST->exact and a part permits less.
 */
[[nodiscard]] kern_return_t vm_map_remap(struct vm_map *map, struct vm_map_request *request,
                                         struct vm_map *source, virt_addr_t address);

/*
 * The object and offset behind [ADDRESS, ADDRESS + SIZE), page aligned, to be shared or copied by
 * others with *PROTECTION: one object covers it (made as needed; *SIZE is reduced to what one
 * object covers).  With VM_PROT_IS_MASK *PROTECTION becomes what of it the memory has.  The caller
 * gets a reference.
 * Returns: KERN_SUCCESS; KERN_INVALID_ADDRESS, nothing is mapped; KERN_PROTECTION_FAILURE,
 * *PROTECTION is more than the memory's, or has nothing of it; KERN_RESOURCE_SHORTAGE.
 */
[[nodiscard]] kern_return_t vm_map_lookup_object(struct vm_map *map, virt_addr_t address,
                                                 uint64_t *size, vm_prot_t *protection,
                                                 struct vm_object **object, uint64_t *offset);

/* Limit *PROTECTION to what HAS has, if it is marked as a mask; else it may not be more.
 * Returns: KERN_SUCCESS; KERN_PROTECTION_FAILURE, it is more, or nothing is left. */
[[nodiscard]] kern_return_t vm_prot_limit(vm_prot_t *protection, vm_prot_t has);

/* What of MAP is memory that is VOLATILE or EMPTY: bytes of address space in *SIZE, and of pages in
 * *RESIDENT. */
void vm_map_volatile_bytes(struct vm_map *map, uint64_t *size, uint64_t *resident);

/* Panic unless MAP's invariants hold.  For tests: visits all entries. */
void vm_map_check(struct vm_map *map) EXCLUDES(map->lock);
