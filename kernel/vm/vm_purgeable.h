/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that its user can do without: an object of kind VM_OBJECT_PURGEABLE has an owner and one of
 * these states.
 *
 *            SET_STATE                     SET_STATE, purge_all, no pages left
 *      NONVOLATILE <-----> VOLATILE ------------> EMPTY
 *           ^                                       |
 *           +---------------------------------------+ SET_STATE: the answer says EMPTY, once
 *
 * While an object is VOLATILE its pages can be used, but also taken back, all at once: it is EMPTY
 * then and shows zeros.  What is EMPTY stays so until it is made NONVOLATILE.  DENY: the object only
 * has an owner (a memory entry that is tagged), and keeps its pages.
 *
 * Such an object has no shadow, is nobody's shadow, and no entry for it has needs_copy: it is copied
 * page by page, and a copy is ordinary memory.  So taking its pages changes nothing but what it shows
 * itself.
 *
 * Locks: an object's mutex protects its state and its place among the queues; the mutex of the queues,
 * taken behind it, the queues.  An object leaves the queues under the latter before it is freed, so
 * whoever finds it there may try for a reference.
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>
#include <mach/vm_purgable.h>
#include <mach/vm_statistics.h>

#include <lib/compiler.h>
#include <lib/list.h>
#include <vm/vm_object.h>

/* How volatile objects are queued in each of the groups; the obsolete ones have one group. */
enum vm_purgeable_order {
    VM_PURGEABLE_OBSOLETE,
    VM_PURGEABLE_FIFO,
    VM_PURGEABLE_LIFO
};

/* What a purgeable object has beside the rest.  Lock keys: (m) the object's mutex, (q) the queues'
 * mutex, (c) constant after creation. */
struct vm_purgeable {
    struct vm_object *object; /* (c) the one that it is part of; no reference */
    struct list link;         /* (q) on a queue, or on the list of those that are not VOLATILE */
    uint64_t owner;           /* (q) number of a map, 0: nobody's */
    int ledger_tag;           /* (q) VM_LEDGER_TAG_* */
    bool has_no_footprint;    /* (q) what it has is not counted as its owner's footprint */
    int state;                /* (m) VM_PURGABLE_*; (q) to change it */
    enum vm_purgeable_order order; /* (m) while VOLATILE */
    uint32_t group;                /* (m) while VOLATILE: 0 to 7, the lowest is purged first */
    bool empties_at_once;          /* (m) VM_PURGABLE_DEBUG_EMPTY was asked for */
    bool is_kernels;               /* (c) users may not set the state */
};

/* Bytes of objects that somebody owns, as ledgers of a Mac have them. */
struct vm_owned_bytes {
    uint64_t nonvolatile;
    uint64_t is_volatile;                         /* also what was touched since it was EMPTY */
    uint64_t footprint[VM_LEDGER_TAG_MAX + 1];    /* by tag: nonvolatile, and of those with DENY */
    uint64_t no_footprint[VM_LEDGER_TAG_MAX + 1]; /* the same of those that do not count */
};

/* Set up the zone and the queues. */
void vm_purgeable_init(void);

/* Create an object of SIZE bytes in STATE (NONVOLATILE or DENY) that belongs to the map numbered
 * OWNER.  With IS_KERNELS users may not set its state.  Returns: null without memory. */
[[nodiscard]] struct vm_object *vm_object_create_purgeable(uint64_t size, uint64_t owner, int state,
                                                           bool is_kernels);

/* OBJECT, which ends, has no references any more: free its record. */
void vm_purgeable_destroy(struct vm_object *object);

/*
 * VM_PURGABLE_GET_STATE: *STATE becomes OBJECT's; VM_PURGABLE_SET_STATE: *STATE, of which unknown bits
 * were refused, is set, and what was before comes back.
 * Returns: KERN_SUCCESS; KERN_INVALID_ARGUMENT, OBJECT cannot be purged, or this state cannot be set;
 * KERN_PROTECTION_FAILURE, only the kernel may set it.
 */
[[nodiscard]] kern_return_t vm_object_purgeable_control(struct vm_object *object,
                                                        vm_purgable_t control, int *state)
    EXCLUDES(object->lock);

/* The state of OBJECT; DENY for any other kind.  A guess: no lock is held. */
int vm_object_purgeable_state(const struct vm_object *object);

/* Take the pages of all objects that are VOLATILE now.  Context: may sleep; no object is locked. */
void vm_purgeable_purge_all(void);

/*
 * Somebody found no page: if memory is really short, take those of volatile objects, one after the
 * other, until it is not.  Context: may sleep; no object is locked.
 * Returns: true if pages have come free, so that it is worth to try again.
 */
[[nodiscard]] bool vm_purgeable_reclaim(void);

/* Give OBJECT, with a record, to OWNER (0: as before), under TAG (VM_LEDGER_TAG_UNCHANGED: as before). */
void vm_purgeable_set_owner(struct vm_object *object, uint64_t owner, int tag,
                            bool has_no_footprint);

/* What of OWNER (0: of everybody) is volatile, by order and group; *INFO is zeros before. */
void vm_purgeable_describe(uint64_t owner, struct vm_purgeable_info *info);

/* The bytes that OWNER has. */
struct vm_owned_bytes vm_purgeable_bytes(uint64_t owner);

/* Pages that were taken back since boot. */
uint64_t vm_purgeable_purged_pages(void);
