/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The user's calls: regions, remapping, reading and writing, memory objects by name.
 */
#include <test/test_vm.h>

#include <vm/vm_shadow.h>

KTEST(vm_user_region_describes_entries)
{
    struct vm_map *map = vm_map_create();
    struct vm_region_basic_info_64 info;
    mach_msg_type_number_t count = VM_REGION_BASIC_INFO_COUNT_64;
    mach_vm_address_t address = 0;
    mach_vm_size_t size = 0;
    struct ipc_port *name = nullptr;
    EXPECT_EQ(test_allocate_at(map, TEST_ADDRESS, PAGES(3)), KERN_SUCCESS);
    EXPECT_EQ(mach_vm_region(map, &address, &size, VM_REGION_BASIC_INFO_64, (vm_region_info_t)&info,
                             &count, &name),
              KERN_SUCCESS);
    EXPECT_EQ(address, TEST_ADDRESS);
    EXPECT_EQ(size, PAGES(3));
    EXPECT_EQ(info.protection, VM_PROT_DEFAULT);
    EXPECT_EQ(info.max_protection, VM_PROT_ALL);
    EXPECT_EQ(info.shared, 0);
    address = TEST_ADDRESS + PAGES(3);
    EXPECT_EQ(mach_vm_region(map, &address, &size, VM_REGION_BASIC_INFO_64, (vm_region_info_t)&info,
                             &count, &name),
              KERN_INVALID_ADDRESS);
    count = 3;
    EXPECT_EQ(mach_vm_region(map, &address, &size, VM_REGION_BASIC_INFO_64, (vm_region_info_t)&info,
                             &count, &name),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_vm_region(map, &address, &size, 77, (vm_region_info_t)&info, &count, &name),
              KERN_INVALID_ARGUMENT);
    vm_map_deallocate(map);
}

/* The share mode of the entry at ADDRESS. */
static int share_mode_at(struct vm_map *map, mach_vm_address_t address)
{
    struct vm_region_submap_info_64 info;
    mach_msg_type_number_t count = VM_REGION_SUBMAP_INFO_COUNT_64;
    mach_vm_size_t size;
    natural_t depth = 5;
    kern_return_t result = mach_vm_region_recurse(map, &address, &size, &depth,
                                                  (vm_region_recurse_info_t)&info, &count);
    return result == KERN_SUCCESS && depth == 0 ? info.share_mode : -1;
}

KTEST(vm_user_region_knows_the_share_mode)
{
    struct vm_map *map = vm_map_create();
    virt_addr_t address = test_allocate(map, PAGES(1));
    EXPECT_EQ(share_mode_at(map, address), SM_EMPTY);
    EXPECT_EQ(test_write(map, address, 1), KERN_SUCCESS);
    EXPECT_EQ(share_mode_at(map, address), SM_PRIVATE);
    struct vm_map *child = vm_map_fork(map);
    EXPECT_EQ(share_mode_at(map, address), SM_COW);
    vm_map_deallocate(child);
    EXPECT_EQ(mach_vm_inherit(map, address, PAGES(1), VM_INHERIT_SHARE), KERN_SUCCESS);
    child = vm_map_fork(map);
    EXPECT_EQ(share_mode_at(child, address), SM_SHARED);
    vm_map_deallocate(child);
    EXPECT_EQ(share_mode_at(map, address), SM_PRIVATE);
    vm_map_deallocate(map);
}

KTEST(vm_user_region_recurse_serves_old_lengths)
{
    struct vm_map *map = vm_map_create();
    struct vm_region_submap_info_64 info;
    mach_vm_address_t address = test_allocate(map, PAGES(1));
    mach_vm_size_t size;
    natural_t depth = 0;
    mach_msg_type_number_t count = VM_REGION_SUBMAP_INFO_V0_COUNT_64;
    memset(&info, 0xee, sizeof(info));
    EXPECT_EQ(mach_vm_region_recurse(map, &address, &size, &depth, (vm_region_recurse_info_t)&info,
                                     &count),
              KERN_SUCCESS);
    EXPECT_EQ(count, VM_REGION_SUBMAP_INFO_V0_COUNT_64);
    EXPECT_EQ(info.object_id_full, UINT64_C(0xeeeeeeeeeeeeeeee));
    count = VM_REGION_SUBMAP_INFO_V0_COUNT_64 - 1;
    EXPECT_EQ(mach_vm_region_recurse(map, &address, &size, &depth, (vm_region_recurse_info_t)&info,
                                     &count),
              KERN_INVALID_ARGUMENT);
    vm_map_deallocate(map);
}

KTEST(vm_user_region_recurse_has_a_short_form)
{
    struct vm_map *map = vm_map_create();
    struct vm_region_submap_short_info_64 info;
    mach_vm_address_t address = test_allocate(map, PAGES(1));
    mach_vm_size_t size;
    natural_t depth = 3;
    mach_msg_type_number_t count = VM_REGION_SUBMAP_SHORT_INFO_COUNT_64;
    EXPECT(test_fill(map, address, 1, 1));
    EXPECT_EQ(mach_vm_protect(map, address, PAGES(1), 0, VM_PROT_READ), KERN_SUCCESS);
    memset(&info, 0xee, sizeof(info));
    EXPECT_EQ(mach_vm_region_recurse(map, &address, &size, &depth, (vm_region_recurse_info_t)&info,
                                     &count),
              KERN_SUCCESS);
    EXPECT_EQ(count, VM_REGION_SUBMAP_SHORT_INFO_COUNT_64);
    EXPECT_EQ(depth, 0);
    EXPECT_EQ(info.protection, VM_PROT_READ);
    EXPECT_EQ(info.max_protection, VM_PROT_ALL);
    EXPECT_EQ(info.inheritance, VM_INHERIT_COPY);
    EXPECT_EQ(info.share_mode, SM_PRIVATE);
    EXPECT_EQ(info.ref_count, 1);
    EXPECT_EQ(info.is_submap, 0);
    EXPECT_EQ(info.user_wired_count, 0);
    vm_map_deallocate(map);
}

KTEST(vm_user_remap_shares_or_copies)
{
    struct vm_map *source = vm_map_create();
    struct vm_map *target = vm_map_create();
    mach_vm_address_t address = test_allocate(source, PAGES(4));
    mach_vm_address_t shared = 0;
    mach_vm_address_t copied = 0;
    vm_prot_t protection;
    vm_prot_t maximum;
    EXPECT(test_fill(source, address, 4, 1));
    EXPECT_EQ(mach_vm_protect(source, address + PAGES(3), PAGES(1), 0, VM_PROT_READ), KERN_SUCCESS);
    EXPECT_EQ(mach_vm_remap(target, &copied, PAGES(4), 0, VM_FLAGS_ANYWHERE, source, address, 1,
                            &protection, &maximum, VM_INHERIT_COPY),
              KERN_SUCCESS);
    EXPECT_EQ(mach_vm_remap(target, &shared, PAGES(4), 0, VM_FLAGS_ANYWHERE, source, address, 0,
                            &protection, &maximum, VM_INHERIT_COPY),
              KERN_SUCCESS);
    EXPECT_EQ(protection, VM_PROT_READ);
    EXPECT_EQ(maximum, VM_PROT_ALL);
    EXPECT_EQ(test_write(source, address, 90), KERN_SUCCESS);
    EXPECT_EQ(test_write(target, shared + PAGES(1), 91), KERN_SUCCESS);
    EXPECT_EQ(test_read(target, shared), 90);
    EXPECT_EQ(test_read(source, address + PAGES(1)), 91);
    EXPECT(test_shows(target, copied, 4, 1));
    EXPECT_EQ(test_write(target, shared + PAGES(3), 1), KERN_PROTECTION_FAILURE);
    EXPECT_EQ(mach_vm_remap(target, &shared, PAGES(5), 0, VM_FLAGS_ANYWHERE, source, address, 0,
                            &protection, &maximum, VM_INHERIT_COPY),
              KERN_INVALID_ADDRESS);
    vm_map_check(source);
    vm_map_check(target);
    vm_map_deallocate(source);
    vm_map_deallocate(target);
}

/* Within one map: both addresses show the same memory, and stay the same through a write after a
 * copy was made of one. */
KTEST(vm_user_remap_within_one_map)
{
    struct vm_map *map = vm_map_create();
    mach_vm_address_t address = test_allocate(map, PAGES(1));
    mach_vm_address_t twin = 0;
    vm_prot_t protection;
    vm_prot_t maximum;
    EXPECT_EQ(test_write(map, address, 1), KERN_SUCCESS);
    EXPECT_EQ(mach_vm_remap(map, &twin, PAGES(1), 0, VM_FLAGS_ANYWHERE, map, address, 0,
                            &protection, &maximum, VM_INHERIT_SHARE),
              KERN_SUCCESS);
    struct vm_map *child = vm_map_fork(map);
    EXPECT_EQ(test_write(map, twin, 2), KERN_SUCCESS);
    EXPECT_EQ(test_read(map, address), 2);
    EXPECT_EQ(test_read(child, address), 1);
    EXPECT_EQ(test_read(child, twin), 2);
    vm_map_deallocate(child);
    vm_map_deallocate(map);
}

KTEST(vm_user_read_and_write)
{
    struct vm_map *map = vm_map_create();
    mach_vm_address_t address = test_allocate(map, PAGES(2));
    struct vm_map_copy *data;
    mach_msg_type_number_t count;
    EXPECT(test_fill(map, address, 2, 5));
    EXPECT_EQ(mach_vm_read(map, address, PAGES(1) + 1, &data, &count), KERN_SUCCESS);
    EXPECT_EQ(count, PAGES(1) + 1);
    EXPECT(test_fill(map, address, 2, 50));
    EXPECT_EQ(mach_vm_write(map, address, data, count + 1), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_vm_write(map, address, data, count), KERN_SUCCESS);
    EXPECT(test_shows(map, address, 2, 5));
    EXPECT_EQ(mach_vm_read(map, address, UINT64_C(1) << 32, &data, &count), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_vm_read(map, address, 0, &data, &count), KERN_SUCCESS);
    EXPECT_EQ(mach_vm_write(map, address, data, count), KERN_SUCCESS);
    vm_map_deallocate(map);
}

KTEST(vm_user_map_keeps_to_the_entry)
{
    struct vm_map *map = vm_map_create();
    struct vm_object *object = vm_object_create(PAGES(8));
    vm_object_raise_use(object, VM_OBJECT_SHARED);
    struct vm_map_request request = {
        .size = PAGES(2),
        .flags = VM_FLAGS_ANYWHERE | VM_FLAGS_RETURN_DATA_ADDR,
        .object = object,
        .offset = PAGES(1) + 10,
        .protection = VM_PROT_DEFAULT,
        .max_protection = VM_PROT_DEFAULT,
    };
    struct vm_map_request whole = request;
    EXPECT_EQ(vm_user_map(map, &request, PAGES(2), PAGES(3)), KERN_INVALID_ARGUMENT);
    request = whole;
    request.flags = VM_FLAGS_ANYWHERE; /* the page's address would not be that of the data */
    EXPECT_EQ(vm_user_map(map, &request, PAGES(2), PAGES(4)), KERN_INVALID_ARGUMENT);
    request = whole;
    vm_object_reference(object);
    EXPECT_EQ(vm_user_map(map, &request, PAGES(2), PAGES(4)), KERN_SUCCESS);
    EXPECT_EQ(request.address & PAGE_MASK, 10);
    EXPECT_EQ(test_entry(map, request.address)->offset, PAGES(3));
    EXPECT_EQ(map->size, PAGES(3));
    EXPECT_EQ(test_write(map, request.address - 10, 1), KERN_SUCCESS);

    /* A copy of what others write in place is made at once. */
    struct vm_map_request copy = whole;
    copy.copy = true;
    copy.offset = PAGES(1);
    vm_object_reference(object);
    EXPECT_EQ(vm_user_map(map, &copy, PAGES(2), PAGES(4)), KERN_SUCCESS);
    EXPECT_EQ(test_write(map, request.address - 10, 2), KERN_SUCCESS);
    EXPECT_EQ(test_read(map, copy.address), 1);
    vm_map_check(map);
    vm_map_deallocate(map);
    EXPECT(vm_object_is_sole(object));
    vm_object_release(object);
}

KTEST(vm_user_lookup_object_is_shared_with_the_map)
{
    struct vm_map *map = vm_map_create();
    virt_addr_t address = test_allocate(map, PAGES(4));
    EXPECT(test_fill(map, address, 4, 1));
    struct vm_map *child = vm_map_fork(map);
    struct vm_object *object;
    uint64_t offset;
    uint64_t size = PAGES(9);
    vm_prot_t all = VM_PROT_ALL;
    vm_prot_t read = VM_PROT_READ;
    vm_prot_t mask = VM_PROT_ALL | VM_PROT_IS_MASK;
    EXPECT_EQ(vm_map_lookup_object(map, address + PAGES(1), &size, &all, &object, &offset),
              KERN_PROTECTION_FAILURE);
    EXPECT_EQ(vm_map_lookup_object(map, address + PAGES(4), &size, &read, &object, &offset),
              KERN_INVALID_ADDRESS);
    EXPECT_EQ(vm_map_lookup_object(map, address + PAGES(1), &size, &mask, &object, &offset),
              KERN_SUCCESS);
    EXPECT_EQ(mask, VM_PROT_DEFAULT);
    vm_object_release(object);
    size = PAGES(9);
    EXPECT_EQ(vm_map_lookup_object(map, address + PAGES(1), &size, &read, &object, &offset),
              KERN_SUCCESS);
    EXPECT_EQ(size, PAGES(3));
    EXPECT_EQ(test_write(map, address + PAGES(1), 9), KERN_SUCCESS);
    unsigned char byte = 0;
    EXPECT_EQ(vm_object_read(object, offset, &byte, 1), KERN_SUCCESS);
    EXPECT_EQ(byte, 9);
    EXPECT(test_shows(child, address, 4, 1));
    vm_object_release(object);
    vm_map_deallocate(child);
    vm_map_deallocate(map);
}
