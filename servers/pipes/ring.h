/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bytes in a pipe: a ring. Pure.
 */
#pragma once

#include <stddef.h>

#include <mach_r/pipe_types.h>

struct ring {
    size_t first; /* index of the oldest byte */
    size_t count;
    char bytes[PIPE_CAPACITY];
};

/* Bytes that there is still room for. */
size_t ring_room(const struct ring *ring);

/* Append SIZE bytes, for which there is room. */
void ring_put(struct ring *ring, const char *data, size_t size);

/* Copy out at most SIZE of the oldest bytes, which stay. Returns: how many. */
size_t ring_peek(const struct ring *ring, char *data, size_t size);

/* Forget the SIZE oldest bytes. */
void ring_drop(struct ring *ring, size_t size);
