/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The array of pages.  It is indexed by frame number from 0 to the highest RAM, holes included:
 * 1.4 % of memory on a machine without large holes, and every lookup is one multiplication.  It
 * lies at the end of the highest range that holds it, which leaves the low memory, that some
 * devices need, to the allocator.
 */
#include <mem/vm_page.h>

#include <lib/assert.h>
#include <lib/string.h>
#include <arch/boot_info.h>
#include <mem/alloc_failure.h>
#include <mem/kalloc.h>
#include <mem/kernel_stack.h>
#include <mem/page_alloc.h>
#include <mem/quota.h>

struct vm_page *vm_page_array;
uint64_t vm_page_array_length;

/* The reserve is one page in 64, 4 MiB at most. */
#define RESERVE_FRACTION 64
#define RESERVE_MAX      UINT64_C(1024)

static uint64_t total_pages;
static uint64_t reserve_pages; /* constant after vm_page_init() */

/* Where the array goes: the end of the highest boot range of at least SIZE bytes. */
static phys_addr_t array_place(uint64_t size)
{
    for (uint32_t i = boot_info.memory_count; i-- > 0;) {
        const struct boot_memory *range = &boot_info.memory[i];
        if (range->end - range->start >= size) {
            return range->end - size;
        }
    }
    panic("no memory range has %lu KiB for the array of pages", (unsigned long)(size / 1024));
}

/* Mark [START, END) as pages that are in use by the kernel. */
static void range_mark_kernel(phys_addr_t start, phys_addr_t end)
{
    for (uint64_t frame = start >> PAGE_SHIFT; frame < end >> PAGE_SHIFT; frame++) {
        assert(vm_page_array[frame].state == VM_PAGE_RESERVED);
        vm_page_array[frame].state = VM_PAGE_KERNEL;
    }
    total_pages += (end - start) >> PAGE_SHIFT;
}

/* Give [START, END) to the allocator. */
static void range_add(phys_addr_t start, phys_addr_t end)
{
    page_alloc_add_range(start >> PAGE_SHIFT, end >> PAGE_SHIFT);
    total_pages += (end - start) >> PAGE_SHIFT;
}

void vm_page_init(void)
{
    uint64_t length = (boot_info.highest_ram + PAGE_MASK) >> PAGE_SHIFT;
    uint64_t size = (length * sizeof(struct vm_page) + PAGE_MASK) & ~PAGE_MASK;
    phys_addr_t place = array_place(size);
    vm_page_array = memset(phys_to_virt(place), 0, size);
    vm_page_array_length = length;

    page_alloc_init();
    for (uint32_t i = 0; i < boot_info.memory_count; i++) {
        const struct boot_memory *range = &boot_info.memory[i];
        assert(((range->start | range->end) & PAGE_MASK) == 0);
        assert(range->end <= length << PAGE_SHIFT);
        bool has_array = place >= range->start && place < range->end;
        range_add(range->start, has_array ? place : range->end);
    }
    range_mark_kernel(place, place + size);
    uint64_t reserve = total_pages / RESERVE_FRACTION;
    reserve_pages = reserve < RESERVE_MAX ? reserve : RESERVE_MAX;
    kalloc_init();
    quota_init();
    kernel_stack_init();
}

void vm_page_adopt_range(phys_addr_t start, phys_addr_t end)
{
    assert(((start | end) & PAGE_MASK) == 0);
    assert(start <= end && end <= vm_page_array_length << PAGE_SHIFT);
    range_mark_kernel(start, end);
}

uint64_t vm_page_total(void)
{
    return total_pages;
}

bool vm_page_is_scarce(void)
{
    return page_alloc_free_in_blocks() < reserve_pages;
}
