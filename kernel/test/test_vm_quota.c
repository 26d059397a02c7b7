/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of vm: regions are charged to the quota of their task, and refused beyond it.
 */
#include <mem/quota.h>
#include <test/test_vm.h>

#define ENTRIES(n) ((n) * sizeof(struct vm_map_entry))

static uint64_t used(const struct quota *quota)
{
    return quota->kinds[QUOTA_KERNEL_BYTES].used;
}

static void set_limit(struct quota *quota, uint64_t limit)
{
    quota->kinds[QUOTA_KERNEL_BYTES].limit = limit;
}

KTEST(vm_map_regions_are_charged)
{
    struct quota *quota = quota_create(nullptr);
    struct vm_map *map = vm_map_create();
    EXPECT_EQ(test_allocate_at(map, TEST_ADDRESS, PAGES(5)), KERN_SUCCESS);
    vm_map_set_quota(map, quota);
    EXPECT_EQ(used(quota), ENTRIES(1));
    EXPECT_EQ(vm_map_remove(map, TEST_ADDRESS + PAGES(2), TEST_ADDRESS + PAGES(3)), KERN_SUCCESS);
    EXPECT_EQ(used(quota), ENTRIES(2));
    struct vm_map *twin = vm_map_fork(map);
    EXPECT_EQ(used(quota), ENTRIES(2)); /* the twin's are its own */
    vm_map_deallocate(twin);
    EXPECT_EQ(vm_map_remove(map, TEST_ADDRESS, TEST_ADDRESS + PAGES(2)), KERN_SUCCESS);
    EXPECT_EQ(used(quota), ENTRIES(1));
    vm_map_deallocate(map);
    EXPECT_EQ(used(quota), 0);
    quota_release(quota);
}

KTEST(vm_map_regions_beyond_the_quota_are_refused)
{
    struct quota *quota = quota_create(nullptr);
    struct vm_map *source = vm_map_create();
    struct vm_map *map = vm_map_create();
    struct vm_map_copy *copy = nullptr;
    virt_addr_t address;
    vm_map_set_quota(map, quota);
    set_limit(quota, ENTRIES(1));
    EXPECT_EQ(test_allocate_at(map, TEST_ADDRESS, PAGES(5)), KERN_SUCCESS);
    EXPECT_EQ(test_allocate_at(map, TEST_ADDRESS + PAGES(10), PAGES(1)), KERN_RESOURCE_SHORTAGE);
    EXPECT_EQ(vm_map_remove(map, TEST_ADDRESS + PAGES(2), TEST_ADDRESS + PAGES(3)),
              KERN_RESOURCE_SHORTAGE);
    EXPECT_EQ(test_allocate_at(source, TEST_ADDRESS, PAGES(5)), KERN_SUCCESS);
    EXPECT_EQ(vm_map_copyin(source, TEST_ADDRESS, PAGES(5), false, &copy), KERN_SUCCESS);
    EXPECT(vm_map_copy_overhead(copy) > 0 && vm_map_copy_overhead(nullptr) == 0);
    EXPECT_EQ(vm_map_copyout(map, &address, copy), KERN_RESOURCE_SHORTAGE);
    struct vm_map_request request = { .size = PAGES(1),
                                      .flags = VM_FLAGS_ANYWHERE,
                                      .inheritance = VM_INHERIT_DEFAULT };
    EXPECT_EQ(vm_map_remap(map, &request, source, TEST_ADDRESS), KERN_RESOURCE_SHORTAGE);
    set_limit(quota, ENTRIES(2));
    EXPECT_EQ(vm_map_copyout(map, &address, copy), KERN_SUCCESS);
    EXPECT_EQ(used(quota), ENTRIES(2));
    vm_map_check(map);
    vm_map_deallocate(map);
    vm_map_deallocate(source);
    quota_release(quota);
}
