/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls about memory that are hints, questions or older forms of others: each with what it does
 * and each of its errors, through vm_map.defs and, where they differ, mach_vm.defs.
 */
#include <string.h>

#include <mach/mach.h>
#include <mach/mach_vm.h>

#include "systest.h"

#define PAGES 4

/* PAGES pages with a hole behind them; the first two are touched. */
static vm_address_t map_pages(void)
{
    vm_address_t address = 0;
    EXPECT_OK(
        vm_allocate(mach_task_self(), &address, (PAGES + 1) * vm_page_size, VM_FLAGS_ANYWHERE));
    EXPECT_OK(vm_deallocate(mach_task_self(), address + PAGES * vm_page_size, vm_page_size));
    memset((void *)address, 'a', 2 * vm_page_size);
    return address;
}

static void unmap_pages(vm_address_t address)
{
    EXPECT_OK(vm_deallocate(mach_task_self(), address, PAGES * vm_page_size));
}

CASE(msync_checks_its_range)
{
    vm_address_t pages = map_pages();
    vm_size_t size = (PAGES + 1) * vm_page_size;
    vm_map_t self = mach_task_self();
    EXPECT_OK(vm_msync(self, pages, size, VM_SYNC_SYNCHRONOUS));
    EXPECT_OK(vm_msync(self, pages, PAGES * vm_page_size, VM_SYNC_CONTIGUOUS));
    EXPECT_EQ(vm_msync(self, pages, size, VM_SYNC_CONTIGUOUS), KERN_INVALID_ADDRESS);
    EXPECT_EQ(vm_msync(self, pages, size, VM_SYNC_SYNCHRONOUS | VM_SYNC_ASYNCHRONOUS),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_vm_msync(self, pages, UINT64_MAX, VM_SYNC_ASYNCHRONOUS), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_vm_msync(MACH_PORT_NULL, pages, size, 0), MACH_SEND_INVALID_DEST);
    EXPECT_EQ(((char *)pages)[0], 'a');
    unmap_pages(pages);
}

CASE(behavior_is_remembered)
{
    vm_address_t pages = map_pages();
    vm_address_t address = pages;
    vm_size_t size = 0;
    mach_port_t object;
    vm_region_basic_info_data_t info = {};
    mach_msg_type_number_t count = VM_REGION_BASIC_INFO_COUNT;
    vm_map_t self = mach_task_self();
    EXPECT_OK(vm_behavior_set(self, pages, PAGES * vm_page_size, VM_BEHAVIOR_SEQUENTIAL));
    EXPECT_OK(vm_region(self, &address, &size, VM_REGION_BASIC_INFO, (vm_region_info_t)&info,
                        &count, &object));
    EXPECT_EQ(address, pages);
    EXPECT_EQ(size, PAGES * vm_page_size);
    EXPECT_EQ(info.behavior, VM_BEHAVIOR_SEQUENTIAL);
    EXPECT_EQ(vm_behavior_set(self, pages, size, VM_BEHAVIOR_LAST_VALID + 1),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(vm_behavior_set(self, pages, size, -1), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(vm_behavior_set(self, pages, UINT64_MAX, 0), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_vm_behavior_set(self, pages, size + vm_page_size, VM_BEHAVIOR_RANDOM),
              KERN_INVALID_ADDRESS);
    unmap_pages(pages);
}

CASE(caches_can_be_flushed)
{
    vm_address_t pages = map_pages();
    vm_size_t size = PAGES * vm_page_size;
    vm_map_t self = mach_task_self();
    for (int value = MATTR_VAL_CACHE_FLUSH; value <= MATTR_VAL_CACHE_SYNC; value++) {
        vm_machine_attribute_val_t answer = value;
        EXPECT_OK(vm_machine_attribute(self, pages, size, MATTR_CACHE, &answer));
    }
    vm_machine_attribute_val_t value = MATTR_VAL_GET;
    EXPECT_EQ(vm_machine_attribute(self, pages, size, MATTR_CACHE, &value), KERN_INVALID_ARGUMENT);
    value = MATTR_VAL_CACHE_SYNC;
    EXPECT_EQ(vm_machine_attribute(self, pages, size, MATTR_MIGRATE, &value),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(vm_machine_attribute(self, pages, UINT64_MAX, MATTR_CACHE, &value),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_vm_machine_attribute(self, pages, size + vm_page_size, MATTR_CACHE, &value),
              KERN_INVALID_ADDRESS);
    unmap_pages(pages);
}

CASE(pages_are_told_apart)
{
    vm_address_t pages = map_pages();
    integer_t disposition = -1;
    integer_t references = -1;
    vm_map_t self = mach_task_self();
    EXPECT_OK(vm_map_page_query(self, pages + 5, &disposition, &references));
    EXPECT_EQ(disposition, VM_PAGE_QUERY_PAGE_PRESENT | VM_PAGE_QUERY_PAGE_DIRTY);
    EXPECT_EQ(references, 1);
    EXPECT_OK(mach_vm_page_query(self, pages + 3 * vm_page_size, &disposition, &references));
    EXPECT_EQ(disposition, 0);
    EXPECT_OK(mach_vm_page_query(self, pages + PAGES * vm_page_size, &disposition, &references));
    EXPECT(disposition == 0 && references == 0);
    unmap_pages(pages);
}

/* What a copy has not written yet lies in the object behind its own. */
CASE(a_page_behind_is_told_apart)
{
    vm_address_t pages = map_pages();
    vm_offset_t copy = 0;
    mach_msg_type_number_t size = 0;
    integer_t disposition = 0;
    integer_t references = 0;
    EXPECT_OK(vm_read(mach_task_self(), pages, 2 * vm_page_size, &copy, &size));
    *(volatile char *)copy = 'b';
    EXPECT_OK(vm_map_page_query(mach_task_self(), copy, &disposition, &references));
    EXPECT_EQ(disposition & VM_PAGE_QUERY_PAGE_COPIED, 0);
    EXPECT_OK(vm_map_page_query(mach_task_self(), copy + vm_page_size, &disposition, &references));
    EXPECT_EQ(disposition & VM_PAGE_QUERY_PAGE_COPIED, VM_PAGE_QUERY_PAGE_COPIED);
    EXPECT_OK(vm_deallocate(mach_task_self(), copy, size));
    unmap_pages(pages);
}

CASE(a_page_is_told_with_its_object)
{
    vm_address_t pages = map_pages();
    vm_offset_t copy = 0;
    mach_msg_type_number_t size = 0;
    vm_map_t self = mach_task_self();
    vm_page_info_basic_data_t first, second;
    mach_msg_type_number_t count = VM_PAGE_INFO_BASIC_COUNT;
    EXPECT_OK(vm_read(self, pages, 2 * vm_page_size, &copy, &size));
    *(volatile char *)copy = 'b';
    EXPECT_OK(
        mach_vm_page_info(self, copy + 1, VM_PAGE_INFO_BASIC, (vm_page_info_t)&first, &count));
    EXPECT_EQ(count, VM_PAGE_INFO_BASIC_COUNT);
    count = 32;
    EXPECT_OK(mach_vm_page_info(self, copy + vm_page_size, VM_PAGE_INFO_BASIC,
                                (vm_page_info_t)&second, &count));
    EXPECT_EQ(count, VM_PAGE_INFO_BASIC_COUNT);
    EXPECT(first.depth == 0 && second.depth == 1);
    EXPECT_EQ(second.disposition & VM_PAGE_QUERY_PAGE_COPIED, VM_PAGE_QUERY_PAGE_COPIED);
    EXPECT(first.object_id != 0 && first.object_id == second.object_id);
    EXPECT_EQ(second.offset - first.offset, vm_page_size);
    EXPECT_EQ(mach_vm_page_info(self, pages, 2, (vm_page_info_t)&first, &count),
              KERN_INVALID_ARGUMENT);
    count = VM_PAGE_INFO_BASIC_COUNT - 1;
    EXPECT_EQ(mach_vm_page_info(self, pages, VM_PAGE_INFO_BASIC, (vm_page_info_t)&first, &count),
              KERN_INVALID_ARGUMENT);
    EXPECT_OK(vm_deallocate(self, copy, size));
    count = VM_PAGE_INFO_BASIC_COUNT;
    EXPECT_OK(mach_vm_page_info(self, copy, VM_PAGE_INFO_BASIC, (vm_page_info_t)&first, &count));
    EXPECT(first.disposition == 0 && first.object_id == 0);
    unmap_pages(pages);
}

/* How many of the PAGES pages are there. */
static int resident(vm_address_t pages)
{
    int count = 0;
    integer_t disposition, references;
    for (int i = 0; i < PAGES; i++) {
        EXPECT_OK(mach_vm_page_query(mach_task_self(), pages + (vm_size_t)i * vm_page_size,
                                     &disposition, &references));
        count += (disposition & VM_PAGE_QUERY_PAGE_PRESENT) != 0;
    }
    return count;
}

CASE(wired_pages_are_there)
{
    vm_address_t pages = map_pages();
    vm_size_t size = PAGES * vm_page_size;
    mach_port_t host = systest_host_priv();
    vm_map_t self = mach_task_self();
    vm_prot_t both = VM_PROT_READ | VM_PROT_WRITE;
    EXPECT_EQ(resident(pages), 2);
    EXPECT_OK(vm_wire(host, self, pages + 2 * vm_page_size, 1, both));
    EXPECT_EQ(resident(pages), 3);
    EXPECT_OK(mach_vm_wire(host, self, pages, size, both));
    EXPECT_EQ(resident(pages), PAGES);
    EXPECT_OK(mach_vm_wire(host, self, pages, size, VM_PROT_NONE));
    EXPECT_EQ(resident(pages), PAGES);
    EXPECT_EQ(((char *)pages)[0], 'a');
    EXPECT_OK(mach_vm_wire(host, self, pages, 0, both));
    unmap_pages(pages);
}

CASE(what_cannot_be_wired)
{
    vm_address_t pages = map_pages();
    vm_size_t size = PAGES * vm_page_size;
    mach_port_t host = systest_host_priv();
    mach_port_t name = mach_host_self();
    vm_map_t self = mach_task_self();
    vm_prot_t both = VM_PROT_READ | VM_PROT_WRITE;
    EXPECT_OK(vm_protect(self, pages, vm_page_size, FALSE, VM_PROT_READ));
    EXPECT_EQ(vm_wire(host, self, pages, size, both), KERN_PROTECTION_FAILURE);
    EXPECT_EQ(mach_vm_wire(host, self, pages, size, both), KERN_PROTECTION_FAILURE);
    EXPECT_EQ(vm_wire(host, self, pages, size + 1, VM_PROT_READ), KERN_INVALID_ADDRESS);
    EXPECT_EQ(mach_vm_wire(host, self, pages, size + 1, VM_PROT_READ), KERN_INVALID_ADDRESS);
    EXPECT_EQ(vm_wire(host, self, pages, size, 8), KERN_INVALID_VALUE);
    EXPECT_EQ(mach_vm_wire(host, self, pages, UINT64_MAX, VM_PROT_READ), KERN_INVALID_VALUE);
    EXPECT_EQ(vm_wire(host, host, pages, size, both), KERN_INVALID_TASK);
    EXPECT_EQ(mach_vm_wire(host, host, pages, size, both), KERN_INVALID_TASK);
    EXPECT_EQ(vm_wire(name, self, pages, size, both), KERN_INVALID_HOST);
    EXPECT_EQ(mach_vm_wire(name, self, pages, size, both), KERN_INVALID_HOST);
    EXPECT_EQ(resident(pages), 2);
    EXPECT_OK(mach_port_deallocate(self, name));
    unmap_pages(pages);
}

CASE(ordinary_memory_cannot_be_purged)
{
    vm_address_t pages = map_pages();
    int state = 0;
    vm_map_t self = mach_task_self();
    EXPECT_EQ(vm_purgable_control(self, pages, VM_PURGABLE_GET_STATE, &state),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(vm_purgable_control(self, pages, 99, &state), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(
        mach_vm_purgable_control(self, pages + PAGES * vm_page_size, VM_PURGABLE_GET_STATE, &state),
        KERN_INVALID_ADDRESS);
    EXPECT_EQ(task_wire(self, TRUE), KERN_NOT_SUPPORTED);
    unmap_pages(pages);
}

CASE(several_ranges_are_read_at_once)
{
    static mach_vm_read_entry_t list;
    static vm_read_entry_t words;
    vm_address_t pages = map_pages();
    vm_map_t self = mach_task_self();
    list[0] = (struct mach_vm_read_entry){ pages + 10, 100 };
    list[1] = (struct mach_vm_read_entry){ pages + vm_page_size, vm_page_size };
    list[2] = (struct mach_vm_read_entry){ pages, 0 };
    EXPECT_OK(mach_vm_read_list(self, list, 3));
    EXPECT_EQ(memcmp((void *)list[0].address, (void *)(pages + 10), 100), 0);
    EXPECT_EQ(memcmp((void *)list[1].address, (void *)pages, vm_page_size), 0);
    EXPECT_EQ(list[2].address, 0);
    EXPECT_OK(mach_vm_deallocate(self, list[0].address, list[0].size));
    EXPECT_OK(mach_vm_deallocate(self, list[1].address, list[1].size));
    words[0] = (struct vm_read_entry){ pages + PAGES * vm_page_size, 1 };
    words[1] = (struct vm_read_entry){ pages, 1 };
    EXPECT_EQ(vm_read_list(self, words, 2), KERN_INVALID_ADDRESS);
    EXPECT_EQ(mach_vm_read_list(self, list, VM_MAP_ENTRY_MAX + 1), KERN_INVALID_ARGUMENT);
    EXPECT_OK(vm_protect(self, pages, vm_page_size, FALSE, VM_PROT_NONE));
    words[0] = (struct vm_read_entry){ pages, 1 };
    EXPECT_EQ(vm_read_list(self, words, 1), KERN_PROTECTION_FAILURE);
    words[1] = words[0];
    words[0] = (struct vm_read_entry){ pages + vm_page_size, 1 };
    EXPECT_EQ(vm_read_list(self, words, 2), KERN_PROTECTION_FAILURE); /* the first is gone again */
    unmap_pages(pages);
}

CASE(the_older_forms_do_the_same)
{
    vm_address_t pages = map_pages();
    vm_address_t address = pages;
    vm_address_t mapped = 0;
    vm_size_t size = 0;
    natural_t depth = 7;
    struct vm_region_submap_info info = {};
    mach_msg_type_number_t count = VM_REGION_SUBMAP_INFO_COUNT;
    mach_port_t entry = MACH_PORT_NULL;
    vm_map_t self = mach_task_self();
    EXPECT_OK(
        vm_region_recurse(self, &address, &size, &depth, (vm_region_recurse_info_t)&info, &count));
    EXPECT(address == pages && size == PAGES * vm_page_size && depth == 0);
    EXPECT_EQ(info.protection, VM_PROT_DEFAULT);
    EXPECT_EQ(info.pages_resident, 2);
    count = VM_REGION_SUBMAP_INFO_COUNT - 1;
    EXPECT_EQ(
        vm_region_recurse(self, &address, &size, &depth, (vm_region_recurse_info_t)&info, &count),
        KERN_INVALID_ARGUMENT);
    size = vm_page_size;
    EXPECT_OK(mach_make_memory_entry(self, &size, pages, VM_PROT_READ, &entry, MACH_PORT_NULL));
    EXPECT_OK(vm_map_64(self, &mapped, vm_page_size, 0, VM_FLAGS_ANYWHERE, entry, 0, FALSE,
                        VM_PROT_READ, VM_PROT_READ, VM_INHERIT_NONE));
    EXPECT_EQ(*(char *)mapped, 'a');
    EXPECT_EQ(vm_map_64(self, &mapped, vm_page_size, 0, VM_FLAGS_ANYWHERE, entry, 0, FALSE,
                        VM_PROT_WRITE, VM_PROT_WRITE, VM_INHERIT_NONE),
              KERN_INVALID_RIGHT);
    EXPECT_OK(vm_deallocate(self, mapped, vm_page_size));
    EXPECT_OK(mach_port_deallocate(self, entry));
    size = vm_page_size;
    EXPECT_EQ(mach_make_memory_entry(self, &size, pages + PAGES * vm_page_size, VM_PROT_READ,
                                     &entry, MACH_PORT_NULL),
              KERN_INVALID_ADDRESS);
    unmap_pages(pages);
}

CASE(many_pages_are_told_apart)
{
    enum {
        MANY = 150
    }; /* more than the kernel looks at at once */
    static int found[MANY + 1];
    mach_vm_address_t memory = 0;
    mach_vm_size_t count = MANY + 1;
    size_t wrong = 0;
    EXPECT_OK(mach_vm_allocate(mach_task_self(), &memory, MANY * vm_page_size, VM_FLAGS_ANYWHERE));
    for (size_t i = 0; i < MANY; i += 3) {
        ((volatile char *)memory)[i * vm_page_size] = 1;
    }
    found[MANY] = -1;
    EXPECT_OK(mach_vm_page_range_query(mach_task_self(), memory + 1, MANY * vm_page_size - 1,
                                       (mach_vm_address_t)found, &count));
    EXPECT_EQ(count, MANY);
    for (size_t i = 0; i < MANY; i++) {
        int wanted = i % 3 == 0 ? VM_PAGE_QUERY_PAGE_PRESENT | VM_PAGE_QUERY_PAGE_DIRTY : 0;
        wrong += found[i] != wanted;
    }
    EXPECT_EQ(wrong, 0);
    EXPECT_EQ(found[MANY], -1);
    found[2] = -1;
    count = 2;
    EXPECT_OK(mach_vm_page_range_query(mach_task_self(), memory, MANY * vm_page_size,
                                       (mach_vm_address_t)found, &count));
    EXPECT_EQ(count, 2);
    EXPECT_EQ(found[2], -1);
    count = 1;
    EXPECT_EQ(mach_vm_page_range_query(mach_task_self(), memory, vm_page_size, 16, &count),
              KERN_FAILURE);
    EXPECT_EQ(mach_vm_page_range_query(mach_task_self(), memory, UINT64_MAX, 16, &count),
              KERN_INVALID_ARGUMENT);
    EXPECT_OK(mach_vm_deallocate(mach_task_self(), memory, MANY * vm_page_size));
}

CASE(the_kernel_is_not_made_to_be_debugged)
{
    vm_info_region_t region;
    vm_info_region_64_t region_64;
    vm_info_object_array_t objects = NULL;
    page_address_array_t pages = NULL;
    mach_msg_type_number_t count = 0;
    EXPECT_EQ(mach_vm_region_info(mach_task_self(), 0, &region, &objects, &count), KERN_FAILURE);
    EXPECT_EQ(mach_vm_region_info_64(mach_task_self(), 0, &region_64, &objects, &count),
              KERN_FAILURE);
    EXPECT_EQ(vm_mapped_pages_info(mach_task_self(), &pages, &count), KERN_FAILURE);
}
