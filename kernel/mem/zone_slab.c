/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slabs (Bonwick, "The Slab Allocator", USENIX 1994): blocks of one or a few pages cut into objects
 * of one size.  What there is to know about a slab stands in the struct vm_page of its first page,
 * not in the slab, so objects of a power of two fill it without waste; since blocks are aligned to
 * their size, an object's address leads there.
 *
 * Objects that were never out are not on the slab's list but counted (`fresh`): a new slab costs
 * nothing until its objects are used.  One empty slab is kept against going to and fro.
 */
#include <mem/zone_slab.h>

#include <lib/assert.h>
#include <mem/page_alloc.h>
#include <mem/vm_page.h>
#include <mem/zone_poison.h>

#define SLAB_ORDER_MAX   3
#define SLAB_OBJECTS_MIN 4

/* A slab is good that holds a few objects and wastes less than an eighth. */
static bool slab_shape_is_good(size_t size, uint32_t order)
{
    size_t bytes = PAGE_SIZE << order;
    return bytes / size >= SLAB_OBJECTS_MIN && bytes % size <= bytes / 8;
}

void zone_slab_init(struct zone *zone)
{
    uint32_t order = 0;
    while (order < SLAB_ORDER_MAX && !slab_shape_is_good(zone->size, order)) {
        order++;
    }
    zone->slab_order = order;
    zone->slab_capacity = (uint16_t)((PAGE_SIZE << order) / zone->size);
    list_init(&zone->partial);
}

static struct vm_page *slab_of(const struct zone *zone, const void *object)
{
    phys_addr_t start = virt_to_phys(object) & ~((PAGE_SIZE << zone->slab_order) - 1);
    struct vm_page *slab = vm_page_lookup_physical(start);
    assert(slab != nullptr && slab->state == VM_PAGE_KERNEL && slab->slab.zone == zone);
    return slab;
}

/* A new slab on ZONE's list.  Returns: false if there is no memory. */
static bool slab_create(struct zone *zone) REQUIRES(zone->lock)
{
    struct vm_page *slab =
        zone->slab_order == 0 ? page_alloc_one() : page_alloc_block(zone->slab_order);
    if (slab == nullptr) {
        return false;
    }
    slab->slab.free = nullptr;
    slab->slab.zone = zone;
    slab->slab.in_use = 0;
    slab->slab.fresh = zone->slab_capacity;
    list_insert_tail(&zone->partial, &slab->link);
    zone->empty_slabs++;
    zone->slab_count++;
    return true;
}

static void slab_destroy(struct zone *zone, struct vm_page *slab) REQUIRES(zone->lock)
{
    list_remove(&slab->link);
    slab->slab.zone = nullptr;
    zone->empty_slabs--;
    zone->slab_count--;
    memory_reveal(vm_page_data(slab), PAGE_SIZE << zone->slab_order);
    if (zone->slab_order == 0) {
        vm_page_free(slab);
    } else {
        vm_page_free_block(slab, zone->slab_order);
    }
}

/* Take an object off SLAB, which has one. */
static void *slab_pop(struct zone *zone, struct vm_page *slab) REQUIRES(zone->lock)
{
    void *object = slab->slab.free;
    if (object != nullptr) {
        memory_reveal(object, sizeof(void *));
        slab->slab.free = *(void **)object;
        memory_hide(object, sizeof(void *));
    } else {
        uint32_t index = zone->slab_capacity - slab->slab.fresh--;
        object = (char *)vm_page_data(slab) + (size_t)index * zone->size;
        zone_poison_freed(zone, object);
    }
    zone->empty_slabs -= slab->slab.in_use == 0;
    slab->slab.in_use++;
    if (slab->slab.in_use == zone->slab_capacity) {
        list_remove(&slab->link);
    }
    return object;
}

static void slab_push(struct zone *zone, struct vm_page *slab, void *object) REQUIRES(zone->lock)
{
    assert(slab->slab.in_use != 0);
    memory_reveal(object, sizeof(void *));
    *(void **)object = slab->slab.free;
    memory_hide(object, sizeof(void *));
    slab->slab.free = object;
    if (slab->slab.in_use == zone->slab_capacity) {
        list_insert_head(&zone->partial, &slab->link);
    }
    slab->slab.in_use--;
    if (slab->slab.in_use == 0) {
        list_remove(&slab->link);
        list_insert_tail(&zone->partial, &slab->link);
        zone->empty_slabs++;
        if (zone->empty_slabs > 1) {
            slab_destroy(zone, slab);
        }
    }
}

uint32_t zone_slab_take(struct zone *zone, void **objects, uint32_t count)
{
    uint32_t taken = 0;
    while (taken < count) {
        if (list_empty(&zone->partial) && (taken != 0 || !slab_create(zone))) {
            break;
        }
        struct vm_page *slab = list_first_entry(&zone->partial, struct vm_page, link);
        objects[taken++] = slab_pop(zone, slab);
    }
    zone->out += taken;
    return taken;
}

void zone_slab_give(struct zone *zone, void *const *objects, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        slab_push(zone, slab_of(zone, objects[i]), objects[i]);
    }
    zone->out -= count;
}

void zone_slab_trim(struct zone *zone)
{
    while (zone->empty_slabs != 0) {
        slab_destroy(zone, list_last_entry(&zone->partial, struct vm_page, link));
    }
}
