/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pages and blocks of pages.
 */
#include <test/ktest.h>

#include <lib/string.h>
#include <arch/boot_info.h>
#include <arch/cpu.h>
#include <mem/vm_page.h>
#include <mem/zone.h>

#define MANY 200

KTEST(vm_page_is_found_by_address)
{
    struct vm_page *page = vm_page_allocate();
    if (!EXPECT(page != nullptr)) {
        return;
    }
    phys_addr_t physical = vm_page_physical(page);
    EXPECT_EQ(physical & PAGE_MASK, 0);
    EXPECT_EQ(vm_page_lookup_physical(physical), page);
    EXPECT_EQ(vm_page_lookup_physical(physical + PAGE_SIZE - 1), page);
    EXPECT_EQ(phys_to_virt(physical), vm_page_data(page));
    EXPECT_EQ(page->state, VM_PAGE_KERNEL);
    vm_page_free(page);
    EXPECT_EQ(page->state, VM_PAGE_FREE);
}

KTEST(vm_page_lookup_refuses_what_is_no_ram)
{
    EXPECT_EQ(vm_page_lookup_physical(boot_info.highest_ram + PAGE_SIZE), nullptr);
    EXPECT_EQ(vm_page_lookup_physical(UINT64_MAX), nullptr);
}

KTEST(vm_page_allocations_are_distinct_and_counted)
{
    static struct vm_page *pages[MANY];
    uint64_t free_before = vm_page_free_count();
    for (uint32_t i = 0; i < MANY; i++) {
        pages[i] = vm_page_allocate();
        if (!EXPECT(pages[i] != nullptr)) {
            return;
        }
        memset(vm_page_data(pages[i]), (int)i, PAGE_SIZE);
    }
    EXPECT_EQ(vm_page_free_count(), free_before - MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        const uint8_t *bytes = vm_page_data(pages[i]);
        EXPECT_EQ(bytes[0], (uint8_t)i);
        EXPECT_EQ(bytes[PAGE_SIZE - 1], (uint8_t)i);
        vm_page_free(pages[i]);
    }
    EXPECT_EQ(vm_page_free_count(), free_before);
}

KTEST(vm_page_zeroed_is_zero)
{
    struct vm_page *page = vm_page_allocate();
    if (!EXPECT(page != nullptr)) {
        return;
    }
    memset(vm_page_data(page), 0xff, PAGE_SIZE);
    vm_page_free(page);
    struct vm_page *zeroed = vm_page_allocate_zeroed();
    EXPECT_EQ(zeroed, page);
    const uint64_t *words = vm_page_data(zeroed);
    for (uint32_t i = 0; i < PAGE_SIZE / sizeof(*words); i++) {
        if (!EXPECT_EQ(words[i], 0)) {
            break;
        }
    }
    vm_page_free(zeroed);
}

KTEST(vm_page_blocks_are_aligned_and_merge_again)
{
    static struct vm_page *blocks[VM_PAGE_ORDER_MAX + 1];
    uint64_t free_before = vm_page_free_count();
    for (uint32_t order = 0; order <= 10; order++) {
        blocks[order] = vm_page_allocate_block(order);
        if (!EXPECT(blocks[order] != nullptr)) {
            return;
        }
        EXPECT_EQ(vm_page_physical(blocks[order]) & ((PAGE_SIZE << order) - 1), 0);
        EXPECT_EQ(blocks[order][(1u << order) - 1].state, VM_PAGE_KERNEL);
        memset(vm_page_data(blocks[order]), 0xff, PAGE_SIZE << order);
    }
    EXPECT_EQ(vm_page_free_count(), free_before - 2047);
    for (uint32_t order = 0; order <= 10; order++) {
        vm_page_free_block(blocks[order], order);
    }
    EXPECT_EQ(vm_page_free_count(), free_before);
    /* Were the pieces not merged, taking and freeing all of them would use up the large ones. */
    for (uint32_t round = 0; round < 64; round++) {
        struct vm_page *large = vm_page_allocate_block(10);
        if (!EXPECT(large != nullptr)) {
            return;
        }
        for (uint32_t i = 0; i < 1024; i++) {
            vm_page_free_block(&large[i ^ 1], 0);
        }
    }
    EXPECT_EQ(vm_page_free_count(), free_before);
}

KTEST(vm_page_exhaustion_is_an_answer)
{
    struct vm_page *chain = nullptr;
    uint64_t taken = 0;
    uint64_t free_before = vm_page_free_count();
    struct vm_page *page;
    while ((page = vm_page_allocate()) != nullptr) {
        page->object = (struct vm_object *)chain;
        chain = page;
        taken++;
    }
    /* Nothing is left but what other processors keep for themselves. */
    EXPECT_EQ(vm_page_free_count(), free_before - taken);
    EXPECT(vm_page_free_count() <= 32 * (cpu_count() - 1));
    EXPECT_EQ(vm_page_allocate_block(0), nullptr);
    while (chain != nullptr) {
        page = chain;
        chain = (struct vm_page *)page->object;
        page->object = nullptr;
        vm_page_free(page);
    }
    EXPECT_EQ(vm_page_free_count(), free_before);
    EXPECT(vm_page_free_count() <= vm_page_total());
}

KTEST(vm_page_injected_failure_hits_once)
{
    for (struct ktest_failures f = ktest_failures_begin(); ktest_failures_next(&f);) {
        struct vm_page *page = vm_page_allocate();
        struct vm_page *block = vm_page_allocate_block(2);
        EXPECT_EQ(page == nullptr || block == nullptr, ktest_failure_happened());
        if (page != nullptr) {
            vm_page_free(page);
        }
        if (block != nullptr) {
            vm_page_free_block(block, 2);
        }
    }
}
