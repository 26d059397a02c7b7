/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Bitmaps, at the edges of their words.
 */
#include <test/ktest.h>

#include <lib/bitmap.h>

#define BITS 130

KTEST(bitmap_search_finds_first_and_last)
{
    uint64_t bitmap[BITMAP_WORDS(BITS)];
    bitmap_clear_all(bitmap, BITS);
    EXPECT_EQ(bitmap_first_set(bitmap, BITS), BITS);
    EXPECT_EQ(bitmap_last_set(bitmap, BITS), BITS);
    static const uint32_t bits[] = { 0, 1, 63, 64, 65, 127, 128, 129 };
    for (uint32_t i = 0; i < ARRAY_SIZE(bits); i++) {
        bitmap_set(bitmap, bits[i]);
        EXPECT(bitmap_test(bitmap, bits[i]));
        EXPECT_EQ(bitmap_first_set(bitmap, BITS), bits[0]);
        EXPECT_EQ(bitmap_last_set(bitmap, BITS), bits[i]);
    }
    for (uint32_t i = 0; i + 1 < ARRAY_SIZE(bits); i++) {
        bitmap_clear(bitmap, bits[i]);
        EXPECT(!bitmap_test(bitmap, bits[i]));
        EXPECT_EQ(bitmap_first_set(bitmap, BITS), bits[i + 1]);
        EXPECT_EQ(bitmap_last_set(bitmap, BITS), 129);
    }
}

KTEST(bitmap_first_clear_stays_inside)
{
    uint64_t bitmap[BITMAP_WORDS(BITS)];
    bitmap_clear_all(bitmap, BITS);
    for (uint32_t bit = 0; bit < BITS; bit++) {
        EXPECT_EQ(bitmap_first_clear(bitmap, BITS), bit);
        bitmap_set(bitmap, bit);
    }
    EXPECT_EQ(bitmap_first_clear(bitmap, BITS), BITS);
    bitmap_clear(bitmap, 64);
    EXPECT_EQ(bitmap_first_clear(bitmap, BITS), 64);
    bitmap_set(bitmap, 64);
    bitmap_clear(bitmap, 100);
    EXPECT_EQ(bitmap_first_clear(bitmap, 70), 70);
}
