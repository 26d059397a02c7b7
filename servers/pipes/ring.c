/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each copy is in two pieces at most: up to the end of the array, and from its beginning.
 */
#include "ring.h"

#include <string.h>

static size_t min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

size_t ring_room(const struct ring *ring)
{
    return PIPE_CAPACITY - ring->count;
}

void ring_put(struct ring *ring, const char *data, size_t size)
{
    size_t place = (ring->first + ring->count) % PIPE_CAPACITY;
    size_t piece = min_size(size, PIPE_CAPACITY - place);
    memcpy(ring->bytes + place, data, piece);
    memcpy(ring->bytes, data + piece, size - piece);
    ring->count += size;
}

size_t ring_peek(const struct ring *ring, char *data, size_t size)
{
    size = min_size(size, ring->count);
    size_t piece = min_size(size, PIPE_CAPACITY - ring->first);
    memcpy(data, ring->bytes + ring->first, piece);
    memcpy(data + piece, ring->bytes, size - piece);
    return size;
}

void ring_drop(struct ring *ring, size_t size)
{
    ring->first = (ring->first + size) % PIPE_CAPACITY;
    ring->count -= size;
}
