/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel stacks.
 */
#include <test/ktest.h>

#include <lib/string.h>
#include <arch/context.h>
#include <mem/kernel_stack.h>
#include <mem/vm_page.h>

#define MANY 40
#define SPAN 80

KTEST(kernel_stack_is_memory_above_a_guard_page)
{
    char *stack = kernel_stack_allocate();
    if (!EXPECT(stack != nullptr)) {
        return;
    }
    uint64_t bottom = (uint64_t)stack;
    memset(stack, 0x5a, KERNEL_STACK_SIZE);
    phys_addr_t physical;
    EXPECT(pmap_extract(kernel_pmap, bottom, &physical));
    EXPECT(pmap_extract(kernel_pmap, bottom + KERNEL_STACK_SIZE - 1, &physical));
    EXPECT(!pmap_extract(kernel_pmap, bottom - 1, &physical));
    EXPECT(kernel_stack_guard_contains(bottom - 1));
    EXPECT(kernel_stack_guard_contains(bottom - PAGE_SIZE));
    EXPECT(!kernel_stack_guard_contains(bottom));
    EXPECT(!kernel_stack_guard_contains(bottom + KERNEL_STACK_SIZE - 1));
    EXPECT(!kernel_stack_guard_contains((uint64_t)phys_to_virt(0)));
    kernel_stack_free(stack);
    EXPECT_EQ(kernel_stack_allocate(), stack);
    kernel_stack_free(stack);
}

/* Trim, and wait for other processors that do the same: until FREE pages are free, if that comes. */
static uint64_t trim_until(uint64_t free)
{
    for (int tries = 0; tries < 1000; tries++) {
        while (kernel_stack_trim()) {
        }
        if (vm_page_free_count() >= free) {
            break;
        }
        ktest_settle();
    }
    return vm_page_free_count();
}

/* Take and give back COUNT stacks. */
static void use_stacks(uint32_t count)
{
    static void *stacks[SPAN];
    for (uint32_t i = 0; i < count; i++) {
        stacks[i] = kernel_stack_allocate();
        EXPECT(stacks[i] != nullptr);
    }
    for (uint32_t i = 0; i < count; i++) {
        kernel_stack_free(stacks[i]);
    }
}

/* Whether as many pages are free after use_stacks() as before.  Another processor may be about to give
 * back pages from before that; once it has, another round shows the truth. */
static bool use_changes_nothing(uint32_t count)
{
    for (int tries = 0; tries < 10; tries++) {
        uint64_t free_before = vm_page_free_count();
        use_stacks(count);
        if (trim_until(free_before) == free_before) {
            return true;
        }
    }
    return false;
}

KTEST(kernel_stack_trim_gives_memory_back)
{
    uint64_t free_before = trim_until(0);
    use_stacks(MANY);
    uint64_t kept = 16 * (KERNEL_STACK_SIZE / PAGE_SIZE) + 2;
    EXPECT(trim_until(free_before - kept) + kept >= free_before);
    /* What stays after the first time stays the same. */
    EXPECT(use_changes_nothing(MANY));
}

/* The number of the slot that holds STACK. */
static uint64_t stack_slot(const void *stack)
{
    return ((uint64_t)stack - KERNEL_STACK_RANGE_START) / (2 * KERNEL_STACK_SIZE);
}

KTEST(kernel_stack_survives_every_failure)
{
    /* So many that a new page table is needed on the way, which can fail too. */
    static void *stacks[SPAN];
    uint64_t highest = 0;
    for (uint32_t i = 0; i < SPAN; i++) {
        for (struct ktest_failures f = ktest_failures_begin(); ktest_failures_next(&f);) {
            stacks[i] = kernel_stack_allocate();
            EXPECT_EQ(stacks[i] == nullptr, ktest_failure_happened());
        }
        highest = stack_slot(stacks[i]) > highest ? stack_slot(stacks[i]) : highest;
    }
    /* Failures lose no slots. */
    EXPECT(highest < SPAN + 2 * MANY);
    for (uint32_t i = 0; i < SPAN; i++) {
        kernel_stack_free(stacks[i]);
    }
    while (kernel_stack_trim()) {
    }
    /* And no pages: the same again, without failures, takes and gives back the same. */
    EXPECT(use_changes_nothing(SPAN));
}
