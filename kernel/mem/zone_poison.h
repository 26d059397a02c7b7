/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How free objects are told from used ones in debug builds: every word of a free object holds a
 * pattern (but the first while a slab's list runs through it).  An object that is freed with the
 * pattern in it is freed a second time; one that is allocated without it was written after release.
 * New objects are filled with another pattern, so that nobody relies on what they hold.
 *
 * Host builds also hide free objects from all but these functions (mem/sanitizer.h).
 */
#pragma once

#include <lib/assert.h>
#include <mem/sanitizer.h>
#include <mem/zone.h>

#ifdef MACH_R_DEBUG
#define ZONE_POISON_FREE UINT64_C(0xdeadf4eedeadf4ee)
#define ZONE_POISON_NEW  UINT64_C(0xa5a5a5a5a5a5a5a5)

/* True if all words of OBJECT but the first hold the pattern of free objects. */
static inline bool zone_object_is_poisoned(const struct zone *zone, const void *object)
{
    const uint64_t *words = object;
    for (uint32_t i = 1; i < zone->size / sizeof(uint64_t); i++) {
        if (words[i] != ZONE_POISON_FREE) {
            return false;
        }
    }
    return true;
}

static inline void zone_object_fill(const struct zone *zone, void *object, uint64_t pattern)
{
    uint64_t *words = object;
    for (uint32_t i = 0; i < zone->size / sizeof(uint64_t); i++) {
        words[i] = pattern;
    }
}

/* OBJECT, in a processor's cache or fresh from a slab, goes to a user. */
static inline void zone_poison_allocated(const struct zone *zone, void *object)
{
    memory_reveal(object, zone->size);
    if (!zone_object_is_poisoned(zone, object)) {
        panic("zone %s: object %p was written after it was freed", zone->name, object);
    }
    zone_object_fill(zone, object, ZONE_POISON_NEW);
}

/* OBJECT comes back from its user, or is new in a slab. */
static inline void zone_poison_freed(const struct zone *zone, void *object)
{
    zone_object_fill(zone, object, ZONE_POISON_FREE);
    memory_hide(object, zone->size);
}

/* OBJECT is about to come back from its user. */
static inline void zone_poison_check_used(const struct zone *zone, void *object)
{
    if (zone_object_is_poisoned(zone, object)) {
        panic("zone %s: object %p is freed twice", zone->name, object);
    }
}
#else
static inline void zone_poison_allocated([[maybe_unused]] const struct zone *zone,
                                         [[maybe_unused]] void *object)
{
}

static inline void zone_poison_freed([[maybe_unused]] const struct zone *zone,
                                     [[maybe_unused]] void *object)
{
}

static inline void zone_poison_check_used([[maybe_unused]] const struct zone *zone,
                                          [[maybe_unused]] void *object)
{
}
#endif
