/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which address spaces a processor's TLB may hold entries of besides the loaded one, where entries
 * have tags (x86 calls them PCID).  A processor has a few tags and gives them to the spaces that it
 * loads, in turn.  A space counts the flushes of its entries; a tag remembers up to which of them its
 * entries are good.  So nobody tells a processor about a space that it has not loaded: when it loads
 * the space again, it sees by the count whether entries have become wrong meanwhile.
 */
#pragma once

#include <stdint.h>

#include <lib/compiler.h>

/* The tags 1 to ADDRESS_TAGS; 0 is for a space that never has entries of its own. */
#define ADDRESS_TAGS 6

struct address_tag {
    uint64_t space;   /* its number; 0: the tag is free */
    uint64_t flushes; /* its entries are good up to this flush */
};

struct address_tags {
    struct address_tag tags[ADDRESS_TAGS]; /* that of tag N is N - 1 */
    uint32_t loaded;                       /* the tag in use */
    uint32_t next;                         /* index of the one to take away next */
};

/* Use the tag of SPACE, not 0, of whose entries FLUSHES flushes were ordered before this call: from
 * now on it is the loaded one.  Returns: true if the entries with that tag must be dropped first. */
static inline bool address_tags_load(struct address_tags *tags, uint64_t space, uint64_t flushes)
{
    for (uint32_t i = 0; i < ADDRESS_TAGS; i++) {
        struct address_tag *tag = &tags->tags[i];
        if (tag->space == space) {
            bool is_stale = tag->flushes != flushes;
            tag->flushes = flushes;
            tags->loaded = i + 1;
            return is_stale;
        }
    }
    tags->tags[tags->next] = (struct address_tag){ space, flushes };
    tags->loaded = tags->next + 1;
    tags->next = (tags->next + 1) % ADDRESS_TAGS;
    return true;
}

/* Flush FLUSH of the loaded space was carried out.  That is worth noting only if all earlier ones
 * were: else its entries are dropped when it is loaded the next time. */
static inline void address_tags_flushed(struct address_tags *tags, uint64_t flush)
{
    if (tags->loaded != 0) {
        struct address_tag *tag = &tags->tags[tags->loaded - 1];
        if (tag->flushes + 1 == flush) {
            tag->flushes = flush;
        }
    }
}
