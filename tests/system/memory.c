/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Virtual memory between tasks: inheritance, copy-on-write, protection, reading and writing another
 * task's memory, memory entries.
 */
#include <string.h>

#include <mach/mach_vm.h>

#include "systest.h"

#define PAGE UINT64_C(4096)

static volatile char *allocate(mach_vm_size_t size)
{
    mach_vm_address_t address = 0;
    EXPECT_OK(mach_vm_allocate(mach_task_self(), &address, size, VM_FLAGS_ANYWHERE));
    return (volatile char *)address;
}

static void deallocate(volatile void *address, mach_vm_size_t size)
{
    EXPECT_OK(mach_vm_deallocate(mach_task_self(), (mach_vm_address_t)address, size));
}

/* The byte at ADDRESS of TASK; -1 if it cannot be read. */
static int peek(mach_port_t task, volatile void *address)
{
    char byte;
    mach_vm_size_t size = 1;
    return mach_vm_read_overwrite(task, (mach_vm_address_t)address, 1, (mach_vm_address_t)&byte,
                                  &size) == KERN_SUCCESS
               ? byte
               : -1;
}

static kern_return_t poke(mach_port_t task, volatile void *address, char byte)
{
    return mach_vm_write(task, (mach_vm_address_t)address, (vm_offset_t)&byte, 1);
}

static kern_return_t protect(volatile void *address, mach_vm_size_t size, bool maximum,
                             vm_prot_t protection)
{
    return mach_vm_protect(mach_task_self(), (mach_vm_address_t)address, size, maximum, protection);
}

CASE(fresh_memory_is_zero_and_fixed_requests_are_obeyed)
{
    mach_vm_address_t address = 0x300000000000;
    EXPECT_OK(mach_vm_allocate(mach_task_self(), &address, 3 * PAGE, VM_FLAGS_FIXED));
    EXPECT_EQ(address, 0x300000000000);
    const char *memory = (const char *)address;
    for (uint32_t i = 0; i < 3 * PAGE; i++) {
        EXPECT_EQ(memory[i], 0);
    }
    EXPECT_EQ(mach_vm_allocate(mach_task_self(), &address, PAGE, VM_FLAGS_FIXED), KERN_NO_SPACE);
    deallocate((void *)address, 3 * PAGE);
    address = 0xffff800000000000;
    EXPECT_EQ(mach_vm_allocate(mach_task_self(), &address, PAGE, VM_FLAGS_FIXED),
              KERN_INVALID_ADDRESS);
    address = 0;
    EXPECT(mach_vm_allocate(mach_task_self(), &address, ~UINT64_C(0) & ~(PAGE - 1),
                            VM_FLAGS_ANYWHERE) != KERN_SUCCESS);
}

CASE(inheritance_copies_shares_or_leaves_out)
{
    task_t child;
    volatile char *memory = allocate(3 * PAGE);
    memory[0] = memory[PAGE] = memory[2 * PAGE] = 1;
    EXPECT_OK(mach_vm_inherit(mach_task_self(), (mach_vm_address_t)memory + PAGE, PAGE,
                              VM_INHERIT_SHARE));
    EXPECT_OK(mach_vm_inherit(mach_task_self(), (mach_vm_address_t)memory + 2 * PAGE, PAGE,
                              VM_INHERIT_NONE));
    EXPECT_OK(task_create(mach_task_self(), NULL, 0, TRUE, &child));
    EXPECT_EQ(peek(child, memory), 1);
    EXPECT_EQ(peek(child, memory + PAGE), 1);
    EXPECT_EQ(peek(child, memory + 2 * PAGE), -1);
    memory[0] = memory[PAGE] = 2;
    EXPECT_EQ(peek(child, memory), 1);
    EXPECT_EQ(peek(child, memory + PAGE), 2);
    EXPECT_OK(poke(child, memory, 3));
    EXPECT_OK(poke(child, memory + PAGE, 4));
    EXPECT_EQ(memory[0], 2);
    EXPECT_EQ(memory[PAGE], 4);
    EXPECT_OK(task_terminate(child));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), child));
    deallocate(memory, 3 * PAGE);
}

CASE(generations_of_copies_stay_apart)
{
    enum {
        DEPTH = 6
    };
    task_t tasks[DEPTH];
    volatile char *memory = allocate(4 * PAGE);
    memory[0] = 100;
    for (int i = 0; i < DEPTH; i++) {
        task_t parent = i == 0 ? mach_task_self() : tasks[i - 1];
        EXPECT_OK(task_create(parent, NULL, 0, TRUE, &tasks[i]));
        EXPECT_EQ(peek(tasks[i], memory), 100 + i);
        EXPECT_OK(poke(tasks[i], memory, (char)(101 + i)));
        EXPECT_OK(poke(tasks[i], memory + PAGE, (char)i));
    }
    EXPECT_EQ(memory[0], 100);
    for (int i = DEPTH - 1; i >= 0; i--) {
        EXPECT_EQ(peek(tasks[i], memory), 101 + i);
        EXPECT_EQ(peek(tasks[i], memory + PAGE), i);
        EXPECT_OK(task_terminate(tasks[i]));
        EXPECT_OK(mach_port_deallocate(mach_task_self(), tasks[i]));
    }
    deallocate(memory, 4 * PAGE);
}

CASE(vm_copy_is_a_copy)
{
    volatile char *from = allocate(4 * PAGE), *to = allocate(4 * PAGE);
    for (uint32_t i = 0; i < 4 * PAGE; i++) {
        from[i] = (char)(i >> 5);
        to[i] = 1; /* what was there, and mapped, has to go */
    }
    EXPECT_OK(
        mach_vm_copy(mach_task_self(), (mach_vm_address_t)from, 4 * PAGE, (mach_vm_address_t)to));
    EXPECT(memcmp((char *)from, (char *)to, 4 * PAGE) == 0);
    from[PAGE] = 77;
    to[2 * PAGE] = 78;
    EXPECT_EQ(to[PAGE], (char)(PAGE >> 5));
    EXPECT_EQ(from[2 * PAGE], (char)(2 * PAGE >> 5));
    EXPECT_OK(protect(to, PAGE, false, VM_PROT_READ));
    EXPECT_EQ(mach_vm_copy(mach_task_self(), (mach_vm_address_t)from, PAGE, (mach_vm_address_t)to),
              KERN_PROTECTION_FAILURE);
    deallocate(from, 4 * PAGE);
    EXPECT_EQ(
        mach_vm_copy(mach_task_self(), (mach_vm_address_t)from, PAGE, (mach_vm_address_t)to + PAGE),
        KERN_INVALID_ADDRESS);
    deallocate(to, 4 * PAGE);
}

CASE(protection_binds_and_has_a_maximum)
{
    volatile char *memory = allocate(2 * PAGE);
    memory[0] = 5;
    EXPECT_OK(protect(memory, PAGE, false, VM_PROT_READ));
    EXPECT_EQ(poke(mach_task_self(), memory, 1), KERN_PROTECTION_FAILURE);
    /* The page is mapped: the processor has to be told, too. A trap writes as the program does. */
    EXPECT_EQ(_kernelrpc_mach_port_type_trap(mach_task_self(), mach_task_self(),
                                             (mach_port_type_t *)memory),
              KERN_INVALID_ADDRESS);
    EXPECT_EQ(memory[0], 5);
    EXPECT_OK(protect(memory, PAGE, false, VM_PROT_NONE));
    EXPECT_EQ(peek(mach_task_self(), memory), -1);
    EXPECT_OK(protect(memory, PAGE, false, VM_PROT_READ | VM_PROT_WRITE));
    memory[0] = 6;
    EXPECT_OK(protect(memory, PAGE, true, VM_PROT_READ));
    EXPECT_EQ(poke(mach_task_self(), memory, 7), KERN_PROTECTION_FAILURE);
    EXPECT_EQ(protect(memory, PAGE, false, VM_PROT_READ | VM_PROT_WRITE), KERN_PROTECTION_FAILURE);
    EXPECT_EQ(memory[0], 6);
    EXPECT_EQ(protect(memory, PAGE, false, 0x80), KERN_INVALID_ARGUMENT);
    deallocate(memory, 2 * PAGE);
    EXPECT_EQ(protect(memory, PAGE, false, VM_PROT_READ), KERN_INVALID_ADDRESS);
}

CASE(a_memory_entry_is_the_same_memory)
{
    memory_object_size_t size = 2 * PAGE - 5; /* becomes whole pages */
    mach_port_t entry = MACH_PORT_NULL;
    mach_vm_address_t again = 0;
    volatile char *memory = allocate(2 * PAGE);
    memory[PAGE] = 9;
    EXPECT_OK(mach_make_memory_entry_64(mach_task_self(), &size, (mach_vm_address_t)memory,
                                        VM_PROT_READ | VM_PROT_WRITE, &entry, MACH_PORT_NULL));
    EXPECT_EQ(size, 2 * PAGE);
    EXPECT_OK(mach_vm_map(mach_task_self(), &again, 2 * PAGE, 0, VM_FLAGS_ANYWHERE, entry, 0, FALSE,
                          VM_PROT_READ | VM_PROT_WRITE, VM_PROT_READ | VM_PROT_WRITE,
                          VM_INHERIT_SHARE));
    volatile char *other = (volatile char *)again;
    EXPECT_EQ(other[PAGE], 9);
    other[0] = 10;
    EXPECT_EQ(memory[0], 10);
    EXPECT_EQ(mach_vm_map(mach_task_self(), &again, PAGE, 0, VM_FLAGS_ANYWHERE, mach_task_self(), 0,
                          FALSE, VM_PROT_READ, VM_PROT_READ, VM_INHERIT_SHARE),
              KERN_INVALID_OBJECT);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), entry));
    deallocate(memory, 2 * PAGE);
    EXPECT_EQ(other[PAGE], 9);
    deallocate(other, 2 * PAGE);
}

/* An entry for SIZE bytes from OFFSET on: of the test's memory, or of PARENT. */
static kern_return_t make_entry(mach_port_t parent, uint64_t offset, memory_object_size_t size,
                                vm_prot_t protection, mach_port_t *entry)
{
    return mach_make_memory_entry_64(mach_task_self(), &size, offset, protection, entry, parent);
}

/* Map a page of ENTRY. */
static kern_return_t map_page(mach_port_t entry, vm_prot_t protection, vm_prot_t maximum,
                              mach_vm_address_t *address)
{
    *address = 0;
    return mach_vm_map(mach_task_self(), address, PAGE, 0, VM_FLAGS_ANYWHERE, entry, 0, FALSE,
                       protection, maximum, VM_INHERIT_NONE);
}

CASE(a_memory_entry_permits_no_more_than_it_was_made_for)
{
    const vm_prot_t both = VM_PROT_READ | VM_PROT_WRITE;
    mach_port_t entry, part;
    mach_vm_address_t address;
    volatile char *memory = allocate(2 * PAGE);
    memory[PAGE] = 9;
    EXPECT_OK(make_entry(MACH_PORT_NULL, (uint64_t)memory, 2 * PAGE, VM_PROT_READ, &entry));
    EXPECT_EQ(map_page(entry, both, both, &address), KERN_INVALID_RIGHT);
    EXPECT_EQ(map_page(entry, VM_PROT_READ, both, &address), KERN_INVALID_RIGHT);
    EXPECT_EQ(make_entry(entry, PAGE, 2 * PAGE, VM_PROT_READ, &part), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(make_entry(entry, ~(PAGE - 1), 2 * PAGE, VM_PROT_READ, &part), KERN_INVALID_ARGUMENT);
    EXPECT_EQ(make_entry(entry, PAGE, PAGE, both, &part), KERN_PROTECTION_FAILURE);
    EXPECT_OK(make_entry(entry, PAGE, PAGE, VM_PROT_READ, &part));
    if (EXPECT_OK(map_page(part, VM_PROT_READ, VM_PROT_READ, &address))) {
        EXPECT_EQ(*(volatile char *)address, 9);
        deallocate((void *)address, PAGE);
    }
    EXPECT_OK(mach_port_deallocate(mach_task_self(), part));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), entry));
    deallocate(memory, 2 * PAGE);
}

CASE(a_memory_entry_is_not_larger_than_memory_can_be)
{
    static const memory_object_size_t sizes[] = { UINT64_C(1) << 45, UINT64_C(1) << 63,
                                                  -(uint64_t)PAGE, UINT64_MAX };
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        memory_object_size_t size = sizes[i];
        mach_port_t entry = MACH_PORT_NULL;
        kern_return_t result = mach_make_memory_entry_64(mach_task_self(), &size, 0,
                                                         MAP_MEM_NAMED_CREATE | VM_PROT_DEFAULT,
                                                         &entry, MACH_PORT_NULL);
        EXPECT_EQ(result, i < 3 ? KERN_FAILURE : KERN_INVALID_ARGUMENT);
    }
}

CASE(remap_shares_or_copies)
{
    mach_vm_address_t shared = 0, copied = 0;
    vm_prot_t current, maximum;
    volatile char *memory = allocate(PAGE);
    memory[0] = 1;
    EXPECT_OK(mach_vm_remap(mach_task_self(), &shared, PAGE, 0, VM_FLAGS_ANYWHERE, mach_task_self(),
                            (mach_vm_address_t)memory, FALSE, &current, &maximum, VM_INHERIT_NONE));
    EXPECT_OK(mach_vm_remap(mach_task_self(), &copied, PAGE, 0, VM_FLAGS_ANYWHERE, mach_task_self(),
                            (mach_vm_address_t)memory, TRUE, &current, &maximum, VM_INHERIT_NONE));
    memory[0] = 2;
    EXPECT_EQ(*(volatile char *)shared, 2);
    EXPECT_EQ(*(volatile char *)copied, 1);
    deallocate(memory, PAGE);
    deallocate((void *)shared, PAGE);
    deallocate((void *)copied, PAGE);
}

CASE(much_memory_is_touched_and_given_back)
{
    enum {
        PAGES = 4096
    };
    for (int round = 0; round < 3; round++) {
        volatile char *memory = allocate(PAGES * PAGE);
        for (uint32_t i = 0; i < PAGES; i++) {
            EXPECT_EQ(memory[i * PAGE], 0);
            memory[i * PAGE] = 1;
        }
        deallocate(memory + PAGE, PAGE); /* in pieces */
        deallocate(memory, PAGES * PAGE);
    }
}
