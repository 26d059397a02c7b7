/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory of any size: zones in steps of at most a third up to 2 KiB, where a table answers which;
 * blocks of pages above.
 */
#include <mem/kalloc.h>

#include <lib/assert.h>
#include <lib/string.h>
#include <mem/sanitizer.h>
#include <mem/vm_page.h>
#include <mem/zone.h>

#define CLASS_SIZE_MAX 2048
#define CLASS_UNIT     16
#define BLOCK_SIZE_MAX (UINT64_C(2) << 20)

static const struct {
    const char *name;
    size_t size;
} classes[] = {
    { "kalloc.16", 16 },     { "kalloc.32", 32 },     { "kalloc.48", 48 },
    { "kalloc.64", 64 },     { "kalloc.96", 96 },     { "kalloc.128", 128 },
    { "kalloc.192", 192 },   { "kalloc.256", 256 },   { "kalloc.384", 384 },
    { "kalloc.512", 512 },   { "kalloc.768", 768 },   { "kalloc.1024", 1024 },
    { "kalloc.1536", 1536 }, { "kalloc.2048", 2048 },
};

static struct zone class_zones[ARRAY_SIZE(classes)];
static struct zone block_counter;

/* Index of the class for each multiple of CLASS_UNIT. */
static uint8_t class_of_units[CLASS_SIZE_MAX / CLASS_UNIT + 1];

void kalloc_init(void)
{
    size_t units = 0;
    for (uint8_t i = 0; i < ARRAY_SIZE(classes); i++) {
        zone_init(&class_zones[i], classes[i].name, classes[i].size);
        while (units * CLASS_UNIT <= classes[i].size) {
            class_of_units[units++] = i;
        }
    }
    zone_init_counter(&block_counter, "kalloc.blocks");
}

static struct zone *class_zone(size_t size)
{
    return &class_zones[class_of_units[(size + CLASS_UNIT - 1) / CLASS_UNIT]];
}

static uint32_t block_order(size_t size)
{
    assert(size > CLASS_SIZE_MAX && size <= BLOCK_SIZE_MAX);
    uint64_t last_page = (size - 1) >> PAGE_SHIFT;
    return last_page == 0 ? 0 : 64 - (uint32_t)__builtin_clzll(last_page);
}

static COLD void *block_allocate(size_t size)
{
    struct vm_page *block = vm_page_allocate_block(block_order(size));
    if (block == nullptr) {
        return nullptr;
    }
    zone_count(&block_counter, 1);
    return vm_page_data(block);
}

static COLD void block_free(void *memory, size_t size)
{
    zone_count(&block_counter, -1);
    vm_page_free_block(vm_page_lookup_physical(virt_to_phys(memory)), block_order(size));
}

void *kalloc(size_t size)
{
    if (UNLIKELY(size > CLASS_SIZE_MAX)) {
        return block_allocate(size);
    }
    struct zone *zone = class_zone(size);
    void *memory = zone_alloc(zone);
    if (LIKELY(memory != nullptr)) {
        /* What the class has more than was asked for is out of bounds. */
        memory_hide((char *)memory + size, zone->size - size);
    }
    return memory;
}

void *kalloc_zeroed(size_t size)
{
    void *memory = kalloc(size);
    return LIKELY(memory != nullptr) ? memset(memory, 0, size) : nullptr;
}

void kfree(void *memory, size_t size)
{
    assert(memory != nullptr);
    if (UNLIKELY(size > CLASS_SIZE_MAX)) {
        block_free(memory, size);
        return;
    }
    struct zone *zone = class_zone(size);
    memory_reveal((char *)memory + size, zone->size - size);
    zone_free(zone, memory);
}
