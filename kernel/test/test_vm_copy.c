/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Copies: out-of-line data on its way from one map to another, and over existing memory.
 */
#include <test/test_vm.h>

#include <vm/vm_shadow.h>

/* Send [ADDRESS, ADDRESS + SIZE) of FROM to TO.  Returns: where it arrived, 0 if it did not. */
static virt_addr_t transfer(struct vm_map *from, virt_addr_t address, uint64_t size, bool destroy,
                            struct vm_map *to)
{
    struct vm_map_copy *copy;
    virt_addr_t arrived;
    if (vm_map_copyin(from, address, size, destroy, &copy) != KERN_SUCCESS) {
        return 0;
    }
    if (vm_map_copyout(to, &arrived, copy) != KERN_SUCCESS) {
        vm_map_copy_discard(copy);
        return 0;
    }
    return arrived;
}

/* Bytes that are written and read at a time. */
#define PIECE 256

/* Fill SIZE bytes at ADDRESS with VALUE. */
static bool fill_bytes(struct vm_map *map, virt_addr_t address, uint64_t size, unsigned char value)
{
    unsigned char piece[PIECE];
    memset(piece, value, sizeof(piece));
    for (uint64_t i = 0; i < size; i += PIECE) {
        uint64_t length = size - i < PIECE ? size - i : PIECE;
        if (vm_map_write_bytes(map, address + i, piece, length) != KERN_SUCCESS) {
            return false;
        }
    }
    return true;
}

/* How many of the SIZE bytes at ADDRESS are VALUE. */
static uint64_t count_bytes(struct vm_map *map, virt_addr_t address, uint64_t size,
                            unsigned char value)
{
    uint64_t count = 0;
    unsigned char piece[PIECE];
    for (uint64_t i = 0; i < size; i += PIECE) {
        uint64_t length = size - i < PIECE ? size - i : PIECE;
        if (vm_map_read_bytes(map, address + i, piece, length) != KERN_SUCCESS) {
            return count;
        }
        for (uint64_t k = 0; k < length; k++) {
            count += piece[k] == value;
        }
    }
    return count;
}

KTEST(vm_copy_is_a_snapshot)
{
    struct vm_map *sender = vm_map_create();
    struct vm_map *receiver = vm_map_create();
    virt_addr_t address = test_allocate(sender, PAGES(6));
    EXPECT(test_fill(sender, address, 6, 1));
    virt_addr_t arrived = transfer(sender, address + PAGES(1), PAGES(4), false, receiver);
    EXPECT(arrived != 0);
    EXPECT(test_fill(sender, address, 6, 100));
    EXPECT(test_shows(receiver, arrived, 4, 2));
    EXPECT(test_fill(receiver, arrived, 4, 50));
    EXPECT(test_shows(sender, address, 6, 100));
    vm_map_check(sender);
    vm_map_check(receiver);
    vm_map_deallocate(sender);
    EXPECT(test_shows(receiver, arrived, 4, 50));
    vm_map_deallocate(receiver);
}

/* Write all, send, drop unread: each round must end with as many objects and pages as the last. */
KTEST(vm_copy_repeated_transfer_needs_nothing_new)
{
    struct vm_map *sender = vm_map_create();
    struct vm_map *receiver = vm_map_create();
    virt_addr_t address = test_allocate(sender, PAGES(16));
    uint64_t objects = 0;
    uint64_t pages = 0;
    for (uint32_t i = 0; i < 20; i++) {
        EXPECT(test_fill(sender, address, 16, (unsigned char)i));
        virt_addr_t arrived = transfer(sender, address, PAGES(16), false, receiver);
        EXPECT_EQ(mach_vm_deallocate(receiver, arrived, PAGES(16)), KERN_SUCCESS);
        if (i == 0) {
            objects = test_in_use("vm_object");
            pages = vm_page_free_count();
        }
    }
    EXPECT_EQ(test_in_use("vm_object"), objects);
    EXPECT_EQ(vm_page_free_count(), pages);
    EXPECT_EQ(vm_object_chain_length(test_entry(sender, address)->object), 0);
    vm_map_deallocate(sender);
    vm_map_deallocate(receiver);
}

/* The same with a part of an entry, and a receiver who keeps the last copy until the next comes. */
KTEST(vm_copy_chains_stay_short_in_cycles)
{
    struct vm_map *sender = vm_map_create();
    struct vm_map *receiver = vm_map_create();
    virt_addr_t address = test_allocate(sender, PAGES(16));
    virt_addr_t last = 0;
    for (uint32_t i = 0; i < 40; i++) {
        EXPECT(test_fill(sender, address + PAGES(i % 8), 2, (unsigned char)i));
        virt_addr_t arrived = transfer(sender, address, PAGES(8), false, receiver);
        EXPECT(test_shows(receiver, arrived + PAGES(i % 8), i % 8 < 7 ? 2 : 1, (unsigned char)i));
        if (last != 0) {
            EXPECT_EQ(mach_vm_deallocate(receiver, last, PAGES(8)), KERN_SUCCESS);
        }
        last = arrived;
        EXPECT(vm_object_chain_length(test_entry(sender, address)->object) <= 3);
    }
    vm_map_check(sender);
    vm_map_deallocate(sender);
    vm_map_deallocate(receiver);
}

/* Sizes and alignments from one byte to many pages: the receiver gets the bytes and only zeros
 * around them. */
KTEST(vm_copy_shows_no_byte_beyond_the_range)
{
    static const struct {
        uint64_t offset;
        uint64_t size;
    } cases[] = {
        { 0, 1 },
        { 5, 100 },
        { 4000, 200 },
        { 100, 4096 },
        { 0, 5000 },
        { 4095, 2 },
        { 1, 3 * 4096 },
        { 4095, 3 * 4096 + 2 },
        { 0, 3 * 4096 + 1 },
        { 7, 4 * 4096 - 7 },
    };
    struct vm_map *receiver = vm_map_create();
    for (uint32_t i = 0; i < 2 * ARRAY_SIZE(cases); i++) {
        bool destroy = i >= ARRAY_SIZE(cases);
        uint64_t offset = cases[i % ARRAY_SIZE(cases)].offset;
        uint64_t size = cases[i % ARRAY_SIZE(cases)].size;
        struct vm_map *sender = vm_map_create();
        virt_addr_t address = test_allocate(sender, PAGES(6));
        EXPECT(fill_bytes(sender, address, PAGES(6), 0xaa));
        EXPECT(fill_bytes(sender, address + offset, size, 0x55));
        virt_addr_t arrived = transfer(sender, address + offset, size, destroy, receiver);
        virt_addr_t page = arrived & ~PAGE_MASK;
        virt_addr_t end = (arrived + size + PAGE_MASK) & ~PAGE_MASK;
        EXPECT_EQ(count_bytes(receiver, arrived, size, 0x55), size);
        EXPECT_EQ(count_bytes(receiver, page, end - page, 0), end - page - size);
        uint64_t gone = ((offset + size + PAGE_MASK) & ~PAGE_MASK) - (offset & ~PAGE_MASK);
        EXPECT_EQ(sender->size, PAGES(6) - (destroy ? gone : 0));
        vm_map_check(sender);
        vm_map_check(receiver);
        EXPECT_EQ(mach_vm_deallocate(receiver, arrived, size), KERN_SUCCESS);
        EXPECT_EQ(receiver->size, 0);
        vm_map_deallocate(sender);
    }
    vm_map_deallocate(receiver);
}

KTEST(vm_copy_moved_pages_are_not_copied)
{
    struct vm_map *sender = vm_map_create();
    struct vm_map *receiver = vm_map_create();
    virt_addr_t address = test_allocate(sender, PAGES(8));
    EXPECT(test_fill(sender, address, 8, 1));
    virt_addr_t arrived = transfer(sender, address + PAGES(2), PAGES(4), true, receiver);
    EXPECT_EQ(test_read(sender, address + PAGES(2)), -1);
    EXPECT(test_shows(sender, address, 2, 1) && test_shows(sender, address + PAGES(6), 2, 7));
    EXPECT_EQ(test_read(receiver, arrived), 3);
    uint64_t free_before = vm_page_free_count();
    EXPECT(test_fill(receiver, arrived, 4, 30));
    EXPECT_EQ(vm_page_free_count(), free_before);
    vm_map_check(sender);
    vm_map_check(receiver);
    vm_map_deallocate(sender);
    EXPECT(test_shows(receiver, arrived, 4, 30));
    vm_map_deallocate(receiver);
}

/* Moving memory that is shared gives the receiver a copy, not a share. */
KTEST(vm_copy_moved_shared_memory_is_a_copy)
{
    struct vm_map *sender = vm_map_create();
    virt_addr_t address = test_allocate(sender, PAGES(3));
    EXPECT(test_fill(sender, address, 3, 1));
    EXPECT_EQ(mach_vm_inherit(sender, address, PAGES(3), VM_INHERIT_SHARE), KERN_SUCCESS);
    struct vm_map *sharer = vm_map_fork(sender);
    virt_addr_t arrived = transfer(sender, address, PAGES(3), true, sender);
    EXPECT(test_fill(sharer, address, 3, 50));
    EXPECT(test_shows(sender, arrived, 3, 1));
    vm_map_deallocate(sharer);
    vm_map_deallocate(sender);
}

KTEST(vm_copy_bad_ranges_are_refused)
{
    struct vm_map *map = vm_map_create();
    struct vm_map_copy *copy;
    virt_addr_t address = test_allocate(map, PAGES(4));
    EXPECT_EQ(mach_vm_deallocate(map, address + PAGES(2), PAGES(1)), KERN_SUCCESS);
    EXPECT_EQ(vm_map_copyin(map, address, PAGES(4), false, &copy), KERN_INVALID_ADDRESS);
    EXPECT_EQ(vm_map_copyin(map, address, PAGES(4), true, &copy), KERN_INVALID_ADDRESS);
    EXPECT_EQ(vm_map_copyin(map, address + PAGES(2) - 5, 10, false, &copy), KERN_INVALID_ADDRESS);
    EXPECT_EQ(vm_map_copyin(map, UINT64_MAX - 5, 10, false, &copy), KERN_INVALID_ADDRESS);
    EXPECT_EQ(vm_map_copyin(map, address, UINT64_MAX, false, &copy), KERN_INVALID_ADDRESS);
    EXPECT_EQ(vm_map_copyin(map, 0, PAGES(1), false, &copy), KERN_INVALID_ADDRESS);
    EXPECT_EQ(mach_vm_protect(map, address, PAGES(1), 0, VM_PROT_NONE), KERN_SUCCESS);
    EXPECT_EQ(vm_map_copyin(map, address, PAGES(2), false, &copy), KERN_PROTECTION_FAILURE);
    EXPECT_EQ(vm_map_copyin(map, address, 7, false, &copy), KERN_PROTECTION_FAILURE);
    EXPECT_EQ(vm_map_copyin(map, address, 0, false, &copy), KERN_SUCCESS);
    EXPECT(copy == nullptr);
    vm_map_copy_discard(copy);
    vm_map_check(map);
    vm_map_deallocate(map);
}

KTEST(vm_copy_of_kernel_data)
{
    static unsigned char data[3 * PAGE_SIZE + 10];
    static unsigned char answer[sizeof(data)];
    struct vm_map *map = vm_map_create();
    struct vm_map_copy *copy;
    virt_addr_t address;
    for (uint64_t i = 0; i < sizeof(data); i++) {
        data[i] = (unsigned char)(i * 7);
    }
    EXPECT_EQ(vm_map_copyin_kernel(data, sizeof(data), &copy), KERN_SUCCESS);
    EXPECT_EQ(vm_map_copy_read(copy, answer, sizeof(answer)), KERN_SUCCESS);
    EXPECT_EQ(memcmp(data, answer, sizeof(data)), 0);
    EXPECT_EQ(vm_map_copyout(map, &address, copy), KERN_SUCCESS);
    memset(answer, 0, sizeof(answer));
    EXPECT_EQ(vm_map_read_bytes(map, address, answer, sizeof(answer)), KERN_SUCCESS);
    EXPECT_EQ(memcmp(data, answer, sizeof(data)), 0);
    EXPECT_EQ(vm_map_copyin(map, address + 3, sizeof(data) - 3, false, &copy), KERN_SUCCESS);
    EXPECT_EQ(vm_map_copy_read(copy, answer, sizeof(data) - 3), KERN_SUCCESS);
    EXPECT_EQ(memcmp(data + 3, answer, sizeof(data) - 3), 0);
    vm_map_copy_discard(copy);
    vm_map_deallocate(map);
}

/* Over whole pages by reference, over others by bytes; both are copies. */
KTEST(vm_copy_overwrites)
{
    static const uint64_t targets[] = { PAGES(10), PAGES(10) + 24 };
    struct vm_map *map = vm_map_create();
    virt_addr_t address = test_allocate(map, PAGES(20));
    for (uint32_t i = 0; i < ARRAY_SIZE(targets); i++) {
        virt_addr_t target = address + targets[i];
        EXPECT(test_fill(map, address, 20, 1));
        EXPECT_EQ(mach_vm_protect(map, address + PAGES(1), PAGES(1), 0, VM_PROT_READ),
                  KERN_SUCCESS);
        EXPECT_EQ(mach_vm_copy(map, address, PAGES(4), target), KERN_SUCCESS);
        EXPECT(test_shows(map, target, 4, 1));
        EXPECT_EQ(mach_vm_protect(map, address + PAGES(1), PAGES(1), 0, VM_PROT_DEFAULT),
                  KERN_SUCCESS);
        EXPECT(test_fill(map, address, 4, 60));
        EXPECT(test_shows(map, target, 4, 1));
        EXPECT(
            test_shows(map, address + PAGES(14) + (i == 0 ? 0 : PAGE_SIZE), 4, i == 0 ? 15 : 16));
        vm_map_check(map);
    }
    EXPECT_EQ(mach_vm_copy(map, address, PAGES(4), address + PAGES(18)), KERN_INVALID_ADDRESS);
    EXPECT_EQ(mach_vm_protect(map, address + PAGES(2), PAGES(1), 0, VM_PROT_READ), KERN_SUCCESS);
    EXPECT_EQ(mach_vm_copy(map, address + PAGES(5), PAGES(4), address), KERN_PROTECTION_FAILURE);
    vm_map_deallocate(map);
}

/* What overlaps is copied as it was. */
KTEST(vm_copy_onto_itself)
{
    struct vm_map *map = vm_map_create();
    virt_addr_t address = test_allocate(map, PAGES(8));
    EXPECT(test_fill(map, address, 8, 1));
    EXPECT_EQ(mach_vm_copy(map, address, PAGES(6), address + PAGES(2)), KERN_SUCCESS);
    EXPECT(test_shows(map, address, 2, 1));
    EXPECT(test_shows(map, address + PAGES(2), 6, 1));
    EXPECT_EQ(mach_vm_copy(map, address, PAGES(4), address), KERN_SUCCESS);
    EXPECT(test_shows(map, address + PAGES(2), 6, 1));
    vm_map_check(map);
    vm_map_deallocate(map);
}

/* One transfer with a failure somewhere.  The sender's memory is intact unless it has moved. */
static void transfer_with_failure(struct vm_map *receiver, bool destroy)
{
    struct vm_map *sender = vm_map_create();
    virt_addr_t address = sender == nullptr ? 0 : test_allocate(sender, PAGES(8));
    bool is_filled = address != 0 && test_fill(sender, address, 8, 1);
    if (is_filled &&
        mach_vm_inherit(sender, address + PAGES(3), PAGES(1), VM_INHERIT_NONE) == KERN_SUCCESS) {
        virt_addr_t arrived = transfer(sender, address + 100, PAGES(6), destroy, receiver);
        EXPECT(arrived != 0 || ktest_failure_happened());
        zone_fail_after(-1);
        EXPECT(arrived == 0 || test_shows(receiver, arrived - 100 + PAGES(1), 5, 2));
        EXPECT(sender->size == PAGES(8) ? test_shows(sender, address, 8, 1) : destroy);
        EXPECT_EQ(mach_vm_deallocate(receiver, arrived, arrived == 0 ? 0 : PAGES(6)), KERN_SUCCESS);
    }
    if (sender != nullptr) {
        vm_map_check(sender);
    }
    vm_map_check(receiver);
    vm_map_deallocate(sender);
}

/* Every allocation of a transfer fails once: nothing is lost, nothing left. */
KTEST(vm_copy_failures_leave_the_sender_whole)
{
    struct vm_map *receiver = vm_map_create();
    for (uint32_t destroy = 0; destroy < 2; destroy++) {
        for (struct ktest_failures f = ktest_failures_begin(); ktest_failures_next(&f);) {
            transfer_with_failure(receiver, destroy != 0);
        }
    }
    vm_map_deallocate(receiver);
}
