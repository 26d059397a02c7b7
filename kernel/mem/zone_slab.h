/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The lower half of a zone: slabs, from which the processors' caches are filled and into which they
 * are emptied.
 */
#pragma once

#include <mem/zone.h>

/* Choose the shape of ZONE's slabs from its size. */
void zone_slab_init(struct zone *zone);

/* Take up to COUNT objects off ZONE's slabs; memory for a new slab is asked for only if there is
 * not even one.  Returns: how many stand in OBJECTS; 0 if memory is exhausted. */
[[nodiscard]] uint32_t zone_slab_take(struct zone *zone, void **objects, uint32_t count)
    REQUIRES(zone->lock);

/* Return COUNT OBJECTS to their slabs. */
void zone_slab_give(struct zone *zone, void *const *objects, uint32_t count) REQUIRES(zone->lock);

/* Free all slabs of which no object is out. */
void zone_slab_trim(struct zone *zone) REQUIRES(zone->lock);
