/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The range is an array of slots of twice the stack's size: the upper half of a slot is the stack,
 * the lower one is never mapped.  A bitmap says which slots are taken.
 *
 * A stack that is freed stays mapped and goes on a list that runs through the stacks' first words;
 * allocation prefers that list.  Unmapping is left to the idle thread, because threads end with
 * interrupts off, when other processors cannot be asked to forget a mapping.
 */
#include <mem/kernel_stack.h>

#include <stdatomic.h>

#include <lib/assert.h>
#include <lib/bitmap.h>
#include <arch/context.h>
#include <arch/spinlock.h>
#include <mem/vm_page.h>
#include <mem/zone.h>

#define SLOT_SIZE   (2 * (uint64_t)KERNEL_STACK_SIZE)
#define SLOT_COUNT  32768
#define STACK_PAGES (KERNEL_STACK_SIZE / PAGE_SIZE)
#define KEPT_MAX    16

static struct zone stack_counter;
static struct spinlock stack_lock = SPINLOCK_INITIALIZER(LOCK_CLASS_KERNEL_STACKS);
static uint64_t slots[BITMAP_WORDS(SLOT_COUNT)]; /* (stack_lock) taken or kept */
static void *kept_stacks;                        /* (stack_lock) */
static uint32_t kept_count;                      /* (stack_lock) */

void kernel_stack_init(void)
{
    zone_init_counter(&stack_counter, "kernel stacks");
}

static virt_addr_t slot_stack(uint32_t slot)
{
    return KERNEL_STACK_RANGE_START + slot * SLOT_SIZE + KERNEL_STACK_SIZE;
}

/* A kept stack, or null. */
static void *kept_pop(void) REQUIRES(stack_lock)
{
    void *stack = kept_stacks;
    if (stack != nullptr) {
        kept_stacks = *(void **)stack;
        kept_count--;
    }
    return stack;
}

/* Unmap the first COUNT pages of STACK and free them. */
static void stack_unmap(virt_addr_t stack, uint32_t count)
{
    struct vm_page *pages[STACK_PAGES];
    for (uint32_t i = 0; i < count; i++) {
        phys_addr_t physical;
        bool is_mapped = pmap_extract(kernel_pmap, stack + i * PAGE_SIZE, &physical);
        assert(is_mapped);
        pages[i] = vm_page_lookup_physical(physical);
    }
    pmap_remove(kernel_pmap, stack, stack + count * PAGE_SIZE);
    for (uint32_t i = 0; i < count; i++) {
        vm_page_free(pages[i]);
    }
}

/* Map new pages at STACK.  Returns: false, with nothing mapped, if there is no memory. */
static bool stack_map(virt_addr_t stack)
{
    for (uint32_t i = 0; i < STACK_PAGES; i++) {
        struct vm_page *page = vm_page_allocate();
        if (page == nullptr) {
            stack_unmap(stack, i);
            return false;
        }
        if (pmap_enter(kernel_pmap, stack + i * PAGE_SIZE, vm_page_physical(page),
                       VM_PROT_READ | VM_PROT_WRITE, PMAP_CACHE_NORMAL) != KERN_SUCCESS) {
            vm_page_free(page);
            stack_unmap(stack, i);
            return false;
        }
    }
    return true;
}

static void slot_release(uint32_t slot)
{
    interrupt_state_t state = spin_lock_save(&stack_lock);
    bitmap_clear(slots, slot);
    spin_unlock_restore(&stack_lock, state);
}

/* A new stack in a free slot.  Returns: null if there is no slot or no memory. */
static COLD void *stack_create(void)
{
    interrupt_state_t state = spin_lock_save(&stack_lock);
    uint32_t slot = bitmap_first_clear(slots, SLOT_COUNT);
    if (slot < SLOT_COUNT) {
        bitmap_set(slots, slot);
    }
    spin_unlock_restore(&stack_lock, state);
    if (slot == SLOT_COUNT) {
        return nullptr;
    }
    if (!stack_map(slot_stack(slot))) {
        slot_release(slot);
        return nullptr;
    }
    return (void *)slot_stack(slot);
}

void *kernel_stack_allocate(void)
{
    interrupt_state_t state = spin_lock_save(&stack_lock);
    void *stack = kept_pop();
    spin_unlock_restore(&stack_lock, state);
    if (stack == nullptr) {
        stack = stack_create();
    }
    if (stack != nullptr) {
        zone_count(&stack_counter, 1);
    }
    return stack;
}

void kernel_stack_free(void *stack)
{
    zone_count(&stack_counter, -1);
    interrupt_state_t state = spin_lock_save(&stack_lock);
    *(void **)stack = kept_stacks;
    kept_stacks = stack;
    kept_count++;
    spin_unlock_restore(&stack_lock, state);
}

/* One processor at a time: unmapping asks all others, who would only be in each other's way. */
static _Atomic bool is_trimming;

bool kernel_stack_trim(void)
{
    if (atomic_exchange_explicit(&is_trimming, true, memory_order_acquire)) {
        return false;
    }
    interrupt_state_t state = spin_lock_save(&stack_lock);
    void *stack = kept_count > KEPT_MAX ? kept_pop() : nullptr;
    bool has_more = kept_count > KEPT_MAX;
    spin_unlock_restore(&stack_lock, state);
    if (stack != nullptr) {
        virt_addr_t address = (virt_addr_t)stack;
        stack_unmap(address, STACK_PAGES);
        slot_release((uint32_t)((address - KERNEL_STACK_RANGE_START) / SLOT_SIZE));
    }
    atomic_store_explicit(&is_trimming, false, memory_order_release);
    return has_more;
}

bool kernel_stack_guard_contains(uint64_t address)
{
    uint64_t offset = address - KERNEL_STACK_RANGE_START;
    uint64_t in_slot = offset % SLOT_SIZE;
    return offset < SLOT_COUNT * SLOT_SIZE && in_slot < KERNEL_STACK_SIZE &&
           in_slot >= KERNEL_STACK_SIZE - PAGE_SIZE;
}
