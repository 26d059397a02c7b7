/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Maps as sets of ranges: placing, splitting, joining, bounds, and failures in between.
 */
#include <test/test_vm.h>

#include <arch/user_copy.h>

KTEST(vm_map_neighbours_become_one_entry)
{
    struct vm_map *map = vm_map_create();
    EXPECT_EQ(test_allocate_at(map, TEST_ADDRESS, PAGES(2)), KERN_SUCCESS);
    EXPECT_EQ(test_allocate_at(map, TEST_ADDRESS + PAGES(4), PAGES(2)), KERN_SUCCESS);
    EXPECT_EQ(map->entry_count, 2);
    EXPECT_EQ(test_allocate_at(map, TEST_ADDRESS + PAGES(2), PAGES(2)), KERN_SUCCESS);
    EXPECT_EQ(map->entry_count, 1);
    EXPECT_EQ(map->size, PAGES(6));
    vm_map_check(map);
    vm_map_deallocate(map);
}

KTEST(vm_map_hole_splits_and_keeps_the_rest)
{
    struct vm_map *map = vm_map_create();
    EXPECT_EQ(test_allocate_at(map, TEST_ADDRESS, PAGES(5)), KERN_SUCCESS);
    EXPECT(test_fill(map, TEST_ADDRESS, 5, 10));
    EXPECT_EQ(vm_map_remove(map, TEST_ADDRESS + PAGES(2), TEST_ADDRESS + PAGES(3)), KERN_SUCCESS);
    vm_map_check(map);
    EXPECT_EQ(map->entry_count, 2);
    EXPECT(test_shows(map, TEST_ADDRESS, 2, 10));
    EXPECT_EQ(test_read(map, TEST_ADDRESS + PAGES(2)), -1);
    EXPECT(test_shows(map, TEST_ADDRESS + PAGES(3), 2, 13));
    vm_map_deallocate(map);
}

KTEST(vm_map_removed_pages_are_free_at_once)
{
    struct vm_map *map = vm_map_create();
    EXPECT_EQ(test_allocate_at(map, TEST_ADDRESS, PAGES(8)), KERN_SUCCESS);
    EXPECT(test_fill(map, TEST_ADDRESS, 8, 0));
    uint64_t free_before = vm_page_free_count();
    EXPECT_EQ(vm_map_remove(map, TEST_ADDRESS + PAGES(3), TEST_ADDRESS + PAGES(4)), KERN_SUCCESS);
    EXPECT_EQ(vm_map_remove(map, TEST_ADDRESS, TEST_ADDRESS + PAGES(1)), KERN_SUCCESS);
    EXPECT_EQ(vm_map_remove(map, TEST_ADDRESS + PAGES(6), TEST_ADDRESS + PAGES(9)), KERN_SUCCESS);
    EXPECT_EQ(vm_page_free_count(), free_before + 4);
    EXPECT_EQ(vm_map_remove(map, TEST_ADDRESS + PAGES(4), TEST_ADDRESS + PAGES(6)), KERN_SUCCESS);
    EXPECT_EQ(vm_page_free_count(), free_before + 6);
    vm_map_check(map);
    vm_map_deallocate(map);
}

KTEST(vm_map_anywhere_uses_the_lowest_gap_again)
{
    struct vm_map *map = vm_map_create();
    virt_addr_t first = test_allocate(map, PAGES(4));
    virt_addr_t second = test_allocate(map, PAGES(4));
    virt_addr_t third = test_allocate(map, PAGES(4));
    EXPECT_EQ(first, VM_MAP_ANYWHERE_ADDRESS);
    EXPECT_EQ(second, first + PAGES(4));
    EXPECT_EQ(third, second + PAGES(4));
    EXPECT_EQ(mach_vm_deallocate(map, second, PAGES(4)), KERN_SUCCESS);
    vm_map_check(map);
    EXPECT_EQ(test_allocate(map, PAGES(5)), third + PAGES(4));
    vm_map_check(map);
    EXPECT_EQ(test_allocate(map, PAGES(3)), second);
    EXPECT_EQ(test_allocate(map, PAGES(1)), second + PAGES(3));
    vm_map_check(map);
    vm_map_deallocate(map);
}

KTEST(vm_map_large_search_leaves_small_gaps_behind)
{
    struct vm_map *map = vm_map_create();
    for (uint32_t i = 0; i < 64; i++) {
        EXPECT_EQ(test_allocate_at(map, VM_MAP_ANYWHERE_ADDRESS + PAGES(2 * i), PAGES(1)),
                  KERN_SUCCESS);
    }
    virt_addr_t large = test_allocate(map, PAGES(2));
    EXPECT_EQ(large, VM_MAP_ANYWHERE_ADDRESS + PAGES(127));
    /* A search for as much begins behind all the small gaps, one for less finds the first. */
    EXPECT_EQ(map->gap_hint[1], large + PAGES(2));
    EXPECT_EQ(map->gap_hint[0], VM_MAP_ANYWHERE_ADDRESS);
    EXPECT_EQ(test_allocate(map, PAGES(1)), VM_MAP_ANYWHERE_ADDRESS + PAGES(1));
    vm_map_check(map);
    vm_map_deallocate(map);
}

KTEST(vm_map_alignment_mask_is_kept)
{
    struct vm_map *map = vm_map_create();
    EXPECT(test_allocate(map, PAGES(1)) != 0);
    struct vm_map_request request = {
        .size = PAGES(1),
        .mask = 0xffff,
        .flags = VM_FLAGS_ANYWHERE,
        .protection = VM_PROT_READ,
        .max_protection = VM_PROT_ALL,
    };
    EXPECT_EQ(vm_map_enter(map, &request), KERN_SUCCESS);
    EXPECT_EQ(request.address, VM_MAP_ANYWHERE_ADDRESS + 0x10000);
    vm_map_check(map);
    EXPECT_EQ(test_allocate(map, PAGES(15)), VM_MAP_ANYWHERE_ADDRESS + PAGES(1));
    request.mask = 0x1234;
    EXPECT_EQ(vm_map_enter(map, &request), KERN_INVALID_ARGUMENT);
    vm_map_deallocate(map);
}

KTEST(vm_map_bad_ranges_are_refused)
{
    struct vm_map *map = vm_map_create();
    mach_vm_address_t address = 0;
    EXPECT_EQ(test_allocate_at(map, 0, PAGES(1)), KERN_INVALID_ADDRESS);
    EXPECT_EQ(test_allocate_at(map, 0xfff, PAGES(1)), KERN_INVALID_ADDRESS);
    EXPECT_EQ(test_allocate_at(map, USER_ADDRESS_END, PAGES(1)), KERN_INVALID_ADDRESS);
    EXPECT_EQ(test_allocate_at(map, USER_ADDRESS_END - PAGES(1), PAGES(2)), KERN_INVALID_ADDRESS);
    EXPECT_EQ(test_allocate_at(map, UINT64_MAX, 1), KERN_INVALID_ADDRESS);
    EXPECT_EQ(test_allocate_at(map, UINT64_C(0xffffffff80000000), 1), KERN_INVALID_ADDRESS);
    EXPECT_EQ(mach_vm_allocate(map, &address, UINT64_MAX, VM_FLAGS_ANYWHERE),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_vm_allocate(map, &address, UINT64_MAX - PAGE_SIZE, VM_FLAGS_ANYWHERE),
              KERN_NO_SPACE);
    EXPECT_EQ(mach_vm_allocate(map, &address, USER_ADDRESS_END, VM_FLAGS_ANYWHERE), KERN_NO_SPACE);
    EXPECT_EQ(mach_vm_allocate(map, &address, PAGES(1), 0x00800000), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_vm_allocate(nullptr, &address, PAGES(1), 1), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_vm_deallocate(map, PAGES(1), UINT64_MAX), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_vm_deallocate(map, UINT64_C(0xffffffff80000000), PAGES(1)),
              KERN_INVALID_ADDRESS);
    EXPECT_EQ(mach_vm_deallocate(map, 0, USER_ADDRESS_END), KERN_SUCCESS);
    EXPECT_EQ(mach_vm_protect(map, UINT64_MAX, PAGES(1), 0, VM_PROT_READ), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_vm_protect(map, 0, UINT64_MAX, 0, VM_PROT_READ), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(map->entry_count, 0);
    vm_map_check(map);
    vm_map_deallocate(map);
}

KTEST(vm_map_fixed_does_not_overlap_unless_told)
{
    struct vm_map *map = vm_map_create();
    mach_vm_address_t address = TEST_ADDRESS;
    EXPECT_EQ(test_allocate_at(map, TEST_ADDRESS, PAGES(4)), KERN_SUCCESS);
    EXPECT(test_fill(map, TEST_ADDRESS, 4, 1));
    EXPECT_EQ(test_allocate_at(map, TEST_ADDRESS + PAGES(3), PAGES(2)), KERN_NO_SPACE);
    address += PAGES(1);
    EXPECT_EQ(mach_vm_allocate(map, &address, PAGES(2), VM_FLAGS_OVERWRITE), KERN_SUCCESS);
    EXPECT_EQ(test_read(map, TEST_ADDRESS), 1);
    EXPECT_EQ(test_read(map, TEST_ADDRESS + PAGES(1)), 0);
    EXPECT_EQ(test_read(map, TEST_ADDRESS + PAGES(2)), 0);
    EXPECT_EQ(test_read(map, TEST_ADDRESS + PAGES(3)), 4);
    vm_map_check(map);
    vm_map_deallocate(map);
}

KTEST(vm_map_protect_splits_and_joins)
{
    struct vm_map *map = vm_map_create();
    EXPECT_EQ(test_allocate_at(map, TEST_ADDRESS, PAGES(4)), KERN_SUCCESS);
    EXPECT(test_fill(map, TEST_ADDRESS, 4, 1));
    EXPECT_EQ(mach_vm_protect(map, TEST_ADDRESS + PAGES(1), PAGES(2), 0, VM_PROT_READ),
              KERN_SUCCESS);
    EXPECT_EQ(map->entry_count, 3);
    EXPECT_EQ(test_write(map, TEST_ADDRESS + PAGES(1), 9), KERN_PROTECTION_FAILURE);
    EXPECT_EQ(test_write(map, TEST_ADDRESS, 1), KERN_SUCCESS);
    vm_map_check(map);
    EXPECT_EQ(mach_vm_protect(map, TEST_ADDRESS, PAGES(4), 0, VM_PROT_DEFAULT), KERN_SUCCESS);
    EXPECT_EQ(map->entry_count, 1);
    EXPECT(test_shows(map, TEST_ADDRESS, 4, 1));
    EXPECT_EQ(mach_vm_protect(map, TEST_ADDRESS, PAGES(5), 0, VM_PROT_READ), KERN_INVALID_ADDRESS);
    EXPECT_EQ(map->entry_count, 1);
    vm_map_check(map);
    vm_map_deallocate(map);
}

KTEST(vm_map_maximum_protection_only_shrinks)
{
    struct vm_map *map = vm_map_create();
    EXPECT_EQ(test_allocate_at(map, TEST_ADDRESS, PAGES(1)), KERN_SUCCESS);
    EXPECT_EQ(test_write(map, TEST_ADDRESS, 7), KERN_SUCCESS);
    EXPECT_EQ(mach_vm_protect(map, TEST_ADDRESS, 1, 1, VM_PROT_READ), KERN_SUCCESS);
    EXPECT_EQ(test_write(map, TEST_ADDRESS, 8), KERN_PROTECTION_FAILURE);
    EXPECT_EQ(mach_vm_protect(map, TEST_ADDRESS, 1, 0, VM_PROT_DEFAULT), KERN_PROTECTION_FAILURE);
    EXPECT_EQ(mach_vm_protect(map, TEST_ADDRESS, 1, 1, VM_PROT_ALL), KERN_PROTECTION_FAILURE);
    EXPECT_EQ(vm_fault(map, TEST_ADDRESS, VM_PROT_EXECUTE), KERN_PROTECTION_FAILURE);
    EXPECT_EQ(mach_vm_protect(map, TEST_ADDRESS, 1, 0, VM_PROT_DEFAULT | VM_PROT_COPY),
              KERN_SUCCESS);
    EXPECT_EQ(test_write(map, TEST_ADDRESS, 8), KERN_SUCCESS);
    vm_map_check(map);
    vm_map_deallocate(map);
}

KTEST(vm_map_dead_map_takes_nothing)
{
    struct vm_map *map = vm_map_create();
    EXPECT_EQ(test_allocate_at(map, TEST_ADDRESS, PAGES(3)), KERN_SUCCESS);
    EXPECT(test_fill(map, TEST_ADDRESS, 3, 1));
    vm_map_terminate(map);
    EXPECT_EQ(map->entry_count, 0);
    EXPECT_EQ(test_allocate_at(map, TEST_ADDRESS, PAGES(3)), KERN_NO_SPACE);
    EXPECT_EQ(vm_fault(map, TEST_ADDRESS, VM_PROT_READ), KERN_INVALID_ADDRESS);
    EXPECT(test_mapped_byte(map, TEST_ADDRESS) == nullptr);
    vm_map_check(map);
    vm_map_deallocate(map);
    vm_map_deallocate(nullptr);
}

/* Each range operation inside one entry, with each of its allocations failing in turn. */
KTEST(vm_map_failed_operations_change_nothing)
{
    struct vm_map *map = vm_map_create();
    for (struct ktest_failures f = ktest_failures_begin(); ktest_failures_next(&f);) {
        (void)vm_map_remove(map, 0, USER_ADDRESS_END);
        virt_addr_t address = test_allocate(map, PAGES(8));
        bool worked = address != 0 && test_write(map, address, 5) == KERN_SUCCESS;
        worked = worked && mach_vm_protect(map, address + PAGES(2), PAGES(2), 0, VM_PROT_READ) ==
                               KERN_SUCCESS;
        worked = worked && mach_vm_inherit(map, address + PAGES(6), PAGES(1), VM_INHERIT_NONE) ==
                               KERN_SUCCESS;
        worked = worked && mach_vm_deallocate(map, address + PAGES(5), PAGES(1)) == KERN_SUCCESS;
        EXPECT_EQ(worked, !ktest_failure_happened());
        vm_map_check(map);
    }
    vm_map_deallocate(map);
}
