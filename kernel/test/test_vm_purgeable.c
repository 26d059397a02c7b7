/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that can be purged: states, the order of purging, and what happens when memory is short.
 */
#include <test/test_vm.h>

#include <vm/vm_purgeable.h>

/* COUNT pages that can be purged, filled; 0 if there is no memory. */
static virt_addr_t purgeable(struct vm_map *map, uint32_t count)
{
    mach_vm_address_t address = 0;
    kern_return_t result =
        mach_vm_allocate(map, &address, PAGES(count), VM_FLAGS_ANYWHERE | VM_FLAGS_PURGABLE);
    return result == KERN_SUCCESS && test_fill(map, address, count, 1) ? address : 0;
}

static kern_return_t set(struct vm_map *map, virt_addr_t address, int state)
{
    return mach_vm_purgable_control(map, address, VM_PURGABLE_SET_STATE, &state);
}

static int get(struct vm_map *map, virt_addr_t address)
{
    int state = -1;
    EXPECT_EQ(mach_vm_purgable_control(map, address, VM_PURGABLE_GET_STATE, &state), KERN_SUCCESS);
    return state;
}

KTEST(vm_purgeable_allocation_that_fails_leaves_nothing)
{
    struct vm_map *map = vm_map_create();
    for (struct ktest_failures f = ktest_failures_begin(); ktest_failures_next(&f);) {
        mach_vm_address_t address = 0;
        kern_return_t result =
            mach_vm_allocate(map, &address, PAGES(2), VM_FLAGS_ANYWHERE | VM_FLAGS_PURGABLE);
        EXPECT_EQ(result, ktest_failure_happened() ? KERN_RESOURCE_SHORTAGE : KERN_SUCCESS);
        if (result == KERN_SUCCESS) {
            EXPECT_EQ(mach_vm_deallocate(map, address, PAGES(2)), KERN_SUCCESS);
        }
    }
    EXPECT_EQ(test_in_use("vm_purgeable"), 0);
    vm_map_deallocate(map);
}

KTEST(vm_purgeable_pages_are_taken_from_all_maps)
{
    struct vm_map *map = vm_map_create();
    virt_addr_t address = purgeable(map, 3);
    EXPECT_EQ(mach_vm_inherit(map, address, PAGES(3), VM_INHERIT_SHARE), KERN_SUCCESS);
    struct vm_map *child = vm_map_fork(map);
    EXPECT(test_shows(child, address, 3, 1));
    uint64_t before = vm_page_free_count();
    EXPECT_EQ(set(map, address, VM_PURGABLE_EMPTY), KERN_SUCCESS);
    EXPECT(test_mapped_byte(map, address) == nullptr);
    EXPECT(test_mapped_byte(child, address + PAGES(2)) == nullptr);
    EXPECT(vm_page_free_count() >= before + 3);
    EXPECT_EQ(get(child, address), VM_PURGABLE_EMPTY);
    EXPECT_EQ(test_read(child, address), 0);
    vm_map_check(map);
    vm_map_deallocate(child);
    vm_map_deallocate(map);
}

KTEST(vm_purgeable_copies_have_their_own_pages_and_tell_of_no_memory)
{
    struct vm_map *map = vm_map_create();
    virt_addr_t address = purgeable(map, 4);
    for (struct ktest_failures f = ktest_failures_begin(); ktest_failures_next(&f);) {
        struct vm_map *child = vm_map_fork(map);
        EXPECT_EQ(child == nullptr, ktest_failure_happened());
        if (child != nullptr) {
            zone_fail_after(-1); /* what follows is to go well */
            EXPECT_EQ(set(map, address, VM_PURGABLE_EMPTY), KERN_SUCCESS);
            EXPECT(test_shows(child, address, 4, 1));
            EXPECT_EQ(test_entry(child, address)->object->kind, VM_OBJECT_ANONYMOUS);
            EXPECT(test_fill(map, address, 4, 1));
            vm_map_deallocate(child);
        }
    }
    vm_map_deallocate(map);
}

KTEST(vm_purgeable_moved_memory_is_ordinary)
{
    struct vm_map *map = vm_map_create();
    virt_addr_t address = purgeable(map, 4);
    struct vm_map_copy *copy;
    virt_addr_t place;
    EXPECT_EQ(set(map, address, VM_PURGABLE_VOLATILE), KERN_SUCCESS);
    EXPECT_EQ(vm_map_copyin(map, address, PAGES(4), true, &copy), KERN_SUCCESS);
    EXPECT_EQ(test_in_use("vm_purgeable"), 0);
    EXPECT_EQ(vm_map_copyout(map, &place, copy), KERN_SUCCESS);
    EXPECT(test_shows(map, place, 4, 1));
    vm_map_deallocate(map);
}

KTEST(vm_purgeable_regions_that_were_split_have_one_state)
{
    struct vm_map *map = vm_map_create();
    virt_addr_t address = purgeable(map, 4);
    EXPECT_EQ(mach_vm_deallocate(map, address + PAGES(1), PAGES(1)), KERN_SUCCESS);
    EXPECT_EQ(set(map, address, VM_PURGABLE_VOLATILE), KERN_SUCCESS);
    EXPECT_EQ(get(map, address + PAGES(3)), VM_PURGABLE_VOLATILE);
    vm_purgeable_purge_all();
    EXPECT_EQ(get(map, address + PAGES(3)), VM_PURGABLE_EMPTY);
    EXPECT_EQ(test_read(map, address + PAGES(3)), 0);
    vm_map_check(map);
    vm_map_deallocate(map);
}

/* Allocate what is free until memory is short; *FILLER then holds the list of it. */
static void fill_memory(struct list *filler)
{
    list_init(filler);
    while (!vm_page_is_scarce()) {
        struct vm_page *page = vm_page_allocate();
        if (!EXPECT(page != nullptr)) {
            return;
        }
        list_insert_tail(filler, &page->link);
    }
}

static void free_filler(struct list *filler)
{
    struct vm_page *page;
    struct vm_page *next;
    list_for_each_entry_safe(page, next, filler, link) {
        vm_page_free(page);
    }
}

#define OBJECTS 6
#define EACH    64 /* pages: more than processors keep for themselves */

KTEST(vm_purgeable_goes_in_its_order_when_memory_is_short)
{
    /* In the order in which they go: obsolete, group 0 (what was put first; first in, first out; the
     * last in), group 1. */
    static const int states[OBJECTS] = {
        VM_PURGABLE_VOLATILE | VM_PURGABLE_ORDERING_OBSOLETE | VM_VOLATILE_GROUP_7,
        VM_PURGABLE_VOLATILE | VM_VOLATILE_MAKE_FIRST_IN_GROUP,
        VM_PURGABLE_VOLATILE,
        VM_PURGABLE_VOLATILE | VM_PURGABLE_BEHAVIOR_LIFO,
        VM_PURGABLE_VOLATILE | VM_PURGABLE_BEHAVIOR_LIFO,
        VM_PURGABLE_VOLATILE | VM_VOLATILE_GROUP_1,
    };
    static const int order[OBJECTS] = { 5, 4, 2, 3, 1, 0 };
    struct vm_map *map = vm_map_create();
    virt_addr_t memory[OBJECTS];
    for (int i = 0; i < OBJECTS; i++) {
        memory[order[i]] = purgeable(map, EACH);
        EXPECT_EQ(set(map, memory[order[i]], states[order[i]]), KERN_SUCCESS);
    }
    EXPECT(!vm_purgeable_reclaim()); /* there is enough */
    struct list filler;
    fill_memory(&filler);
    for (int i = 0; i < OBJECTS; i++) {
        EXPECT_EQ(get(map, memory[i]), VM_PURGABLE_VOLATILE);
        EXPECT(vm_purgeable_reclaim());
        EXPECT_EQ(get(map, memory[i]), VM_PURGABLE_EMPTY);
        struct vm_page *page;
        while (!vm_page_is_scarce() && (page = vm_page_allocate()) != nullptr) {
            list_insert_tail(&filler, &page->link);
        }
    }
    EXPECT(!vm_purgeable_reclaim());
    free_filler(&filler);
    vm_map_deallocate(map);
}

KTEST(vm_purgeable_faults_and_copies_take_pages_back)
{
    struct vm_map *map = vm_map_create();
    virt_addr_t first = purgeable(map, EACH);
    virt_addr_t second = purgeable(map, EACH);
    virt_addr_t plain = test_allocate(map, PAGES(4));
    EXPECT_EQ(set(map, first, VM_PURGABLE_VOLATILE), KERN_SUCCESS);
    EXPECT_EQ(vm_fault(map, plain, VM_PROT_WRITE), KERN_SUCCESS); /* its tables are there */
    struct list filler;
    fill_memory(&filler);
    EXPECT_EQ(vm_fault(map, plain + PAGES(1), VM_PROT_WRITE), KERN_SUCCESS);
    EXPECT_EQ(get(map, first), VM_PURGABLE_EMPTY);
    struct vm_page *page;
    while ((page = vm_page_allocate()) != nullptr) { /* the reserve, too */
        list_insert_tail(&filler, &page->link);
    }
    EXPECT_EQ(vm_fault(map, plain + PAGES(2), VM_PROT_WRITE), KERN_RESOURCE_SHORTAGE);
    EXPECT_EQ(set(map, second, VM_PURGABLE_VOLATILE), KERN_SUCCESS);
    struct vm_map_copy *copy = nullptr;
    EXPECT_EQ(vm_map_copyin(map, plain + 5, 7, false, &copy), KERN_SUCCESS);
    EXPECT_EQ(get(map, second), VM_PURGABLE_EMPTY);
    free_filler(&filler);
    vm_map_copy_discard(copy);
    vm_map_deallocate(map);
}

KTEST(vm_purgeable_owner_is_told_what_he_has)
{
    struct vm_map *map = vm_map_create();
    struct vm_map *other = vm_map_create();
    EXPECT(vm_map_owner(map) != vm_map_owner(other) && vm_map_owner(map) == vm_map_owner(map));
    virt_addr_t address = purgeable(map, 3);
    EXPECT_EQ(vm_purgeable_bytes(vm_map_owner(map)).nonvolatile, PAGES(3));
    EXPECT_EQ(vm_purgeable_bytes(vm_map_owner(map)).footprint[VM_LEDGER_TAG_NONE], PAGES(3));
    EXPECT_EQ(vm_purgeable_bytes(vm_map_owner(other)).nonvolatile, 0);
    struct vm_object *object = test_entry(map, address)->object;
    vm_purgeable_set_owner(object, vm_map_owner(other), VM_LEDGER_TAG_MEDIA, true);
    EXPECT_EQ(vm_purgeable_bytes(vm_map_owner(map)).nonvolatile, 0);
    EXPECT_EQ(vm_purgeable_bytes(vm_map_owner(other)).no_footprint[VM_LEDGER_TAG_MEDIA], PAGES(3));
    EXPECT_EQ(set(map, address, VM_PURGABLE_VOLATILE | VM_VOLATILE_GROUP_2), KERN_SUCCESS);
    struct vm_purgeable_info info = {};
    vm_purgeable_describe(vm_map_owner(other), &info);
    EXPECT_EQ(info.fifo_data[2].count, 1);
    EXPECT_EQ(info.fifo_data[2].size, PAGES(3));
    vm_map_deallocate(map);
    vm_map_deallocate(other);
}
