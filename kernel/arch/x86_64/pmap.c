/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The functions of <arch/pmap.h>.  Ranges are worked on span by span (2 MiB, one page table); spans
 * without a table are passed over at the level where they are missing.
 */
#include <pmap_internal.h>

#include <stdatomic.h>

#include <lib/assert.h>
#include <lib/string.h>
#include <arch/cpu.h>
#include <arch/upcalls.h>
#include <arch/user_copy.h>
#include <boot_map.h>
#include <page_pool.h>

/* From this many pages of a span on, protection is done by the directory. */
#define RESTRICT_PAGES_MIN 32

/* Pages that are removed, and spans that are protected, under one hold of the lock. */
#define REMOVE_PAGES  128
#define PROTECT_SPANS 32

static struct pmap kernel_pmap_storage;
struct pmap *const kernel_pmap = &kernel_pmap_storage;

PERCPU_DEFINE(struct pmap *, pmap_active);

static struct page_pool pmaps;
static _Atomic uint64_t last_number;

void pmap_init(phys_addr_t root)
{
    spinlock_init(&kernel_pmap->lock, LOCK_CLASS_PMAP);
    kernel_pmap->root = root;
    percpu_write(pmap_active, kernel_pmap);
    page_pool_init(&pmaps, sizeof(struct pmap), 64);
    pv_init();
}

/* The kernel's half is the same in all pmaps: its root entries never change after boot. */
struct pmap *pmap_create(void)
{
    interrupt_state_t state = interrupts_save();
    struct pmap *pmap = page_pool_allocate(&pmaps);
    if (pmap != nullptr && !upcall_page_table_allocate(&pmap->root)) {
        page_pool_free(&pmaps, pmap);
        pmap = nullptr;
    }
    interrupts_restore(state);
    if (pmap != nullptr) {
        spinlock_init(&pmap->lock, LOCK_CLASS_PMAP);
        pmap->number = atomic_fetch_add_explicit(&last_number, 1, memory_order_relaxed) + 1;
        const size_t half = PAGE_SIZE / 2;
        memcpy((char *)phys_to_virt(pmap->root) + half,
               (const char *)phys_to_virt(kernel_pmap->root) + half, half);
    }
    return pmap;
}

void pmap_destroy(struct pmap *pmap)
{
    interrupt_state_t state = interrupts_save();
    pmap_drop(pmap);
    interrupts_restore(state);

    pmap_remove(pmap, 0, USER_ADDRESS_END);
    pmap_free_tables(pmap);
    for (int i = 0; i < IO_BITMAP_PAGES; i++) {
        if (pmap->io_bitmap[i] != nullptr) {
            upcall_page_table_free(virt_to_phys(pmap->io_bitmap[i]));
        }
    }
    state = interrupts_save();
    page_pool_free(&pmaps, pmap);
    interrupts_restore(state);
}

static uint64_t cache_bits(enum pmap_cache cache)
{
    switch (cache) {
    case PMAP_CACHE_DEVICE: return PTE_CACHE_DISABLE | PTE_WRITE_THROUGH;
    case PMAP_CACHE_WRITE_COMBINING: return PTE_PAT;
    default: return 0;
    }
}

static uint64_t make_entry(const struct pmap *pmap, phys_addr_t physical, vm_prot_t protection,
                           enum pmap_cache cache)
{
    uint64_t entry = physical | PTE_PRESENT | PTE_ACCESSED | PTE_DIRTY | cache_bits(cache);
    entry |= pmap == kernel_pmap ? PTE_GLOBAL : PTE_USER;
    entry |= (protection & VM_PROT_WRITE) != 0 ? PTE_WRITE : 0;
    entry |= (protection & VM_PROT_EXECUTE) != 0 ? 0 : PTE_NO_EXECUTE;
    return entry;
}

static uint64_t entry_clear(struct pmap *pmap, uint64_t *entry)
{
    if (pmap == kernel_pmap) {
        uint64_t old = *entry;
        *entry = 0;
        return old;
    }
    return pv_clear(entry);
}

/* True if NEW permits all that OLD does. */
static bool entry_permits(uint64_t new, uint64_t old)
{
    return ((old & ~new) & PTE_WRITE) == 0 && ((new & ~old) & PTE_NO_EXECUTE) == 0;
}

/* Give *ENTRY, which maps the page of VALUE, other permissions.  Returns: false if it does not. */
static bool entry_change(struct pmap *pmap, uint64_t *entry, uint64_t value, virt_addr_t virtual)
{
    uint64_t old = *entry != 0 && pmap != kernel_pmap ? pv_update(entry, value) : 0;
    if (old == 0) {
        return false;
    }
    if (entry_permits(value, old)) {
        tlb_flush_here(pmap, virtual);
    } else {
        tlb_flush_range(pmap, virtual, virtual + PAGE_SIZE);
    }
    return true;
}

/* True if an entry of PMAP that was found changed may still be in some TLB as it was: see pv.c. */
static bool has_unflushed(const struct pmap *pmap)
{
    return UNLIKELY(atomic_load(&pmap->page_protections) != 0);
}

/* PMAP has one page more. */
static void count_page(struct pmap *pmap)
{
    uint64_t now = atomic_fetch_add_explicit(&pmap->resident, 1, memory_order_relaxed) + 1;
    uint64_t peak = atomic_load_explicit(&pmap->resident_peak, memory_order_relaxed);
    while (UNLIKELY(now > peak) &&
           !atomic_compare_exchange_weak_explicit(&pmap->resident_peak, &peak, now,
                                                  memory_order_relaxed, memory_order_relaxed)) {
    }
}

/* Replace what *ENTRY, VIRTUAL's, maps. */
static bool entry_set(struct pmap *pmap, uint64_t *entry, uint64_t value, virt_addr_t virtual)
{
    if (entry_change(pmap, entry, value, virtual)) {
        return true;
    }
    uint64_t old = entry_clear(pmap, entry);
    if (pmap == kernel_pmap) {
        *entry = value;
    } else if (!pv_enter(entry, value)) {
        value = 0;
    }
    if (old != 0 || has_unflushed(pmap)) {
        tlb_flush_range(pmap, virtual, virtual + PAGE_SIZE);
    }
    if (old == 0 && value != 0) {
        count_page(pmap);
    } else if (old != 0 && value == 0) {
        atomic_fetch_sub_explicit(&pmap->resident, 1, memory_order_relaxed);
    }
    return value != 0;
}

kern_return_t pmap_enter(struct pmap *pmap, virt_addr_t virtual, phys_addr_t physical,
                         vm_prot_t protection, enum pmap_cache cache)
{
    assert(pmap == kernel_pmap ? virtual >= KERNEL_VIRTUAL_START : virtual < USER_ADDRESS_END);
    assert(pmap != kernel_pmap ||
           (protection & (VM_PROT_WRITE | VM_PROT_EXECUTE)) != (VM_PROT_WRITE | VM_PROT_EXECUTE));
    virtual &= ~PAGE_MASK;
    uint64_t value = make_entry(pmap, physical & ~PAGE_MASK, protection, cache);
    kern_return_t result = KERN_RESOURCE_SHORTAGE;
    interrupt_state_t state = spin_lock_save(&pmap->lock);
    uint64_t *directory = pmap_walk_create(pmap, virtual);
    if (directory != nullptr) {
        if (UNLIKELY(span_forbids(*directory, value))) {
            span_settle(directory);
        }
        uint64_t *entry = &page_table_below(*directory)[page_table_index(virtual, 1)];
        if (entry_set(pmap, entry, value, virtual)) {
            result = KERN_SUCCESS;
        }
    }
    spin_unlock_restore(&pmap->lock, state);
    return result;
}

/* Forget pages of [START, END), all in the span of TABLE.  Returns: up to where. */
static virt_addr_t span_remove(struct pmap *pmap, uint64_t *table, virt_addr_t start,
                               virt_addr_t end)
{
    unsigned removed = 0;
    for (virt_addr_t virtual = start; virtual < end; virtual += PAGE_SIZE) {
        uint64_t *entry = &table[page_table_index(virtual, 1)];
        if (__atomic_load_n(entry, __ATOMIC_SEQ_CST) == 0 || entry_clear(pmap, entry) == 0) {
            continue;
        }
        if (++removed == REMOVE_PAGES) {
            end = virtual + PAGE_SIZE;
        }
    }
    atomic_fetch_sub_explicit(&pmap->resident, removed, memory_order_relaxed);
    if (removed != 0 || has_unflushed(pmap)) {
        tlb_flush_range(pmap, start, end);
    }
    return end;
}

/* The span of VIRTUAL has no page left: give its table back. */
static void span_free_table(struct pmap *pmap, uint64_t *directory, virt_addr_t virtual)
{
    phys_addr_t table = *directory & PTE_ADDRESS;
    *directory = 0;
    /* The processor may have cached the directory entry itself. */
    tlb_flush_range(pmap, virtual, virtual + PAGE_SIZE);
    pv_set_table_owner(table, nullptr);
    upcall_page_table_free(table);
}

static virt_addr_t span_end(virt_addr_t virtual, virt_addr_t end)
{
    virt_addr_t next = (virtual | (LARGE_PAGE_SIZE - 1)) + 1;
    return next < end && next != 0 ? next : end;
}

static bool table_is_empty(const uint64_t *table)
{
    for (unsigned i = 0; i < PAGE_SIZE / sizeof(*table); i++) {
        if (__atomic_load_n(&table[i], __ATOMIC_RELAXED) != 0) {
            return false;
        }
    }
    return true;
}

/*
 * Long ranges take long: they are removed in parts, and interrupts come in between.  The table of a
 * span that was removed as a whole goes with its last part; if there were several, a fault may have
 * used it meanwhile.
 */
void pmap_remove(struct pmap *pmap, virt_addr_t start, virt_addr_t end)
{
    const virt_addr_t begin = start;
    interrupt_state_t state = spin_lock_save(&pmap->lock);
    uint64_t *directory;
    while ((directory = pmap_next_directory(pmap, &start, end)) != nullptr) {
        uint64_t *table = page_table_below(*directory);
        virt_addr_t next = span_remove(pmap, table, start, span_end(start, end));
        bool is_whole = next % LARGE_PAGE_SIZE == 0 && next - begin >= LARGE_PAGE_SIZE;
        bool is_one_part = next - start == LARGE_PAGE_SIZE;
        if (is_whole && pmap != kernel_pmap && (is_one_part || table_is_empty(table))) {
            span_free_table(pmap, directory, start);
        }
        start = next;
        spin_unlock_restore(&pmap->lock, state);
        state = spin_lock_save(&pmap->lock);
    }
    spin_unlock_restore(&pmap->lock, state);
}

/* Take from the pages [START, END) of TABLE's span what PROTECTION lacks. */
static void table_protect(struct pmap *pmap, uint64_t *table, virt_addr_t start, virt_addr_t end,
                          vm_prot_t protection)
{
    bool has_changed = false;
    for (virt_addr_t virtual = start; virtual < end; virtual += PAGE_SIZE) {
        has_changed |= entry_restrict_to(&table[page_table_index(virtual, 1)], protection);
    }
    if (has_changed || has_unflushed(pmap)) {
        tlb_flush_range(pmap, start, end);
    }
}

/* Protect some spans of [START, END), and tell the other processors.  Returns: up to where. */
static virt_addr_t spans_protect(struct pmap *pmap, virt_addr_t start, virt_addr_t end,
                                 vm_prot_t protection)
{
    bool was_restricted = false;
    uint64_t *directory = nullptr;
    for (unsigned i = 0;
         i < PROTECT_SPANS && (directory = pmap_next_directory(pmap, &start, end)) != nullptr;
         i++) {
        virt_addr_t next = span_end(start, end);
        if (next - start >= RESTRICT_PAGES_MIN * PAGE_SIZE && pmap != kernel_pmap) {
            span_restrict(directory, page_table_index(start, 1), page_table_index(next - 1, 1),
                          protection);
            was_restricted = true;
        } else {
            table_protect(pmap, page_table_below(*directory), start, next, protection);
        }
        start = next;
    }
    if (was_restricted) {
        tlb_flush_range(pmap, 0, USER_ADDRESS_END);
    }
    return directory != nullptr ? start : end;
}

void pmap_protect(struct pmap *pmap, virt_addr_t start, virt_addr_t end, vm_prot_t protection)
{
    if (protection == VM_PROT_NONE) {
        pmap_remove(pmap, start, end);
        return;
    }
    while (start < end) {
        interrupt_state_t state = spin_lock_save(&pmap->lock);
        start = spans_protect(pmap, start, end, protection);
        spin_unlock_restore(&pmap->lock, state);
    }
}

bool pmap_extract(struct pmap *pmap, virt_addr_t virtual, phys_addr_t *physical)
{
    uint64_t *table = phys_to_virt(pmap->root);
    for (int level = PAGE_TABLE_LEVELS;; level--) {
        uint64_t entry = table[page_table_index(virtual, level)];
        if ((entry & PTE_PRESENT) == 0) {
            return false;
        }
        uint64_t span = PAGE_SIZE << (9 * (level - 1));
        if (level == 1 || (level < PAGE_TABLE_LEVELS && (entry & PTE_LARGE) != 0)) {
            *physical = (entry & PTE_ADDRESS & ~(span - 1)) | (virtual & (span - 1));
            return true;
        }
        table = page_table_below(entry);
    }
}

uint64_t pmap_resident_bytes(const struct pmap *pmap)
{
    return atomic_load_explicit(&pmap->resident, memory_order_relaxed) * PAGE_SIZE;
}

uint64_t pmap_resident_peak_bytes(const struct pmap *pmap)
{
    return atomic_load_explicit(&pmap->resident_peak, memory_order_relaxed) * PAGE_SIZE;
}
