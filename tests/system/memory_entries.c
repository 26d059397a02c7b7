/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rights to memory: every kind that can be made, what is mapped of them, their parts.
 */
#include <string.h>

#include <mach/mach.h>
#include <mach/mach_vm.h>
#include <mach/memory_entry.h>

#include "entries.h"
#include "pages.h"
#include "systest.h"

#define SELF mach_task_self()

CASE(fresh_memory_is_shared_by_all_who_map_it)
{
    mach_port_t entry = entry_for(0, 2 * PAGE, MAP_MEM_NAMED_CREATE | BOTH, MACH_PORT_NULL);
    mach_vm_address_t first = mapped(entry, 2, BOTH);
    mach_vm_address_t second = mapped(entry, 2, VM_PROT_READ);
    EXPECT_EQ(byte(first + PAGE), 0);
    *(volatile char *)(first + PAGE) = 5;
    EXPECT_EQ(byte(second + PAGE), 5);
    deallocate(first, 2);
    deallocate(second, 2);
    release(entry);
    memory_object_size_t none = 0;
    EXPECT_OK(make(0, &none, MAP_MEM_NAMED_CREATE | BOTH, MACH_PORT_NULL, &entry));
    EXPECT_EQ(entry, MACH_PORT_NULL);
    none = PAGE + 1; /* becomes whole pages, also for the offset */
    EXPECT_OK(make(PAGE - 1, &none, MAP_MEM_NAMED_CREATE | MAP_MEM_GRAB_SECLUDED | BOTH,
                   MACH_PORT_NULL, &entry));
    EXPECT_EQ(none, 2 * PAGE);
    release(entry);
}

CASE(a_copy_of_a_range_stays_what_it_was)
{
    mach_vm_address_t memory = allocate(3, 0);
    EXPECT_OK(mach_vm_inherit(SELF, memory + PAGE, PAGE, VM_INHERIT_NONE)); /* several entries */
    mach_port_t entry = entry_for(memory, 3 * PAGE, MAP_MEM_VM_COPY | BOTH, MACH_PORT_NULL);
    memset((void *)memory, 0, 3 * PAGE);
    mach_vm_address_t first = mapped(entry, 3, BOTH);
    mach_vm_address_t second = mapped(entry, 1, BOTH); /* the whole of it all the same */
    mach_vm_address_t copy, none;
    EXPECT_OK(map(entry, 3 * PAGE, 0, 0, TRUE, BOTH, &copy));
    EXPECT(byte(first) == 1 && byte(first + PAGE) == 2 && byte(first + 2 * PAGE) == 3);
    *(volatile char *)(first + 2 * PAGE) = 9;
    EXPECT_EQ(byte(second + 2 * PAGE), 9); /* who maps the entry shares the copy */
    EXPECT_EQ(byte(copy + 2 * PAGE), 3);
    EXPECT_EQ(byte(memory + 2 * PAGE), 0);
    EXPECT_EQ(refused(0, PAGE, BOTH, entry), KERN_INVALID_ARGUMENT); /* it is no parent */
    EXPECT_EQ(map(entry, 4 * PAGE, 0, 0, FALSE, BOTH, &none), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(map(entry, PAGE, VM_FLAGS_PURGABLE, 0, FALSE, BOTH, &none), KERN_INVALID_ARGUMENT);
    release(entry);
    EXPECT_EQ(byte(second + PAGE), 2);
    deallocate(memory, 3);
    deallocate(copy, 3);
    deallocate(first, 3);
    deallocate(second, 3);
}

CASE(a_shared_range_is_the_same_memory)
{
    mach_vm_address_t memory = allocate(2, 0);
    mach_vm_address_t none;
    EXPECT_OK(mach_vm_inherit(SELF, memory + PAGE, PAGE, VM_INHERIT_NONE));
    mach_port_t entry = entry_for(memory, 2 * PAGE, MAP_MEM_VM_SHARE | BOTH, MACH_PORT_NULL);
    mach_port_t readable =
        entry_for(memory, 2 * PAGE, MAP_MEM_VM_SHARE | VM_PROT_READ, MACH_PORT_NULL);
    mach_vm_address_t again = mapped(entry, 2, BOTH);
    *(volatile char *)(again + PAGE) = 7;
    EXPECT_EQ(byte(memory + PAGE), 7);
    EXPECT_EQ(map(readable, 2 * PAGE, 0, 0, FALSE, BOTH, &none), KERN_INVALID_RIGHT);
    none = mapped(entry, 2, VM_PROT_READ); /* less than there could be */
    EXPECT_EQ(mach_vm_write(SELF, none, again, 1), KERN_PROTECTION_FAILURE);
    deallocate(none, 2);
    /* What there is of what is asked for. */
    EXPECT_OK(mach_vm_protect(SELF, memory + PAGE, PAGE, FALSE, VM_PROT_READ));
    mach_port_t masked =
        entry_for(memory, 2 * PAGE, MAP_MEM_VM_SHARE | VM_PROT_IS_MASK | BOTH, MACH_PORT_NULL);
    EXPECT_EQ(map(masked, 2 * PAGE, 0, 0, FALSE, BOTH, &none), KERN_INVALID_RIGHT);
    EXPECT_EQ(refused(memory, 2 * PAGE, MAP_MEM_VM_SHARE | BOTH, MACH_PORT_NULL),
              KERN_PROTECTION_FAILURE);
    EXPECT_EQ(refused(memory, 2 * PAGE, MAP_MEM_VM_SHARE | VM_PROT_EXECUTE | VM_PROT_IS_MASK,
                      MACH_PORT_NULL),
              KERN_PROTECTION_FAILURE);
    deallocate(memory, 2);
    EXPECT_EQ(refused(memory, 2 * PAGE, MAP_MEM_VM_SHARE | BOTH, MACH_PORT_NULL),
              KERN_INVALID_ADDRESS);
    EXPECT_EQ(byte(again + PAGE), 7);
    deallocate(again, 2);
    release(entry);
    release(readable);
    release(masked);
}

CASE(an_entry_is_for_one_object_and_can_be_used_again)
{
    mach_vm_address_t memory = allocate(2, 0);
    mach_port_t entry, again;
    memory_object_size_t size = 3 * PAGE; /* less comes back */
    EXPECT_OK(make(memory, &size, VM_PROT_ALL | VM_PROT_IS_MASK, MACH_PORT_NULL, &entry));
    EXPECT_EQ(size, 2 * PAGE);
    size = 2 * PAGE;
    EXPECT_OK(make(memory, &size, MAP_MEM_NAMED_REUSE | BOTH, entry, &again));
    EXPECT_EQ(again, entry);
    release(again);
    size = PAGE;
    EXPECT_OK(make(memory, &size, MAP_MEM_NAMED_REUSE | BOTH, entry, &again));
    EXPECT(again != entry);
    release(again);
    EXPECT_EQ(refused(PAGE, 2 * PAGE, BOTH, entry), KERN_INVALID_ARGUMENT); /* beyond its end */
    mach_port_t first = entry_for(memory, PAGE, BOTH, MACH_PORT_NULL);
    EXPECT_OK(make(memory + PAGE, &size, MAP_MEM_NAMED_REUSE | BOTH, first, &again));
    EXPECT(again != first); /* as long, but not there */
    release(again);
    release(first);
    EXPECT_OK(_mach_make_memory_entry(SELF, &size, 0, BOTH, &again, entry));
    release(again);
    release(entry);
    deallocate(memory, 2);
}

CASE(data_may_begin_within_a_page)
{
    mach_vm_address_t memory = allocate(2, 0), place;
    memory_object_size_t size = PAGE;
    mach_port_t entry, part;
    strcpy((char *)memory + 100, "within");
    EXPECT_OK(make(memory + 100, &size, MAP_MEM_USE_DATA_ADDR | BOTH, MACH_PORT_NULL, &entry));
    EXPECT_EQ(size, 2 * PAGE - 100);
    EXPECT_OK(map(entry, PAGE, VM_FLAGS_RETURN_DATA_ADDR, 0, FALSE, BOTH, &place));
    EXPECT_EQ(place & (PAGE - 1), 100);
    EXPECT_EQ(strcmp((char *)place, "within"), 0);
    deallocate(place & ~(PAGE - 1), 2);
    EXPECT_OK(map(entry, PAGE, 0, 0, FALSE, BOTH, &place));
    EXPECT_EQ(byte(place), 1);
    deallocate(place, 1);
    size = PAGE;
    EXPECT_OK(make(4, &size, MAP_MEM_USE_DATA_ADDR | BOTH, entry, &part));
    EXPECT_OK(map(part, 2, VM_FLAGS_RETURN_DATA_ADDR, 0, FALSE, BOTH, &place));
    EXPECT_EQ(byte(place), 'i');
    deallocate(place & ~(PAGE - 1), 1);
    release(part);
    release(entry);
    size = PAGE;
    EXPECT_OK(make(memory + 100, &size, MAP_MEM_VM_COPY | MAP_MEM_USE_DATA_ADDR | BOTH,
                   MACH_PORT_NULL, &entry));
    EXPECT_OK(map(entry, PAGE, VM_FLAGS_RETURN_DATA_ADDR, 0, FALSE, BOTH, &place));
    EXPECT_EQ(strcmp((char *)place, "within"), 0);
    deallocate(place & ~(PAGE - 1), 2);
    release(entry);
    size = PAGE;
    EXPECT_OK(make(memory + 100, &size, MAP_MEM_4K_DATA_ADDR | BOTH, MACH_PORT_NULL, &entry));
    EXPECT_EQ(size, 2 * PAGE);
    release(entry);
    deallocate(memory, 2);
}

CASE(a_cache_mode_can_be_noted)
{
    mach_port_t entry = entry_for(0, PAGE, MAP_MEM_NAMED_CREATE | BOTH, MACH_PORT_NULL), none;
    mach_port_t readable = entry_for(0, PAGE, VM_PROT_READ, entry);
    memory_object_size_t size = 0;
    int combined = MAP_MEM_ONLY;
    SET_MAP_MEM(MAP_MEM_WCOMB, combined);
    EXPECT_OK(make(0, &size, combined, entry, &none));
    EXPECT_EQ(none, MACH_PORT_NULL);
    EXPECT_EQ(refused(0, 0, combined, readable), KERN_INVALID_RIGHT);
    EXPECT_EQ(refused(0, 0, combined, MACH_PORT_NULL), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(refused(0, 0, combined | MAP_MEM_USE_DATA_ADDR, entry), KERN_INVALID_ARGUMENT);
    release(readable);
    release(entry);
}

CASE(what_cannot_be_made_is_refused)
{
    mach_vm_address_t memory = allocate(1, 0);
    mach_port_t host = mach_host_self(), entry;
    memory_object_size_t size = PAGE;
    EXPECT_EQ(refused(memory, PAGE, 0x100 | BOTH, MACH_PORT_NULL), KERN_INVALID_VALUE);
    EXPECT_EQ(refused(memory, 0, BOTH, MACH_PORT_NULL), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(refused(memory, 0, MAP_MEM_VM_COPY | BOTH, MACH_PORT_NULL), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(refused(memory, UINT64_MAX, BOTH, MACH_PORT_NULL), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(refused(memory, PAGE, BOTH, host), KERN_INVALID_RIGHT);
    EXPECT_EQ(refused(0, PAGE, MAP_MEM_NAMED_CREATE | MAP_MEM_USE_DATA_ADDR | BOTH, MACH_PORT_NULL),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(
        refused(0, PAGE, MAP_MEM_NAMED_CREATE | MAP_MEM_PURGABLE | VM_PROT_READ, MACH_PORT_NULL),
        KERN_INVALID_ARGUMENT);
    EXPECT_EQ(mach_make_memory_entry_64(host, &size, memory, BOTH, &entry, MACH_PORT_NULL),
              KERN_INVALID_TASK);
    EXPECT_EQ(mach_make_memory_entry_64(host, &size, memory, MAP_MEM_VM_COPY | BOTH, &entry,
                                        MACH_PORT_NULL),
              KERN_INVALID_TASK);
    EXPECT_EQ(_mach_make_memory_entry(host, &size, memory, BOTH, &entry, MACH_PORT_NULL),
              KERN_INVALID_TASK);
    EXPECT_EQ(_mach_make_memory_entry(SELF, &size, memory, 0x100, &entry, MACH_PORT_NULL),
              KERN_INVALID_VALUE);
    size = 0;
    EXPECT_EQ(_mach_make_memory_entry(SELF, &size, memory, BOTH, &entry, MACH_PORT_NULL),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(
        _mach_make_memory_entry(SELF, &(memory_object_size_t){ PAGE }, memory, BOTH, &entry, host),
        KERN_INVALID_RIGHT);
    EXPECT_EQ(_mach_make_memory_entry(SELF, &(memory_object_size_t){ PAGE }, memory,
                                      VM_PROT_EXECUTE, &entry, MACH_PORT_NULL),
              KERN_PROTECTION_FAILURE);
    EXPECT_EQ(_mach_make_memory_entry(SELF, &(memory_object_size_t){ UINT64_C(1) << 46 }, 0,
                                      MAP_MEM_NAMED_CREATE | BOTH, &entry, MACH_PORT_NULL),
              KERN_FAILURE);
    deallocate(memory, 1);
    EXPECT_EQ(_mach_make_memory_entry(SELF, &(memory_object_size_t){ PAGE }, memory, BOTH, &entry,
                                      MACH_PORT_NULL),
              KERN_INVALID_ADDRESS);
    release(host);
}

CASE(the_old_calls_refuse_the_same)
{
    mach_port_t host = mach_host_self(), entry;
    vm_address_t place = 0;
    vm_size_t size = PAGE;
    EXPECT_EQ(mach_make_memory_entry(host, &size, 0, BOTH, &entry, MACH_PORT_NULL),
              KERN_INVALID_TASK);
    EXPECT_EQ(mach_make_memory_entry(SELF, &size, 0, 0x100, &entry, MACH_PORT_NULL),
              KERN_INVALID_VALUE);
    EXPECT_EQ(mach_make_memory_entry(SELF, &size, 0, MAP_MEM_ONLY | BOTH, &entry, MACH_PORT_NULL),
              KERN_INVALID_ARGUMENT);
    EXPECT_EQ(vm_map(SELF, &place, PAGE, 0, VM_FLAGS_ANYWHERE, host, 0, FALSE, BOTH, BOTH,
                     VM_INHERIT_NONE),
              KERN_INVALID_OBJECT);
    EXPECT_EQ(vm_map_64(SELF, &place, PAGE, 0, VM_FLAGS_ANYWHERE, host, 0, FALSE, BOTH, BOTH,
                        VM_INHERIT_NONE),
              KERN_INVALID_OBJECT);
    entry = entry_for(0, PAGE, MAP_MEM_NAMED_CREATE | VM_PROT_READ, MACH_PORT_NULL);
    EXPECT_EQ(vm_map(SELF, &place, PAGE, 0, VM_FLAGS_ANYWHERE, entry, 0, FALSE, BOTH, BOTH,
                     VM_INHERIT_NONE),
              KERN_INVALID_RIGHT);
    release(entry);
    release(host);
}
