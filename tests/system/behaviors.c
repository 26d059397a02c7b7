/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Orders about memory: contents that are not needed, and zeros.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include <mach/mach.h>
#include <mach/mach_vm.h>

#include "systest.h"

#define PAGE  UINT64_C(4096)
#define PAGES 4
#define SELF  mach_task_self()

/* Pages full of ones; FLAGS may have a tag. */
static mach_vm_address_t allocate(int flags)
{
    mach_vm_address_t address = 0;
    EXPECT_OK(mach_vm_allocate(SELF, &address, PAGES * PAGE, VM_FLAGS_ANYWHERE | flags));
    memset((void *)address, 1, PAGES * PAGE);
    return address;
}

static void deallocate(mach_vm_address_t address)
{
    EXPECT_OK(mach_vm_deallocate(SELF, address, PAGES * PAGE));
}

static kern_return_t order(mach_vm_address_t address, vm_behavior_t behavior)
{
    return mach_vm_behavior_set(SELF, address, PAGES * PAGE, behavior);
}

/* How many of the pages at ADDRESS there are. */
static int resident(mach_vm_address_t address)
{
    int count = 0;
    for (uint64_t i = 0; i < PAGES; i++) {
        integer_t found = 0, references;
        EXPECT_OK(mach_vm_page_query(SELF, address + i * PAGE, &found, &references));
        count += (found & VM_PAGE_QUERY_PAGE_PRESENT) != 0;
    }
    return count;
}

/* True if each byte is VALUE. */
static bool is_all(mach_vm_address_t address, char value)
{
    const volatile char *bytes = (const volatile char *)address;
    for (uint64_t i = 0; i < PAGES * PAGE; i++) {
        if (bytes[i] != value) {
            return false;
        }
    }
    return true;
}

CASE(pages_that_are_not_needed_are_given_back)
{
    static const vm_behavior_t behaviors[] = { VM_BEHAVIOR_FREE, VM_BEHAVIOR_REUSABLE,
                                               VM_BEHAVIOR_ZERO };
    for (int i = 0; i < 3; i++) {
        mach_vm_address_t memory = allocate(0);
        EXPECT_EQ(resident(memory), PAGES);
        EXPECT_OK(order(memory, VM_BEHAVIOR_CAN_REUSE));
        EXPECT_OK(order(memory, VM_BEHAVIOR_WILLNEED));
        EXPECT_OK(order(memory, VM_BEHAVIOR_DONTNEED));
        EXPECT_OK(order(memory, VM_BEHAVIOR_ZERO_WIRED_PAGES));
        EXPECT(is_all(memory, 1));
        EXPECT_OK(order(memory, behaviors[i]));
        EXPECT_EQ(resident(memory), 0);
        EXPECT_OK(order(memory, VM_BEHAVIOR_REUSE));
        EXPECT(is_all(memory, 0));
        memset((void *)memory, 1, PAGES * PAGE);
        EXPECT_OK(mach_vm_behavior_set(SELF, memory + PAGE, PAGE, behaviors[i]));
        EXPECT_EQ(resident(memory), PAGES - 1);
        deallocate(memory);
    }
}

CASE(what_others_see_stays)
{
    task_t child;
    char byte = 0;
    mach_vm_size_t size = 1;
    mach_vm_address_t memory = allocate(0);
    EXPECT_OK(task_create(SELF, NULL, 0, TRUE, &child));
    EXPECT_OK(order(memory, VM_BEHAVIOR_REUSABLE));
    EXPECT_OK(order(memory, VM_BEHAVIOR_FREE));
    EXPECT(is_all(memory, 1));
    EXPECT_EQ(order(memory, VM_BEHAVIOR_ZERO), KERN_NO_ACCESS);
    EXPECT_EQ(vm_behavior_set(SELF, memory, PAGE, VM_BEHAVIOR_ZERO), KERN_NO_ACCESS);
    *(volatile char *)memory = 2; /* a copy of its own, before the memory that is still shared */
    EXPECT_OK(order(memory, VM_BEHAVIOR_ZERO));
    EXPECT(is_all(memory, 0));
    EXPECT_OK(mach_vm_read_overwrite(child, memory, 1, (mach_vm_address_t)&byte, &size));
    EXPECT_EQ(byte, 1);
    EXPECT_OK(task_terminate(child));
    EXPECT_OK(mach_port_deallocate(SELF, child));
    deallocate(memory);
}

CASE(who_may_only_read_takes_nothing_away)
{
    memory_object_size_t size = PAGES * PAGE;
    mach_port_t entry = MACH_PORT_NULL;
    mach_vm_address_t memory = allocate(0), again = 0;
    EXPECT_OK(mach_make_memory_entry_64(SELF, &size, memory, VM_PROT_READ, &entry, MACH_PORT_NULL));
    EXPECT_OK(mach_vm_map(SELF, &again, size, 0, VM_FLAGS_ANYWHERE, entry, 0, FALSE, VM_PROT_READ,
                          VM_PROT_READ, VM_INHERIT_NONE));
    EXPECT_OK(order(again, VM_BEHAVIOR_FREE));
    EXPECT(is_all(memory, 1));
    deallocate(again);
    deallocate(memory);
    EXPECT_OK(mach_port_deallocate(SELF, entry));
}

/* The tag of the region at ADDRESS. */
static unsigned int tag(mach_vm_address_t address)
{
    struct vm_region_extended_info info = {};
    mach_msg_type_number_t count = VM_REGION_EXTENDED_INFO_COUNT;
    mach_vm_size_t size;
    mach_port_t name;
    EXPECT_OK(mach_vm_region(SELF, &address, &size, VM_REGION_EXTENDED_INFO,
                             (vm_region_info_t)&info, &count, &name));
    return info.user_tag;
}

CASE(an_allocators_memory_is_marked_and_checked)
{
    mach_vm_address_t memory = allocate(VM_MAKE_TAG(VM_MEMORY_MALLOC_LARGE));
    EXPECT_OK(order(memory, VM_BEHAVIOR_REUSABLE));
    EXPECT_EQ(tag(memory), VM_MEMORY_MALLOC_LARGE_REUSABLE);
    EXPECT_OK(order(memory, VM_BEHAVIOR_REUSE));
    EXPECT_EQ(tag(memory), VM_MEMORY_MALLOC_LARGE_REUSED);
    EXPECT_OK(mach_vm_inherit(SELF, memory, PAGES * PAGE, VM_INHERIT_NONE));
    EXPECT_EQ(order(memory, VM_BEHAVIOR_CAN_REUSE), KERN_INVALID_ADDRESS);
    EXPECT_EQ(order(memory, VM_BEHAVIOR_REUSABLE), KERN_INVALID_ADDRESS);
    deallocate(memory);
}

CASE(orders_that_cannot_be_obeyed_are_refused)
{
    mach_vm_address_t memory = allocate(0);
    EXPECT_EQ(order(memory, VM_BEHAVIOR_PAGEOUT), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(order(memory, VM_BEHAVIOR_LAST_VALID + 1), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(order(UINT64_C(1) << 60, VM_BEHAVIOR_FREE), KERN_NO_SPACE);
    EXPECT_EQ(vm_behavior_set(SELF, (vm_address_t)1 << 60, PAGE, VM_BEHAVIOR_FREE), KERN_NO_SPACE);
    EXPECT_OK(mach_vm_protect(SELF, memory + PAGE, PAGE, FALSE, VM_PROT_READ));
    EXPECT_EQ(order(memory, VM_BEHAVIOR_REUSABLE), KERN_PROTECTION_FAILURE);
    EXPECT_EQ(order(memory, VM_BEHAVIOR_ZERO), KERN_PROTECTION_FAILURE);
    EXPECT_EQ(order(memory, VM_BEHAVIOR_ZERO_WIRED_PAGES), KERN_PROTECTION_FAILURE);
    EXPECT_EQ(vm_behavior_set(SELF, memory, PAGES * PAGE, VM_BEHAVIOR_ZERO),
              KERN_PROTECTION_FAILURE);
    EXPECT(is_all(memory, 1)); /* all or nothing */
    EXPECT_OK(mach_vm_deallocate(SELF, memory + PAGE, PAGE));
    EXPECT_EQ(order(memory, VM_BEHAVIOR_FREE), KERN_INVALID_ADDRESS);
    deallocate(memory);
}

CASE(advice_is_an_order_to_the_kernel)
{
    void *memory = (void *)allocate(0);
    EXPECT_EQ(madvise(memory, PAGES * PAGE, MADV_FREE), 0);
    EXPECT_EQ(resident((mach_vm_address_t)memory), 0);
    EXPECT_EQ(madvise(memory, PAGES * PAGE, MADV_ZERO), 0);
    EXPECT_EQ(madvise(memory, PAGES * PAGE, MADV_PAGEOUT), -1);
    EXPECT_EQ(errno, ENOTSUP);
    EXPECT_EQ(mprotect(memory, PAGE, PROT_READ), 0);
    EXPECT_EQ(madvise(memory, PAGE, MADV_FREE_REUSABLE), -1);
    EXPECT_EQ(errno, EPERM);
    EXPECT_EQ(munmap(memory, PAGES * PAGE), 0);
    EXPECT_EQ(madvise(memory, PAGE, MADV_FREE), -1);
    EXPECT_EQ(errno, EINVAL);
}

CASE(what_is_locked_down_executes_nothing_new)
{
    task_t child;
    mach_vm_address_t plain = 0, code = 0, more = 0;
    vm_prot_t run = VM_PROT_READ | VM_PROT_EXECUTE;
    uint8_t recipes[4] = {};
    EXPECT_OK(task_create(SELF, NULL, 0, FALSE, &child));
    EXPECT_OK(mach_vm_allocate(child, &plain, PAGE, VM_FLAGS_ANYWHERE));
    EXPECT_OK(mach_vm_allocate(child, &code, PAGE, VM_FLAGS_ANYWHERE));
    EXPECT_OK(mach_vm_protect(child, code, PAGE, FALSE, run));
    EXPECT_OK(vm_map_exec_lockdown(child));
    EXPECT_EQ(mach_vm_protect(child, plain, PAGE, FALSE, run), KERN_PROTECTION_FAILURE);
    EXPECT_EQ(mach_vm_protect(child, code, PAGE, FALSE, VM_PROT_DEFAULT), KERN_PROTECTION_FAILURE);
    EXPECT_OK(mach_vm_protect(child, code, PAGE, FALSE, VM_PROT_READ));
    EXPECT_EQ(mach_vm_map(child, &more, PAGE, 0, VM_FLAGS_ANYWHERE, MACH_PORT_NULL, 0, FALSE, run,
                          run, VM_INHERIT_NONE),
              KERN_PROTECTION_FAILURE);
    vm_address_t old = 0;
    EXPECT_EQ(vm_map(child, &old, PAGE, 0, VM_FLAGS_ANYWHERE, MACH_PORT_NULL, 0, FALSE, run, run,
                     VM_INHERIT_NONE),
              KERN_PROTECTION_FAILURE);
    EXPECT_EQ(vm_map_64(child, &old, PAGE, 0, VM_FLAGS_ANYWHERE, MACH_PORT_NULL, 0, FALSE, run, run,
                        VM_INHERIT_NONE),
              KERN_PROTECTION_FAILURE);
    EXPECT_OK(mach_vm_map(child, &more, PAGE, 0, VM_FLAGS_ANYWHERE, MACH_PORT_NULL, 0, FALSE,
                          VM_PROT_READ, VM_PROT_ALL, VM_INHERIT_NONE));
    EXPECT_OK(task_terminate(child));
    EXPECT_EQ(vm_map_exec_lockdown(child), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_vm_range_create(SELF, MACH_VM_RANGE_FLAVOR_V1, recipes, 4), KERN_NOT_SUPPORTED);
    EXPECT_EQ(mach_vm_range_create(child, MACH_VM_RANGE_FLAVOR_V1, recipes, 4),
              KERN_INVALID_ARGUMENT);
    EXPECT_OK(mach_port_deallocate(SELF, child));
}
