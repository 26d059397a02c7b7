/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Zones.  What a debug build panics at (a second release, a write after release) is tested on the
 * host, where a test can survive it (tests/host/test_panics.c).
 */
#include <test/ktest.h>

#include <lib/string.h>
#include <mem/vm_page.h>
#include <mem/zone.h>

#define MANY 500

static void *objects[MANY];

/* Allocate, fill, check and free MANY objects of SIZE bytes. */
static void zone_exercise(size_t size)
{
    struct zone zone;
    uint64_t free_pages = vm_page_free_count();
    zone_init(&zone, "test", size);
    for (uint32_t i = 0; i < MANY; i++) {
        objects[i] = zone_alloc(&zone);
        if (!EXPECT(objects[i] != nullptr)) {
            return;
        }
        EXPECT_EQ((uintptr_t)objects[i] % (size % 64 == 0 ? 64 : 16), 0);
        memset(objects[i], (int)(i * 7), size);
    }
    EXPECT_EQ(zone_in_use(&zone), MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        const uint8_t *bytes = objects[i];
        EXPECT_EQ(bytes[0], (uint8_t)(i * 7));
        EXPECT_EQ(bytes[size - 1], (uint8_t)(i * 7));
    }
    /* Odd ones first: slabs become partial before they become empty. */
    for (uint32_t i = 1; i < MANY; i += 2) {
        zone_free(&zone, objects[i]);
    }
    EXPECT_EQ(zone_in_use(&zone), MANY / 2);
    /* The holes are filled before new slabs are made. */
    uint32_t slabs = zone.slab_count;
    for (uint32_t i = 1; i < MANY; i += 2) {
        objects[i] = zone_alloc(&zone);
    }
    EXPECT_EQ(zone.slab_count, slabs);
    for (uint32_t i = 1; i < MANY; i += 2) {
        zone_free(&zone, objects[i]);
    }
    for (uint32_t i = 0; i < MANY; i += 2) {
        zone_free(&zone, objects[i]);
    }
    EXPECT_EQ(zone_in_use(&zone), 0);
    EXPECT(zone.empty_slabs <= 1);
    zone_destroy(&zone);
    EXPECT_EQ(vm_page_free_count(), free_pages);
}

KTEST(zone_objects_are_distinct_aligned_and_counted)
{
    static const size_t sizes[] = {
        1, 16, 24, 56, 64, 100, 128, 320, 1000, 1024, 2048, 3000, 4096
    };
    for (uint32_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        zone_exercise(sizes[i]);
    }
}

KTEST(zone_reuses_the_last_freed)
{
    struct zone zone;
    zone_init(&zone, "test", 64);
    void *first = zone_alloc(&zone);
    zone_free(&zone, first);
    void *second = zone_alloc(&zone);
    EXPECT_EQ(first, second);
    zone_free(&zone, second);
    zone_destroy(&zone);
}

KTEST(zone_zeroed_is_zero)
{
    struct zone zone;
    zone_init(&zone, "test", 48);
    uint8_t *object = zone_alloc(&zone);
    memset(object, 0xff, 48);
    zone_free(&zone, object);
    object = zone_alloc_zeroed(&zone);
    for (uint32_t i = 0; i < 48; i++) {
        EXPECT_EQ(object[i], 0);
    }
    zone_free(&zone, object);
    zone_destroy(&zone);
}

KTEST(zone_gives_empty_slabs_back)
{
    struct zone zone;
    zone_init(&zone, "test", 1024);
    for (uint32_t i = 0; i < MANY; i++) {
        objects[i] = zone_alloc(&zone);
    }
    uint32_t slabs = zone.slab_count;
    EXPECT(slabs >= MANY / 4);
    for (uint32_t i = 0; i < MANY; i++) {
        zone_free(&zone, objects[i]);
    }
    /* What is left: one empty slab, and what the processor's cache pins. */
    EXPECT(zone.slab_count <= 1 + ZONE_CACHE_SIZE);
    zone_destroy(&zone);
}

static void find_by_name(const struct zone *zone, void *argument)
{
    const struct zone **found = argument;
    if (strcmp(zone->name, "test zone") == 0) {
        *found = zone;
    }
}

KTEST(zone_visit_shows_a_zone_while_it_exists)
{
    struct zone zone;
    const struct zone *found = nullptr;
    zone_init(&zone, "test zone", 32);
    zone_visit(find_by_name, &found);
    EXPECT_EQ(found, &zone);
    found = nullptr;
    zone_destroy(&zone);
    zone_visit(find_by_name, &found);
    EXPECT_EQ(found, nullptr);
}

KTEST(zone_counter_counts)
{
    struct zone zone;
    zone_init_counter(&zone, "test");
    zone_count(&zone, 3);
    zone_count(&zone, -1);
    EXPECT_EQ(zone_in_use(&zone), 2);
    zone_count(&zone, -2);
    zone_destroy(&zone);
}

KTEST(zone_injected_failure_hits_once)
{
    struct zone zone;
    zone_init(&zone, "test", 32);
    uint32_t rounds = 0;
    for (struct ktest_failures f = ktest_failures_begin(); ktest_failures_next(&f);) {
        void *a = zone_alloc(&zone);
        void *b = zone_alloc_zeroed(&zone);
        EXPECT_EQ(a == nullptr || b == nullptr, ktest_failure_happened());
        EXPECT(a != nullptr || b != nullptr);
        if (a != nullptr) {
            zone_free(&zone, a);
        }
        if (b != nullptr) {
            zone_free(&zone, b);
        }
        rounds++;
    }
    EXPECT(rounds == 3 || rounds == 1);
    zone_destroy(&zone);
}

KTEST(kalloc_serves_every_size)
{
    static const size_t sizes[] = { 1,    15,   16,   17,    31,     47,       64,      65,
                                    100,  500,  1000, 1025,  2047,   2048,     2049,    4096,
                                    4097, 8192, 9000, 65536, 100000, 1u << 20, 2u << 20 };
    for (uint32_t i = 0; i < ARRAY_SIZE(sizes); i++) {
        uint8_t *memory = kalloc(sizes[i]);
        if (!EXPECT(memory != nullptr)) {
            return;
        }
        EXPECT_EQ((uintptr_t)memory % 16, 0);
        memset(memory, 0xff, sizes[i]);
        kfree(memory, sizes[i]);
        memory = kalloc_zeroed(sizes[i]);
        EXPECT_EQ(memory[0], 0);
        EXPECT_EQ(memory[sizes[i] - 1], 0);
        kfree(memory, sizes[i]);
    }
}

KTEST(kalloc_neighbours_do_not_overlap)
{
    for (size_t size = 1; size <= 2100; size += 97) {
        for (uint32_t i = 0; i < 40; i++) {
            objects[i] = kalloc(size);
            memset(objects[i], (int)i, size);
        }
        for (uint32_t i = 0; i < 40; i++) {
            const uint8_t *bytes = objects[i];
            EXPECT_EQ(bytes[0], i);
            EXPECT_EQ(bytes[size - 1], i);
            kfree(objects[i], size);
        }
    }
}
