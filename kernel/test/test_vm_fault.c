/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Faults: zero fill, copy-on-write, sharing, pagers, devices.
 */
#include <test/test_vm.h>

#include <vm/vm_shadow.h>

KTEST(vm_fault_fills_with_zeros)
{
    struct vm_map *map = vm_map_create();
    virt_addr_t address = test_allocate(map, PAGES(4));
    EXPECT_EQ(test_read(map, address + PAGES(1)), 0);
    EXPECT_EQ(test_write(map, address + PAGES(1) + 5, 5), KERN_SUCCESS);
    EXPECT_EQ(test_read(map, address + PAGES(1) + 5), 5);
    EXPECT_EQ(test_entry(map, address)->object->resident_count, 1);
    vm_map_check(map);
    vm_map_deallocate(map);
}

KTEST(vm_fault_refuses_what_is_not_allowed)
{
    struct vm_map *map = vm_map_create();
    virt_addr_t address = test_allocate(map, PAGES(2));
    EXPECT_EQ(vm_fault(map, 0, VM_PROT_READ), KERN_INVALID_ADDRESS);
    EXPECT_EQ(vm_fault(map, address + PAGES(2), VM_PROT_READ), KERN_INVALID_ADDRESS);
    EXPECT_EQ(vm_fault(map, UINT64_MAX, VM_PROT_READ), KERN_INVALID_ADDRESS);
    EXPECT_EQ(vm_fault(map, address, VM_PROT_EXECUTE), KERN_PROTECTION_FAILURE);
    EXPECT_EQ(mach_vm_protect(map, address, PAGES(2), 0, VM_PROT_READ | VM_PROT_EXECUTE),
              KERN_SUCCESS);
    EXPECT_EQ(vm_fault(map, address, VM_PROT_EXECUTE), KERN_SUCCESS);
    EXPECT_EQ(vm_fault(map, address, VM_PROT_WRITE), KERN_PROTECTION_FAILURE);
    EXPECT_EQ(mach_vm_protect(map, address, PAGES(2), 0, VM_PROT_NONE), KERN_SUCCESS);
    EXPECT(test_mapped_byte(map, address) == nullptr);
    EXPECT_EQ(vm_fault(map, address, VM_PROT_READ), KERN_PROTECTION_FAILURE);
    vm_map_deallocate(map);
}

/* Take pages until the rest is reserved.  Returns: a list of them. */
static struct list *take_pages(struct list *taken)
{
    list_init(taken);
    while (!vm_page_is_scarce()) {
        struct vm_page *page = vm_page_allocate();
        EXPECT(page != nullptr);
        if (page == nullptr) {
            break;
        }
        list_insert_tail(taken, &page->link);
    }
    return taken;
}

static void give_pages(struct list *taken)
{
    while (!list_empty(taken)) {
        struct vm_page *page = list_first_entry(taken, struct vm_page, link);
        list_remove(&page->link);
        vm_page_free(page);
    }
}

/* When pages are scarce, only the privileged get more, be it of zeros or as a copy; what is there
 * stays usable. */
KTEST(vm_fault_leaves_the_reserve_alone)
{
    struct vm_map *map = vm_map_create();
    virt_addr_t address = test_allocate(map, PAGES(4));
    EXPECT(test_fill(map, address, 1, 7));
    struct vm_map *child = vm_map_fork(map);
    struct list taken;
    take_pages(&taken);
    EXPECT(vm_page_free_count() > 0);
    EXPECT_EQ(test_write(map, address + PAGES(1), 1), KERN_RESOURCE_SHORTAGE);
    EXPECT_EQ(test_write(child, address, 1), KERN_RESOURCE_SHORTAGE);
    EXPECT(test_shows(child, address, 1, 7));
    atomic_store(&current_thread()->vm_privilege, true);
    EXPECT_EQ(test_write(map, address + PAGES(1), 1), KERN_SUCCESS);
    EXPECT_EQ(test_write(child, address, 8), KERN_SUCCESS);
    atomic_store(&current_thread()->vm_privilege, false);
    give_pages(&taken);
    EXPECT(!vm_page_is_scarce());
    EXPECT_EQ(test_write(map, address + PAGES(2), 1), KERN_SUCCESS);
    vm_map_deallocate(child);
    vm_map_deallocate(map);
}

KTEST(vm_fault_copies_on_write_after_fork)
{
    struct vm_map *parent = vm_map_create();
    virt_addr_t address = test_allocate(parent, PAGES(4));
    EXPECT(test_fill(parent, address, 4, 1));
    struct vm_map *child = vm_map_fork(parent);
    EXPECT(test_shows(child, address, 4, 1));
    EXPECT_EQ(test_write(child, address, 50), KERN_SUCCESS);
    EXPECT_EQ(test_write(parent, address + PAGES(1), 60), KERN_SUCCESS);
    EXPECT(test_shows(parent, address, 1, 1) && test_shows(child, address, 1, 50));
    EXPECT(test_shows(parent, address + PAGES(1), 1, 60));
    EXPECT(test_shows(child, address + PAGES(1), 3, 2));
    vm_map_check(parent);
    vm_map_check(child);
    vm_map_deallocate(child);
    EXPECT(test_shows(parent, address, 1, 1));
    EXPECT_EQ(test_write(parent, address + PAGES(2), 70), KERN_SUCCESS);
    EXPECT_EQ(vm_object_chain_length(test_entry(parent, address)->object), 0);
    vm_map_deallocate(parent);
}

KTEST(vm_fault_sole_object_is_written_in_place)
{
    struct vm_map *parent = vm_map_create();
    virt_addr_t address = test_allocate(parent, PAGES(2));
    EXPECT(test_fill(parent, address, 2, 1));
    struct vm_object *object = test_entry(parent, address)->object;
    struct vm_map *child = vm_map_fork(parent);
    EXPECT(test_entry(parent, address)->needs_copy);
    vm_map_deallocate(child);
    uint64_t free_before = vm_page_free_count();
    EXPECT(test_fill(parent, address, 2, 8));
    EXPECT(test_entry(parent, address)->object == object);
    EXPECT(!test_entry(parent, address)->needs_copy);
    EXPECT_EQ(vm_page_free_count(), free_before);
    vm_map_deallocate(parent);
}

/* Generations that each write a little and outlive the next: chains must not grow with them. */
KTEST(vm_fault_chains_stay_short_over_forks)
{
    struct vm_map *map = vm_map_create();
    virt_addr_t address = test_allocate(map, PAGES(4));
    EXPECT(test_fill(map, address, 4, 0));
    for (uint32_t i = 0; i < 50; i++) {
        struct vm_map *child = vm_map_fork(map);
        EXPECT_EQ(test_write(child, address + PAGES(i % 4), (unsigned char)i), KERN_SUCCESS);
        vm_map_deallocate(map);
        map = child;
    }
    EXPECT_EQ(test_write(map, address, 99), KERN_SUCCESS);
    EXPECT(vm_object_chain_length(test_entry(map, address)->object) <= 1);
    EXPECT_EQ(test_read(map, address + PAGES(1)), 49);
    EXPECT_EQ(test_read(map, address + PAGES(3)), 47);
    vm_map_deallocate(map);
}

/* A parent that writes the same page between forks whose children live on. */
KTEST(vm_fault_chains_stay_short_with_living_children)
{
    struct vm_map *children[20];
    struct vm_map *parent = vm_map_create();
    virt_addr_t address = test_allocate(parent, PAGES(4));
    EXPECT(test_fill(parent, address, 4, 0));
    for (uint32_t i = 0; i < ARRAY_SIZE(children); i++) {
        children[i] = vm_map_fork(parent);
        EXPECT_EQ(test_write(parent, address, (unsigned char)(100 + i)), KERN_SUCCESS);
    }
    EXPECT(vm_object_chain_length(test_entry(parent, address)->object) <= 3);
    for (uint32_t i = 0; i < ARRAY_SIZE(children); i++) {
        EXPECT_EQ(test_read(children[i], address), i == 0 ? 0 : 100 + i - 1);
        EXPECT_EQ(test_read(children[i], address + PAGES(3)), 3);
        vm_map_deallocate(children[i]);
    }
    vm_map_deallocate(parent);
}

KTEST(vm_fault_shared_memory_is_the_same)
{
    struct vm_map *parent = vm_map_create();
    virt_addr_t address = test_allocate(parent, PAGES(2));
    EXPECT_EQ(mach_vm_inherit(parent, address, PAGES(2), VM_INHERIT_SHARE), KERN_SUCCESS);
    struct vm_map *child = vm_map_fork(parent);
    EXPECT_EQ(test_write(parent, address, 3), KERN_SUCCESS);
    EXPECT_EQ(test_read(child, address), 3);
    EXPECT_EQ(test_write(child, address, 4), KERN_SUCCESS);
    EXPECT_EQ(test_read(parent, address), 4);
    vm_map_deallocate(parent);
    EXPECT_EQ(test_read(child, address), 4);
    vm_map_deallocate(child);
}

/* A copy of shared memory is a snapshot, and the sharers go on sharing. */
KTEST(vm_fault_copy_of_shared_memory_keeps_sharing)
{
    struct vm_map *parent = vm_map_create();
    virt_addr_t address = test_allocate(parent, PAGES(2));
    EXPECT(test_fill(parent, address, 2, 1));
    EXPECT_EQ(mach_vm_inherit(parent, address, PAGES(2), VM_INHERIT_SHARE), KERN_SUCCESS);
    struct vm_map *sharer = vm_map_fork(parent);
    EXPECT_EQ(mach_vm_inherit(parent, address, PAGES(2), VM_INHERIT_COPY), KERN_SUCCESS);
    struct vm_map *copier = vm_map_fork(parent);
    EXPECT_EQ(test_write(sharer, address, 20), KERN_SUCCESS);
    EXPECT_EQ(test_write(parent, address + PAGES(1), 30), KERN_SUCCESS);
    EXPECT(test_shows(copier, address, 2, 1));
    EXPECT_EQ(test_read(parent, address), 20);
    EXPECT_EQ(test_read(sharer, address + PAGES(1)), 30);
    vm_map_deallocate(copier);
    vm_map_deallocate(sharer);
    vm_map_deallocate(parent);
}

/* Memory that was copied first and is shared then: a write by one sharer replaces the page that the
 * other one has mapped. */
KTEST(vm_fault_sharers_see_a_copied_page_change)
{
    struct vm_map *parent = vm_map_create();
    virt_addr_t address = test_allocate(parent, PAGES(1));
    EXPECT_EQ(test_write(parent, address, 1), KERN_SUCCESS);
    struct vm_map *copier = vm_map_fork(parent);
    EXPECT_EQ(mach_vm_inherit(parent, address, PAGES(1), VM_INHERIT_SHARE), KERN_SUCCESS);
    struct vm_map *sharer = vm_map_fork(parent);
    EXPECT_EQ(test_read(sharer, address), 1);
    EXPECT_EQ(test_write(parent, address, 2), KERN_SUCCESS);
    EXPECT_EQ(test_read(sharer, address), 2);
    EXPECT_EQ(test_read(copier, address), 1);
    vm_map_deallocate(copier);
    vm_map_deallocate(sharer);
    vm_map_deallocate(parent);
}

/* A pager whose page N begins with N + 1, and which fails for page 3. */
static uint32_t pager_calls;

static kern_return_t test_page_in(void *pager, uint64_t offset, struct vm_page *page)
{
    pager_calls++;
    if (offset == PAGES(3)) {
        return KERN_MEMORY_ERROR;
    }
    memset(vm_page_data(page), 0, PAGE_SIZE);
    *(unsigned char *)vm_page_data(page) = (unsigned char)(offset / PAGE_SIZE + 1);
    (void)pager;
    return KERN_SUCCESS;
}

static void test_pager_terminate(void *pager)
{
    *(bool *)pager = true;
}

static const struct vm_pager_ops test_pager_ops = { test_page_in, test_pager_terminate };

/* Map OBJECT, whose reference is consumed, whole; 0 if that fails. */
static virt_addr_t map_object(struct vm_map *map, struct vm_object *object, bool copy,
                              vm_prot_t max_protection)
{
    struct vm_map_request request = {
        .size = object->size,
        .flags = VM_FLAGS_ANYWHERE,
        .object = object,
        .copy = copy,
        .protection = max_protection & VM_PROT_DEFAULT,
        .max_protection = max_protection,
        .inheritance = VM_INHERIT_COPY,
    };
    return vm_map_enter(map, &request) == KERN_SUCCESS ? request.address : 0;
}

KTEST(vm_fault_pages_in)
{
    bool is_terminated = false;
    pager_calls = 0;
    struct vm_object_pages before = vm_object_pages();
    struct vm_map *map = vm_map_create();
    struct vm_object *object = vm_object_create_paged(PAGES(4), &test_pager_ops, &is_terminated);
    vm_object_reference(object);
    virt_addr_t shared = map_object(map, object, false, VM_PROT_ALL);
    virt_addr_t copied = map_object(map, object, true, VM_PROT_ALL);
    EXPECT_EQ(test_read(map, shared + PAGES(1)), 2);
    EXPECT_EQ(test_read(map, copied + PAGES(1)), 2);
    EXPECT_EQ(pager_calls, 1);
    EXPECT_EQ(test_write(map, copied + PAGES(2), 33), KERN_SUCCESS);
    EXPECT_EQ(test_read(map, shared + PAGES(2)), 3);
    EXPECT_EQ(pager_calls, 2);
    EXPECT_EQ(vm_fault(map, shared + PAGES(3), VM_PROT_READ), KERN_MEMORY_ERROR);
    EXPECT_EQ(vm_fault(map, copied + PAGES(3), VM_PROT_WRITE), KERN_MEMORY_ERROR);
    EXPECT_EQ(vm_object_pages().external, before.external + 2);
    EXPECT_EQ(vm_object_pages().internal, before.internal + 1);
    vm_map_check(map);
    vm_map_deallocate(map);
    EXPECT(is_terminated);
    EXPECT_EQ(vm_object_pages().external, before.external);
    EXPECT_EQ(vm_object_pages().internal, before.internal);
}

KTEST(vm_fault_maps_devices)
{
    phys_addr_t device = UINT64_C(0xfed00000);
    struct vm_map *map = vm_map_create();
    struct vm_object *object = vm_object_create_physical(device, PAGES(2), PMAP_CACHE_DEVICE);
    virt_addr_t address = map_object(map, object, false, VM_PROT_DEFAULT);
    phys_addr_t physical = 0;
    char byte;
    EXPECT_EQ(vm_fault(map, address + PAGES(1), VM_PROT_WRITE), KERN_SUCCESS);
    EXPECT(pmap_extract(map->pmap, address + PAGES(1) + 4, &physical));
    EXPECT_EQ(physical, device + PAGES(1) + 4);
    EXPECT_EQ(vm_map_read_bytes(map, address, &byte, 1), KERN_PROTECTION_FAILURE);
    struct vm_map_copy *copy;
    EXPECT_EQ(vm_map_copyin(map, address, PAGES(2), false, &copy), KERN_PROTECTION_FAILURE);
    struct vm_map *child = vm_map_fork(map);
    EXPECT_EQ(vm_fault(child, address, VM_PROT_READ), KERN_SUCCESS);
    EXPECT(pmap_extract(child->pmap, address, &physical));
    EXPECT_EQ(physical, device);
    vm_map_deallocate(child);
    vm_map_deallocate(map);
}

/* Read-only memory that others have too is copied on by reference, and becomes private by
 * request. */
KTEST(vm_fault_read_only_object_is_copied_by_reference)
{
    struct vm_map *map = vm_map_create();
    struct vm_object *object = vm_object_create(PAGES(2));
    vm_object_reference(object);
    virt_addr_t address = map_object(map, object, false, VM_PROT_READ);
    EXPECT_EQ(test_read(map, address), 0);
    struct vm_map *child = vm_map_fork(map);
    EXPECT(test_entry(child, address)->object == object);
    EXPECT_EQ(mach_vm_protect(child, address, PAGES(2), 0, VM_PROT_DEFAULT | VM_PROT_COPY),
              KERN_SUCCESS);
    EXPECT_EQ(test_write(child, address, 5), KERN_SUCCESS);
    EXPECT_EQ(test_read(map, address), 0);
    EXPECT(test_entry(child, address)->object != object);
    vm_map_deallocate(child);
    vm_map_deallocate(map);
    EXPECT(vm_object_is_sole(object));
    vm_object_release(object);
}

KTEST(vm_fault_out_of_memory_leaves_the_map_whole)
{
    struct vm_map *map = vm_map_create();
    virt_addr_t address = test_allocate(map, PAGES(2));
    EXPECT_EQ(test_write(map, address, 1), KERN_SUCCESS);
    for (struct ktest_failures f = ktest_failures_begin(); ktest_failures_next(&f);) {
        struct vm_map *child = vm_map_fork(map);
        if (child == nullptr) {
            EXPECT(ktest_failure_happened());
            continue;
        }
        bool worked = test_write(child, address, 2) == KERN_SUCCESS &&
                      test_write(map, address + PAGES(1), 3) == KERN_SUCCESS;
        EXPECT_EQ(worked, !ktest_failure_happened());
        EXPECT_EQ(test_read(map, address), 1);
        vm_map_check(map);
        vm_map_check(child);
        vm_map_deallocate(child);
    }
    vm_map_deallocate(map);
}
