/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bits in an array of 64-bit words.  Not atomic.  A search answers the number of bits if it finds
 * nothing.
 *
 *     uint64_t ready[BITMAP_WORDS(128)];
 *     uint32_t highest = bitmap_last_set(ready, 128);
 */
#pragma once

#include <stdint.h>

/* Words that hold BITS bits. */
#define BITMAP_WORDS(bits) (((bits) + 63) / 64)

static inline bool bitmap_test(const uint64_t *bitmap, uint32_t bit)
{
    return (bitmap[bit / 64] >> (bit % 64) & 1) != 0;
}

static inline void bitmap_set(uint64_t *bitmap, uint32_t bit)
{
    bitmap[bit / 64] |= UINT64_C(1) << (bit % 64);
}

static inline void bitmap_clear(uint64_t *bitmap, uint32_t bit)
{
    bitmap[bit / 64] &= ~(UINT64_C(1) << (bit % 64));
}

/* Clear all of the BITS bits. */
static inline void bitmap_clear_all(uint64_t *bitmap, uint32_t bits)
{
    for (uint32_t word = 0; word < BITMAP_WORDS(bits); word++) {
        bitmap[word] = 0;
    }
}

/* The lowest of the BITS bits that is set. */
static inline uint32_t bitmap_first_set(const uint64_t *bitmap, uint32_t bits)
{
    for (uint32_t word = 0; word < BITMAP_WORDS(bits); word++) {
        if (bitmap[word] != 0) {
            return word * 64 + (uint32_t)__builtin_ctzll(bitmap[word]);
        }
    }
    return bits;
}

/* The highest of the BITS bits that is set. */
static inline uint32_t bitmap_last_set(const uint64_t *bitmap, uint32_t bits)
{
    for (uint32_t word = BITMAP_WORDS(bits); word-- > 0;) {
        if (bitmap[word] != 0) {
            return word * 64 + 63 - (uint32_t)__builtin_clzll(bitmap[word]);
        }
    }
    return bits;
}

/* The lowest of the BITS bits that is clear. */
static inline uint32_t bitmap_first_clear(const uint64_t *bitmap, uint32_t bits)
{
    for (uint32_t word = 0; word < BITMAP_WORDS(bits); word++) {
        if (bitmap[word] != UINT64_MAX) {
            uint32_t bit = word * 64 + (uint32_t)__builtin_ctzll(~bitmap[word]);
            return bit < bits ? bit : bits;
        }
    }
    return bits;
}
