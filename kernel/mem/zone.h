/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Zones: allocators of objects of one size, each with a count of what is in use, which is the
 * kernel's ledger.  A per-processor stack of free objects makes the common allocation and release a
 * pop and a push without a lock.  Debug builds poison free objects and notice a second release and
 * a write after release.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <lib/compiler.h>
#include <lib/list.h>
#include <arch/spinlock.h>

/* Free objects that a processor keeps for each zone; half of them move at a time. */
#define ZONE_CACHE_SIZE 16

/* The most zones that can exist. */
#define ZONE_MAX 64

/* Lock keys: (l) zone->lock, (c) constant after zone_init(). */
struct zone {
    void **spares;          /* null, or per processor: a free object that its owner keeps */
    const char *name;       /* (c) shown in the ledger */
    uint32_t size;          /* (c) of an object in bytes, a multiple of 16; 0: counter only */
    uint16_t id;            /* (c) its number among the zones */
    uint32_t cache_offset;  /* (c) of its cache in every processor's struct zone_caches */
    uint16_t slab_capacity; /* (c) objects in a slab */
    uint32_t slab_order;    /* (c) a slab is a block of 2^slab_order pages */
    struct spinlock lock;
    struct list partial;  /* (l) slabs with free objects, the empty ones last */
    uint32_t empty_slabs; /* (l) slabs of which no object is out */
    uint32_t slab_count;  /* (l) all slabs */
    uint64_t out;         /* (l) objects in use or in a processor's cache */
    struct list link;     /* the list of all zones */
};

/* Make ZONE an empty zone of objects of SIZE bytes (at most 8192), aligned to 16 (64 if SIZE is a
 * multiple of 64), and enter it in the ledger. */
void zone_init(struct zone *zone, const char *name, size_t size);

/* Take ZONE, of which nothing is in use, out of the ledger and free its memory.  For tests. */
void zone_destroy(struct zone *zone);

/* Make ZONE a mere line of the ledger: zone_count() says what is in use. */
void zone_init_counter(struct zone *zone, const char *name);
void zone_count(struct zone *zone, int64_t change);

/* An object, contents undefined.  Context: any (disables interrupts itself).
 * Returns: null if memory is exhausted. */
[[nodiscard]] void *zone_alloc(struct zone *zone);

/* The same, all zero. */
[[nodiscard]] void *zone_alloc_zeroed(struct zone *zone);

/* Give OBJECT, allocated from ZONE, back.  Context: any. */
void zone_free(struct zone *zone, void *object);

/* The first two for callers that have interrupts off and allocate on every message. */
[[nodiscard]] void *zone_alloc_interrupts_off(struct zone *zone);
void zone_free_interrupts_off(struct zone *zone, void *object);

/* Objects of ZONE in use; exact when no processor is changing it. */
uint64_t zone_in_use(const struct zone *zone);

/* Visit all zones in the order of their creation.  VISITOR runs with interrupts off and neither
 * makes zones nor sleeps. */
void zone_visit(void (*visitor)(const struct zone *zone, void *argument), void *argument);

/* Give the pages of all zones back of which nothing is in use.  Context: any. */
void zone_collect(void);

#ifdef MACH_R_DEBUG
/*
 * Test aid: let the N-th allocation from now on (of zones, kalloc, pages together) fail, once; 0
 * fails the next one; -1 switches it off.
 */
void zone_fail_after(int64_t n);

/* True if the failure that zone_fail_after() last asked for has happened. */
bool zone_failure_happened(void);
#else
/* Release builds let nothing fail. */
static inline void zone_fail_after([[maybe_unused]] int64_t n)
{
}

static inline bool zone_failure_happened(void)
{
    return false;
}
#endif

/*
 * Memory of any SIZE up to 2 MiB (zones by size class up to 2 KiB, blocks of pages above), aligned
 * to 16; kfree() takes what kalloc() gave, which is never null, and the same SIZE.  Context: any.
 * Returns: null if memory is exhausted.
 */
[[nodiscard]] void *kalloc(size_t size);
[[nodiscard]] void *kalloc_zeroed(size_t size);
void kfree(void *memory, size_t size);
