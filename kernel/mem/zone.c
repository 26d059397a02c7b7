/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The upper half of a zone: each processor's cache, a stack of free objects (Bonwick & Adams,
 * "Magazines and Vmem", USENIX 2001, with one magazine a processor).  All caches of a processor are
 * one array in its per-processor data, indexed by the zone's number, so that a zone needs no memory
 * for processors that do not run, and reaching the cache is one addition.
 *
 * The ledger's count is not kept at each allocation but made on demand: what the slabs gave out
 * less what lies in the caches.
 */
#include <mem/zone.h>

#include <lib/assert.h>
#include <lib/bitmap.h>
#include <lib/string.h>
#include <arch/percpu.h>
#include <mem/alloc_failure.h>
#include <mem/zone_poison.h>
#include <mem/zone_slab.h>

#define ZONE_BATCH     (ZONE_CACHE_SIZE / 2)
#define ZONE_SIZE_MAX  8192
#define ZONE_ALIGNMENT 16

/* One processor's stack of free objects of one zone. */
struct zone_cache {
    uint32_t count;
    void *objects[ZONE_CACHE_SIZE];
};

/* A type of its own, since PERCPU_DEFINE() takes a type and a name. */
struct zone_caches {
    struct zone_cache of[ZONE_MAX];
};

PERCPU_DEFINE(struct zone_caches, zone_caches);

/* The running processor's cache of ZONE: an offset, because an index costs the message path a
 * multiplication more. */
static inline struct zone_cache *cache_here(const struct zone *zone)
{
    return (struct zone_cache *)((char *)percpu_ptr(zone_caches) + zone->cache_offset);
}

static struct spinlock zones_lock = SPINLOCK_INITIALIZER(LOCK_CLASS_ZONE_LIST);
static struct list zones = { &zones, &zones };    /* (zones_lock) all, oldest first */
static uint64_t zone_ids[BITMAP_WORDS(ZONE_MAX)]; /* (zones_lock) those taken */

/* Number ZONE and enter it in the ledger. */
static void zone_enter(struct zone *zone, const char *name)
{
    zone->name = name;
    zone->spares = nullptr;
    spinlock_init(&zone->lock, LOCK_CLASS_ZONE);
    zone->empty_slabs = 0;
    zone->slab_count = 0;
    zone->out = 0;
    interrupt_state_t state = spin_lock_save(&zones_lock);
    zone->id = (uint16_t)bitmap_first_clear(zone_ids, ZONE_MAX);
    assert(zone->id < ZONE_MAX);
    bitmap_set(zone_ids, zone->id);
    zone->cache_offset = (uint32_t)offsetof(struct zone_caches, of[zone->id]);
    list_insert_tail(&zones, &zone->link);
    spin_unlock_restore(&zones_lock, state);
}

void zone_init(struct zone *zone, const char *name, size_t size)
{
    assert(size > 0 && size <= ZONE_SIZE_MAX);
    zone->size = (uint32_t)((size + ZONE_ALIGNMENT - 1) & ~(size_t)(ZONE_ALIGNMENT - 1));
    zone_slab_init(zone);
    zone_enter(zone, name);
}

void zone_init_counter(struct zone *zone, const char *name)
{
    zone->size = 0;
    list_init(&zone->partial);
    zone_enter(zone, name);
}

void zone_count(struct zone *zone, int64_t change)
{
    interrupt_state_t state = spin_lock_save(&zone->lock);
    zone->out += (uint64_t)change;
    spin_unlock_restore(&zone->lock, state);
}

void zone_destroy(struct zone *zone)
{
    assert(zone_in_use(zone) == 0);
    interrupt_state_t state = spin_lock_save(&zone->lock);
    for (uint32_t cpu = 0; cpu < cpu_count(); cpu++) {
        struct zone_cache *cache = &percpu_ptr_of(cpu, zone_caches)->of[zone->id];
        zone_slab_give(zone, cache->objects, cache->count);
        cache->count = 0;
    }
    zone_slab_trim(zone);
    spin_unlock(&zone->lock);
    spin_lock(&zones_lock);
    list_remove(&zone->link);
    bitmap_clear(zone_ids, zone->id);
    spin_unlock_restore(&zones_lock, state);
}

static COLD bool cache_fill(struct zone *zone, struct zone_cache *cache)
{
    spin_lock(&zone->lock);
    cache->count = zone_slab_take(zone, cache->objects, ZONE_BATCH);
    spin_unlock(&zone->lock);
    return cache->count != 0;
}

/* Return the older half of CACHE, which is full. */
static COLD void cache_drain(struct zone *zone, struct zone_cache *cache)
{
    spin_lock(&zone->lock);
    zone_slab_give(zone, cache->objects, ZONE_BATCH);
    spin_unlock(&zone->lock);
    cache->count -= ZONE_BATCH;
    memmove(cache->objects, cache->objects + ZONE_BATCH, cache->count * sizeof(cache->objects[0]));
}

void *zone_alloc_interrupts_off(struct zone *zone)
{
    if (UNLIKELY(allocation_must_fail())) {
        return nullptr;
    }
    struct zone_cache *cache = cache_here(zone);
    if (UNLIKELY(cache->count == 0) && !cache_fill(zone, cache)) {
        return nullptr;
    }
    void *object = cache->objects[--cache->count];
    zone_poison_allocated(zone, object);
    return object;
}

void *zone_alloc(struct zone *zone)
{
    interrupt_state_t state = interrupts_save();
    void *object = zone_alloc_interrupts_off(zone);
    interrupts_restore(state);
    return object;
}

void *zone_alloc_zeroed(struct zone *zone)
{
    void *object = zone_alloc(zone);
    return LIKELY(object != nullptr) ? memset(object, 0, zone->size) : nullptr;
}

void zone_free_interrupts_off(struct zone *zone, void *object)
{
    zone_poison_check_used(zone, object);
    zone_poison_freed(zone, object);
    struct zone_cache *cache = cache_here(zone);
    if (UNLIKELY(cache->count == ZONE_CACHE_SIZE)) {
        cache_drain(zone, cache);
    }
    cache->objects[cache->count++] = object;
}

void zone_free(struct zone *zone, void *object)
{
    interrupt_state_t state = interrupts_save();
    zone_free_interrupts_off(zone, object);
    interrupts_restore(state);
}

uint64_t zone_in_use(const struct zone *zone)
{
    uint64_t cached = 0;
    for (uint32_t cpu = 0; cpu < cpu_count(); cpu++) {
        cached += percpu_ptr_of(cpu, zone_caches)->of[zone->id].count;
        cached += zone->spares != nullptr && *percpu_ptr_of(cpu, *zone->spares) != nullptr;
    }
    return zone->out > cached ? zone->out - cached : 0;
}

void zone_collect(void)
{
    struct zone *zone;
    interrupt_state_t state = spin_lock_save(&zones_lock);
    list_for_each_entry(zone, &zones, link) {
        spin_lock(&zone->lock);
        zone_slab_trim(zone);
        spin_unlock(&zone->lock);
    }
    spin_unlock_restore(&zones_lock, state);
}

void zone_visit(void (*visitor)(const struct zone *zone, void *argument), void *argument)
{
    const struct zone *zone;
    interrupt_state_t state = spin_lock_save(&zones_lock);
    list_for_each_entry(zone, &zones, link) {
        visitor(zone, argument);
    }
    spin_unlock_restore(&zones_lock, state);
}
