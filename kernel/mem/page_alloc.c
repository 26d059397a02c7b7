/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The buddy allocator (Knowlton 1965): free blocks of 2^order pages, aligned to their size, on one
 * list for each order.  A block that comes free merges with its buddy, whose frame number differs
 * in bit `order` alone, as long as that is a free block of the same order.
 *
 * Single pages, by far the most common, come from a stack that each processor has to itself, which
 * is filled and emptied half by half: allocation is a pop, without lock and without merging.
 *
 * Invariant: of a free block only the first page has the block's order; all other free pages, also
 * those on the stacks, have PAGE_ORDER_NONE, so that no buddy ever merges with them.
 */
#include <mem/page_alloc.h>

#include <stdatomic.h>

#include <lib/assert.h>
#include <lib/string.h>
#include <arch/percpu.h>
#include <arch/spinlock.h>
#include <mem/alloc_failure.h>
#include <mem/sanitizer.h>

#define PAGE_ORDER_NONE  0xff
#define PAGE_STACK_SIZE  32
#define PAGE_STACK_ORDER 4
#define PAGE_STACK_BATCH (1u << PAGE_STACK_ORDER)

/* A processor's own free pages. */
struct page_stack {
    uint32_t count;
    struct vm_page *pages[PAGE_STACK_SIZE];
};

PERCPU_DEFINE(struct page_stack, page_stack);

static struct spinlock page_lock;
static struct list free_blocks[VM_PAGE_ORDER_MAX + 1]; /* (page_lock) */
static _Atomic uint64_t free_pages;                    /* (page_lock) to change; without stacks */

void page_alloc_init(void)
{
    spinlock_init(&page_lock, LOCK_CLASS_PAGES);
    for (uint32_t order = 0; order <= VM_PAGE_ORDER_MAX; order++) {
        list_init(&free_blocks[order]);
    }
}

static uint64_t page_frame(const struct vm_page *page)
{
    return (uint64_t)(page - vm_page_array);
}

static void block_insert(struct vm_page *page, uint32_t order) REQUIRES(page_lock)
{
    page->order = (uint8_t)order;
    list_insert_head(&free_blocks[order], &page->link);
}

static void block_remove(struct vm_page *page) REQUIRES(page_lock)
{
    list_remove(&page->link);
    page->order = PAGE_ORDER_NONE;
}

/* The block to merge with PAGE's of ORDER, or null. */
static struct vm_page *block_buddy(struct vm_page *page, uint32_t order) REQUIRES(page_lock)
{
    uint64_t frame = page_frame(page) ^ (UINT64_C(1) << order);
    if (order == VM_PAGE_ORDER_MAX || frame >= vm_page_array_length) {
        return nullptr;
    }
    struct vm_page *buddy = &vm_page_array[frame];
    return buddy->state == VM_PAGE_FREE && buddy->order == order ? buddy : nullptr;
}

/* Put the block of ORDER, whose pages are in state FREE without an order, on the lists. */
static void block_give(struct vm_page *page, uint32_t order) REQUIRES(page_lock)
{
    free_pages += UINT64_C(1) << order;
    for (;;) {
        struct vm_page *buddy = block_buddy(page, order);
        if (buddy == nullptr) {
            break;
        }
        block_remove(buddy);
        page = buddy < page ? buddy : page;
        order++;
    }
    block_insert(page, order);
}

/* A block of ORDER off the lists, split from a larger one if need be; null if there is none. */
static struct vm_page *block_take(uint32_t order) REQUIRES(page_lock)
{
    uint32_t found = order;
    while (list_empty(&free_blocks[found])) {
        if (found++ == VM_PAGE_ORDER_MAX) {
            return nullptr;
        }
    }
    struct vm_page *page = list_first_entry(&free_blocks[found], struct vm_page, link);
    block_remove(page);
    while (found > order) {
        found--;
        block_insert(page + (UINT64_C(1) << found), found);
    }
    free_pages -= UINT64_C(1) << order;
    return page;
}

static void pages_set_state(struct vm_page *page, uint32_t order, enum vm_page_state state)
{
    for (uint64_t i = 0; i < UINT64_C(1) << order; i++) {
        page[i].state = (uint8_t)state;
    }
}

/* Pages leave and enter the hands of their users here: the last look for misuse. */
static void page_check_freed(const struct vm_page *page)
{
    assert(page->state == VM_PAGE_KERNEL);
    assert(page->object == nullptr && page->wire_count == 0);
}

void page_alloc_add_range(uint64_t first, uint64_t end)
{
    for (uint64_t frame = first; frame < end; frame++) {
        vm_page_array[frame].state = VM_PAGE_FREE;
        vm_page_array[frame].order = PAGE_ORDER_NONE;
    }
    memory_hide(phys_to_virt(first << PAGE_SHIFT), (end - first) << PAGE_SHIFT);
    interrupt_state_t state = spin_lock_save(&page_lock);
    while (first < end) {
        uint32_t order = first == 0 ? VM_PAGE_ORDER_MAX : (uint32_t)__builtin_ctzll(first);
        order = order < VM_PAGE_ORDER_MAX ? order : VM_PAGE_ORDER_MAX;
        while (first + (UINT64_C(1) << order) > end) {
            order--;
        }
        block_give(&vm_page_array[first], order);
        first += UINT64_C(1) << order;
    }
    spin_unlock_restore(&page_lock, state);
}

/* Fill STACK, which is empty: with one block if there is one, else with what small blocks there
 * are.  Returns: false if there are none. */
static bool COLD page_stack_fill(struct page_stack *stack)
{
    spin_lock(&page_lock);
    struct vm_page *block = block_take(PAGE_STACK_ORDER);
    for (uint32_t i = 0; i < PAGE_STACK_BATCH; i++) {
        struct vm_page *page = block != nullptr ? &block[i] : block_take(0);
        if (page == nullptr) {
            break;
        }
        stack->pages[stack->count++] = page;
    }
    spin_unlock(&page_lock);
    return stack->count != 0;
}

/* Return the older half of STACK, which is full, to the lists. */
static void COLD page_stack_drain(struct page_stack *stack)
{
    spin_lock(&page_lock);
    for (uint32_t i = 0; i < PAGE_STACK_BATCH; i++) {
        block_give(stack->pages[i], 0);
    }
    spin_unlock(&page_lock);
    stack->count -= PAGE_STACK_BATCH;
    memmove(stack->pages, stack->pages + PAGE_STACK_BATCH, stack->count * sizeof(stack->pages[0]));
}

struct vm_page *page_alloc_one(void)
{
    struct vm_page *page = nullptr;
    interrupt_state_t state = interrupts_save();
    struct page_stack *stack = percpu_ptr(page_stack);
    if (LIKELY(stack->count != 0) || page_stack_fill(stack)) {
        page = stack->pages[--stack->count];
        page->state = VM_PAGE_KERNEL;
        memory_reveal(vm_page_data(page), PAGE_SIZE);
    }
    interrupts_restore(state);
    return page;
}

struct vm_page *vm_page_allocate(void)
{
    return UNLIKELY(allocation_must_fail()) ? nullptr : page_alloc_one();
}

struct vm_page *vm_page_allocate_zeroed(void)
{
    struct vm_page *page = vm_page_allocate();
    if (LIKELY(page != nullptr)) {
        memset(vm_page_data(page), 0, PAGE_SIZE);
    }
    return page;
}

void vm_page_free(struct vm_page *page)
{
    page_check_freed(page);
    memory_hide(vm_page_data(page), PAGE_SIZE);
    interrupt_state_t state = interrupts_save();
    struct page_stack *stack = percpu_ptr(page_stack);
    if (UNLIKELY(stack->count == PAGE_STACK_SIZE)) {
        page_stack_drain(stack);
    }
    page->state = VM_PAGE_FREE;
    page->order = PAGE_ORDER_NONE;
    stack->pages[stack->count++] = page;
    interrupts_restore(state);
}

struct vm_page *page_alloc_block(uint32_t order)
{
    assert(order <= VM_PAGE_ORDER_MAX);
    interrupt_state_t state = spin_lock_save(&page_lock);
    struct vm_page *page = block_take(order);
    if (page != nullptr) {
        pages_set_state(page, order, VM_PAGE_KERNEL);
        memory_reveal(vm_page_data(page), PAGE_SIZE << order);
    }
    spin_unlock_restore(&page_lock, state);
    return page;
}

struct vm_page *vm_page_allocate_block(uint32_t order)
{
    return UNLIKELY(allocation_must_fail()) ? nullptr : page_alloc_block(order);
}

void vm_page_free_block(struct vm_page *page, uint32_t order)
{
    assert(order <= VM_PAGE_ORDER_MAX);
    for (uint64_t i = 0; i < UINT64_C(1) << order; i++) {
        page_check_freed(&page[i]);
        page[i].order = PAGE_ORDER_NONE;
    }
    memory_hide(vm_page_data(page), PAGE_SIZE << order);
    interrupt_state_t state = spin_lock_save(&page_lock);
    pages_set_state(page, order, VM_PAGE_FREE);
    block_give(page, order);
    spin_unlock_restore(&page_lock, state);
}

uint64_t page_alloc_free_in_blocks(void)
{
    return atomic_load_explicit(&free_pages, memory_order_relaxed);
}

uint64_t vm_page_free_count(void)
{
    interrupt_state_t state = spin_lock_save(&page_lock);
    uint64_t count = free_pages;
    spin_unlock_restore(&page_lock, state);
    for (uint32_t cpu = 0; cpu < cpu_count(); cpu++) {
        count += percpu_ptr_of(cpu, page_stack)->count;
    }
    return count;
}
