/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Making copies.  A copy consists of up to three parts: a head and a tail that are partial pages,
 * filled physically, and between them whole pages taken by reference.
 *
 *      |....hhhh|mmmmmmmm|mmmmmmmm|tttt....|
 *       0000hhhh                   tttt0000      new pages
 */
#include <vm/vm_map_copy.h>

#include <lib/assert.h>
#include <lib/overflow.h>
#include <lib/string.h>
#include <mem/zone.h>
#include <vm/vm_fault.h>
#include <vm/vm_map_internal.h>
#include <vm/vm_purgeable.h>
#include <vm/vm_shadow.h>

static struct zone copy_zone;

/* Where the bytes of a physical part come from: a map, or kernel memory. */
struct source {
    struct vm_map *map;
    virt_addr_t address;
    const char *data;
};

void vm_map_copy_init_zone(void)
{
    zone_init(&copy_zone, "vm_map_copy", sizeof(struct vm_map_copy));
}

struct vm_map_copy *vm_map_copy_create(uint64_t offset, uint64_t size)
{
    struct vm_map_copy *copy = zone_alloc(&copy_zone);
    if (copy != nullptr) {
        copy->offset = offset;
        copy->size = size;
        list_init(&copy->entries);
        copy->first_is_used = false;
    }
    return copy;
}

void vm_map_copy_free(struct vm_map_copy *copy)
{
    zone_free(&copy_zone, copy);
}

void vm_map_copy_discard(struct vm_map_copy *copy)
{
    if (copy == nullptr) {
        return;
    }
    struct vm_map_entry *entry;
    struct vm_map_entry *next;
    list_for_each_entry_safe(entry, next, &copy->entries, link) {
        if (entry->object != nullptr) {
            vm_object_release(entry->object);
        }
        if (entry != &copy->first) {
            vm_map_entry_free(entry);
        }
    }
    vm_map_copy_free(copy);
}

uint64_t vm_map_copy_overhead(const struct vm_map_copy *copy)
{
    uint64_t bytes = 0;
    if (copy != nullptr) {
        bytes = sizeof(*copy);
        for (const struct list *link = copy->entries.next; link != &copy->entries;
             link = link->next) {
            bytes += sizeof(struct vm_map_entry);
        }
    }
    return bytes;
}

/* Memory for one more entry of COPY, not yet on its list. */
static struct vm_map_entry *copy_new_entry(struct vm_map_copy *copy)
{
    if (copy->first_is_used) {
        return vm_map_entry_create();
    }
    copy->first_is_used = true;
    return &copy->first;
}

/* Append an entry for [START, END) of COPY that shows OBJECT.  Consumes the reference if it can. */
static kern_return_t copy_append(struct vm_map_copy *copy, uint64_t start, uint64_t end,
                                 struct vm_object *object)
{
    struct vm_map_entry *entry = copy_new_entry(copy);
    if (entry == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    entry->start = start;
    entry->end = end;
    entry->object = object;
    entry->offset = 0;
    entry->needs_copy = false;
    list_insert_tail(&copy->entries, &entry->link);
    return KERN_SUCCESS;
}

static kern_return_t read_source(const struct source *source, uint64_t offset, void *to,
                                 uint64_t size)
{
    if (source->map != nullptr) {
        return vm_map_read_bytes(source->map, source->address + offset, to, size);
    }
    memcpy(to, source->data + offset, size);
    return KERN_SUCCESS;
}

/* A new page with SIZE bytes of SOURCE from OFFSET at START, and zeros around them. */
static kern_return_t make_page(const struct source *source, uint64_t offset, uint64_t start,
                               uint64_t size, struct vm_page **result)
{
    struct vm_page *page = vm_page_allocate();
    if (page == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    char *data = vm_page_data(page);
    kern_return_t code = read_source(source, offset, data + start, size);
    if (code != KERN_SUCCESS) {
        vm_page_free(page);
        return code;
    }
    memset(data, 0, start);
    memset(data + start + size, 0, PAGE_SIZE - start - size);
    *result = page;
    return KERN_SUCCESS;
}

/* Fill OBJECT, new, with SIZE bytes of SOURCE that begin at START. */
static kern_return_t fill_object(struct vm_object *object, const struct source *source,
                                 uint64_t start, uint64_t size)
{
    uint64_t done = 0;
    while (done < size) {
        uint64_t place = start + done;
        uint64_t part = vm_page_rest(place) < size - done ? vm_page_rest(place) : size - done;
        struct vm_page *page;
        kern_return_t result = make_page(source, done, place & PAGE_MASK, part, &page);
        if (result != KERN_SUCCESS) {
            return result;
        }
        mutex_lock(&object->lock);
        vm_object_insert_page(object, page, place & ~PAGE_MASK);
        mutex_unlock(&object->lock);
        done += part;
    }
    return KERN_SUCCESS;
}

/* Append SIZE bytes of SOURCE, physically, as the part of COPY that begins at PLACE. */
static kern_return_t append_bytes(struct vm_map_copy *copy, uint64_t place,
                                  const struct source *source, uint64_t size)
{
    uint64_t start = place & ~PAGE_MASK;
    uint64_t end = (place + size + PAGE_MASK) & ~PAGE_MASK;
    struct vm_object *object = vm_object_create(end - start);
    if (object == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    kern_return_t result = fill_object(object, source, place & PAGE_MASK, size);
    if (result == KERN_SUCCESS) {
        result = copy_append(copy, start, end, object);
    }
    if (result != KERN_SUCCESS) {
        vm_object_release(object);
    }
    return result;
}

kern_return_t vm_map_copyin_kernel(const void *data, uint64_t size, struct vm_map_copy **copy)
{
    if (size == 0) {
        *copy = nullptr;
        return KERN_SUCCESS;
    }
    struct vm_map_copy *fresh = vm_map_copy_create(0, size);
    if (fresh == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    struct source source = { .data = data };
    kern_return_t result = append_bytes(fresh, 0, &source, size);
    if (result != KERN_SUCCESS) {
        vm_map_copy_discard(fresh);
        return result;
    }
    *copy = fresh;
    return KERN_SUCCESS;
}

/* True if moving takes ENTRY's object away from nobody: no sharer sees it. */
static bool may_move(const struct vm_map_entry *entry)
{
    return entry->object == nullptr || (entry->object->kind == VM_OBJECT_ANONYMOUS &&
                                        vm_object_current_use(entry->object) != VM_OBJECT_SHARED);
}

/* Append to COPY what ENTRY shows, its addresses less BASE.  What is to move gets an entry
 * without an object for now. */
static kern_return_t append_entry(struct vm_map *map, struct vm_map_copy *copy,
                                  struct vm_map_entry *entry, virt_addr_t base, bool destroy)
    REQUIRES(map->lock)
{
    struct vm_map_entry *twin = copy_new_entry(copy);
    if (twin == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    kern_return_t result = KERN_SUCCESS;
    if (destroy && may_move(entry)) {
        *twin = *entry;
        twin->object = nullptr;
    } else {
        result = vm_map_entry_copy(map, entry, twin);
    }
    if (result != KERN_SUCCESS) {
        if (twin != &copy->first) {
            vm_map_entry_free(twin);
        }
        return result;
    }
    twin->start -= base;
    twin->end -= base;
    list_insert_tail(&copy->entries, &twin->link);
    return KERN_SUCCESS;
}

/* Append the whole pages [START, END) of MAP. */
static kern_return_t append_pages(struct vm_map *map, struct vm_map_copy *copy, virt_addr_t base,
                                  virt_addr_t start, virt_addr_t end, bool destroy)
    REQUIRES(map->lock)
{
    struct vm_map_entry *entry;
    kern_return_t result = vm_map_check_access(map, start, end, VM_PROT_READ);
    if (result == KERN_SUCCESS) {
        result = vm_map_clip(map, start, end, &entry);
    }
    while (result == KERN_SUCCESS && entry != nullptr && entry->start < end) {
        result = append_entry(map, copy, entry, base, destroy);
        entry = vm_map_next(map, entry);
    }
    return result;
}

/* Give the objects of [START, END), which vm_map_clip() cut out, to their twins in COPY. */
static void move_objects(struct vm_map *map, struct vm_map_copy *copy, virt_addr_t base,
                         virt_addr_t start, virt_addr_t end) REQUIRES(map->lock)
{
    struct vm_map_entry *entry = vm_map_lookup_entry(map, start);
    struct vm_map_entry *twin;
    list_for_each_entry(twin, &copy->entries, link) {
        if (twin->start + base < start || twin->start + base >= end) {
            continue;
        }
        if (twin->object == nullptr) {
            twin->object = entry->object;
            twin->needs_copy = entry->needs_copy;
            entry->object = nullptr;
            entry->needs_copy = false;
        }
        entry = vm_map_next(map, entry);
    }
}

/* Take the whole pages [START, END), and with DESTROY let [ADDRESS, ADDRESS + SIZE) leave MAP.  Its
 * ends are cut first: nothing can fail when the objects have moved. */
static kern_return_t take_locked(struct vm_map *map, struct vm_map_copy *copy, virt_addr_t address,
                                 bool destroy, struct list *removed) REQUIRES(map->lock)
{
    virt_addr_t base = address & ~PAGE_MASK;
    virt_addr_t limit = base + vm_map_copy_span(copy);
    virt_addr_t start = (address + PAGE_MASK) & ~PAGE_MASK;
    virt_addr_t end = (address + copy->size) & ~PAGE_MASK;
    struct vm_map_entry *first;
    kern_return_t result = KERN_SUCCESS;
    if (destroy) {
        result = vm_map_check_access(map, base, limit, VM_PROT_READ);
        if (result == KERN_SUCCESS) {
            result = vm_map_clip(map, base, limit, &first);
        }
    }
    bool has_pages = start < end && copy->size > 0;
    if (result == KERN_SUCCESS && has_pages) {
        result = append_pages(map, copy, base, start, end, destroy);
    }
    if (result != KERN_SUCCESS || !destroy) {
        return result;
    }

    if (has_pages) {
        move_objects(map, copy, base, start, end);
    }
    return vm_map_remove_locked(map, base, limit, removed);
}

/* Copy the partial pages at the ends of the range physically. */
static kern_return_t append_ends(struct vm_map *map, struct vm_map_copy *copy, virt_addr_t address)
{
    kern_return_t result = KERN_SUCCESS;
    if (copy->offset != 0) {
        struct source head = { .map = map, .address = address };
        result = append_bytes(copy, copy->offset, &head, vm_page_rest(address));
    }
    uint64_t end = copy->offset + copy->size;
    uint64_t rest = end & PAGE_MASK;
    if (result == KERN_SUCCESS && rest != 0) {
        struct source tail = { .map = map, .address = address + copy->size - rest };
        result = append_bytes(copy, end - rest, &tail, rest);
    }
    return result;
}

/* Fill COPY with its bytes at ADDRESS of MAP. */
static kern_return_t fill_copy(struct vm_map *map, struct vm_map_copy *copy, virt_addr_t address,
                               bool destroy)
{
    kern_return_t result = append_ends(map, copy, address);
    if (result != KERN_SUCCESS) {
        return result;
    }
    bool has_tail = ((copy->offset + copy->size) & PAGE_MASK) != 0;
    struct list *tail = copy->entries.previous;
    struct list removed;
    list_init(&removed);
    mutex_lock(&map->lock);
    result = take_locked(map, copy, address, destroy, &removed);
    mutex_unlock(&map->lock);
    vm_map_dispose(&removed);
    if (has_tail) {
        list_remove(tail);
        list_insert_tail(&copy->entries, tail);
    }
    return result;
}

/* Fill COPY with less than three pages, beginning at a page. */
static kern_return_t fill_small_copy(struct vm_map *map, struct vm_map_copy *copy,
                                     virt_addr_t address, bool destroy)
{
    struct source source = { .map = map, .address = address };
    kern_return_t result = append_bytes(copy, 0, &source, copy->size);
    if (result == KERN_SUCCESS && destroy) {
        result = vm_map_remove(map, address, address + copy->size);
    }
    return result;
}

/* vm_map_copyin() with the memory that there is. */
static kern_return_t try_copyin(struct vm_map *map, virt_addr_t address, uint64_t size,
                                bool destroy, struct vm_map_copy **copy)
{
    uint64_t offset = address & PAGE_MASK;
    bool is_small = ((address | size) & PAGE_MASK) != 0 && offset + size <= 2 * PAGE_SIZE;
    struct vm_map_copy *fresh = vm_map_copy_create(is_small ? 0 : offset, size);
    if (fresh == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    kern_return_t result = is_small ? fill_small_copy(map, fresh, address, destroy)
                                    : fill_copy(map, fresh, address, destroy);
    if (result != KERN_SUCCESS) {
        vm_map_copy_discard(fresh);
        return result;
    }
    *copy = fresh;
    return KERN_SUCCESS;
}

kern_return_t vm_map_copyin(struct vm_map *map, virt_addr_t address, uint64_t size, bool destroy,
                            struct vm_map_copy **copy)
{
    uint64_t end;
    if (size == 0) {
        *copy = nullptr;
        return KERN_SUCCESS;
    }
    if (!checked_add(address, size, &end) || end > map->max_address) {
        return KERN_INVALID_ADDRESS;
    }
    kern_return_t result;
    do {
        result = try_copyin(map, address, size, destroy, copy);
    } while (UNLIKELY(result == KERN_RESOURCE_SHORTAGE && vm_purgeable_reclaim()));
    return result;
}
