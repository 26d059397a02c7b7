/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tags of address spaces: whose entries are kept, and whose are dropped.
 */
#include <test/ktest.h>

#include <arch/address_tags.h>

KTEST(address_tags_keep_what_nobody_flushed)
{
    struct address_tags tags = {};
    EXPECT(address_tags_load(&tags, 7, 0));
    uint32_t first = tags.loaded;
    EXPECT(address_tags_load(&tags, 8, 3));
    EXPECT(tags.loaded != first && tags.loaded != 0 && first != 0);
    EXPECT(!address_tags_load(&tags, 7, 0));
    EXPECT_EQ(tags.loaded, first);
    EXPECT(!address_tags_load(&tags, 8, 3));
}

KTEST(address_tags_drop_what_was_flushed_elsewhere)
{
    struct address_tags tags = {};
    EXPECT(address_tags_load(&tags, 7, 0));
    EXPECT(address_tags_load(&tags, 8, 0));
    EXPECT(address_tags_load(&tags, 7, 1));
    EXPECT(!address_tags_load(&tags, 7, 1));
    EXPECT(!address_tags_load(&tags, 8, 0));
}

KTEST(address_tags_know_flushes_of_the_loaded_space)
{
    struct address_tags tags = {};
    EXPECT(address_tags_load(&tags, 7, 4));
    address_tags_flushed(&tags, 5);
    address_tags_flushed(&tags, 6);
    EXPECT(address_tags_load(&tags, 8, 0));
    EXPECT(!address_tags_load(&tags, 7, 6));
}

/* Flush 6 comes before flush 5: who leaves in between must not believe that it has had both. */
KTEST(address_tags_do_not_believe_a_flush_out_of_order)
{
    struct address_tags tags = {};
    EXPECT(address_tags_load(&tags, 7, 4));
    address_tags_flushed(&tags, 6);
    EXPECT(address_tags_load(&tags, 8, 0));
    EXPECT(address_tags_load(&tags, 7, 6));
    /* One that the space's count already contained when it was loaded. */
    address_tags_flushed(&tags, 5);
    EXPECT(address_tags_load(&tags, 8, 1));
    EXPECT(!address_tags_load(&tags, 7, 6));
}

/* With tag 0 loaded there is nothing to note. */
KTEST(address_tags_of_the_space_without_entries)
{
    struct address_tags tags = {};
    EXPECT(address_tags_load(&tags, 7, 4));
    tags.loaded = 0;
    address_tags_flushed(&tags, 5);
    EXPECT(address_tags_load(&tags, 7, 5));
}

KTEST(address_tags_are_taken_in_turn)
{
    struct address_tags tags = {};
    for (uint64_t space = 1; space <= ADDRESS_TAGS + 1; space++) {
        EXPECT(address_tags_load(&tags, space, 0));
        EXPECT_EQ(tags.loaded, (space - 1) % ADDRESS_TAGS + 1);
    }
    for (uint64_t space = 3; space <= ADDRESS_TAGS + 1; space++) {
        EXPECT(!address_tags_load(&tags, space, 0));
    }
    EXPECT(address_tags_load(&tags, 1, 0));
    EXPECT(address_tags_load(&tags, 2, 0));
}
