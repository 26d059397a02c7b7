/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One word per page of RAM says which page-table entries map it:
 *      0                                   none
 *      address of an entry                 that one: the usual case costs no memory
 *      address of a struct pv_node | 1     several
 * For a page that is a table the word says whose it is, which leads from an entry to its pmap.
 * Kernel mappings and those of device memory are not recorded: nobody asks for them.
 *
 * An entry comes to map a page, and ceases to, only together with the word of that page, under the
 * page's lock (one of 64, by page number). pmap_page_protect() takes no other lock and so cannot meet a pmap's lock in
 * the wrong order.
 */
#include <pmap_internal.h>

#include <stdatomic.h>

#include <lib/assert.h>
#include <arch/boot_info.h>
#include <arch/cpu.h>
#include <arch/user_copy.h>
#include <boot_map.h>
#include <page_pool.h>

#define PV_LOCKS  64
#define NODE_TAG  UINT64_C(1)
#define NODE_SIZE 3

/* Only the first node of a page's list has free places, at its end. */
struct pv_node {
    struct pv_node *next;
    uint64_t *entries[NODE_SIZE];
};

static uint64_t *pv_words;
static uint64_t pv_count;
static struct spinlock pv_locks[PV_LOCKS] = {
    [0 ... PV_LOCKS - 1] = SPINLOCK_INITIALIZER(LOCK_CLASS_REVERSE_MAP),
};
static struct page_pool pv_nodes;

void pv_init(void)
{
    pv_count = boot_info.highest_ram / PAGE_SIZE;
    uint64_t pages = (pv_count * sizeof(uint64_t) + PAGE_MASK) / PAGE_SIZE;
    pv_words = phys_to_virt(boot_pages_allocate(pages));
    page_pool_init(&pv_nodes, sizeof(struct pv_node), sizeof(struct pv_node));
}

static struct spinlock *pv_lock_of(uint64_t entry)
{
    return &pv_locks[(entry & PTE_ADDRESS) / PAGE_SIZE % PV_LOCKS];
}

/* The word of the page that ENTRY maps; null if it is not recorded. */
static uint64_t *pv_word_of(uint64_t entry)
{
    uint64_t number = (entry & PTE_ADDRESS) / PAGE_SIZE;
    return number < pv_count ? &pv_words[number] : nullptr;
}

static bool word_is_node(uint64_t word)
{
    return (word & NODE_TAG) != 0;
}

static struct pv_node *word_node(uint64_t word)
{
    return (struct pv_node *)(word & ~NODE_TAG);
}

void pv_set_table_owner(phys_addr_t table, struct pmap *pmap)
{
    *pv_word_of(table) = (uintptr_t)pmap;
}

/* The pmap whose table holds ENTRY. */
static struct pmap *entry_owner(const uint64_t *entry)
{
    return (struct pmap *)*pv_word_of(virt_to_phys(entry));
}

/* Put a node in front of the list: with OLD and ENTRY, or with ENTRY alone. */
static bool word_push_node(uint64_t *word, uint64_t *entry)
{
    struct pv_node *node = page_pool_allocate(&pv_nodes);
    if (node == nullptr) {
        return false;
    }
    node->entries[0] = entry;
    if (word_is_node(*word)) {
        node->next = word_node(*word);
    } else {
        node->entries[1] = (uint64_t *)*word;
    }
    *word = (uintptr_t)node | NODE_TAG;
    return true;
}

static bool word_insert(uint64_t *word, uint64_t *entry)
{
    if (*word == 0) {
        *word = (uintptr_t)entry;
        return true;
    }
    if (word_is_node(*word)) {
        struct pv_node *node = word_node(*word);
        for (unsigned i = 1; i < NODE_SIZE; i++) {
            if (node->entries[i] == nullptr) {
                node->entries[i] = entry;
                return true;
            }
        }
    }
    return word_push_node(word, entry);
}

/* Take the last entry out of the first node, and the node off the list if it was its only one. */
static uint64_t *word_pop(uint64_t *word)
{
    struct pv_node *node = word_node(*word);
    unsigned last = NODE_SIZE - 1;
    while (node->entries[last] == nullptr) {
        last--;
    }
    uint64_t *entry = node->entries[last];
    node->entries[last] = nullptr;
    if (last == 0) {
        *word = node->next != nullptr ? ((uintptr_t)node->next | NODE_TAG) : 0;
        page_pool_free(&pv_nodes, node);
    }
    return entry;
}

static void word_remove(uint64_t *word, const uint64_t *entry)
{
    if (!word_is_node(*word)) {
        debug_assert(*word == (uintptr_t)entry);
        *word = 0;
        return;
    }
    for (struct pv_node *node = word_node(*word); node != nullptr; node = node->next) {
        for (unsigned i = 0; i < NODE_SIZE; i++) {
            if (node->entries[i] == entry) {
                /* The popped entry fills the gap, unless it is the one that leaves. */
                uint64_t *popped = word_pop(word);
                if (popped != entry) {
                    node->entries[i] = popped;
                }
                return;
            }
        }
    }
    panic("page-table entry %p is not recorded", (const void *)entry);
}

bool pv_enter(uint64_t *entry, uint64_t value)
{
    uint64_t *word = pv_word_of(value);
    if (word == nullptr) {
        *entry = value;
        return true;
    }
    struct spinlock *lock = pv_lock_of(value);
    spin_lock(lock);
    bool is_recorded = word_insert(word, entry);
    if (is_recorded) {
        *entry = value;
    }
    spin_unlock(lock);
    return is_recorded;
}

uint64_t pv_update(uint64_t *entry, uint64_t value)
{
    uint64_t old = 0;
    if (pv_word_of(value) != nullptr) {
        struct spinlock *lock = pv_lock_of(value);
        spin_lock(lock);
        if ((*entry & PTE_PRESENT) != 0 && ((*entry ^ value) & PTE_ADDRESS) == 0) {
            old = *entry;
            *entry = value;
        }
        spin_unlock(lock);
    }
    return old;
}

uint64_t pv_clear(uint64_t *entry)
{
    uint64_t value = *entry;
    uint64_t *word = pv_word_of(value);
    if ((value & PTE_PRESENT) == 0) {
        return 0;
    }
    if (word == nullptr) {
        *entry = 0;
        return value;
    }
    struct spinlock *lock = pv_lock_of(value);
    spin_lock(lock);
    /* pmap_page_protect() may have cleared it meanwhile; nothing else can have happened to it. */
    value = *entry;
    if (value != 0) {
        *entry = 0;
        word_remove(word, entry);
    }
    spin_unlock(lock);
    return value;
}

/*
 * Reduce *ENTRY to PROTECTION and let the TLB know.  Whoever finds it changed meanwhile, under the
 * pmap's lock, must not rely on processors having noticed: so it is counted until they have.
 */
static void entry_protect(uint64_t *entry, vm_prot_t protection)
{
    struct pmap *owner = entry_owner(entry);
    atomic_fetch_add(&owner->page_protections, 1);
    if (protection == VM_PROT_NONE) {
        __atomic_store_n(entry, 0, __ATOMIC_SEQ_CST);
        atomic_fetch_sub_explicit(&owner->resident, 1, memory_order_relaxed);
    } else {
        (void)entry_restrict_to(entry, protection);
    }
    tlb_flush_range(owner, 0, USER_ADDRESS_END);
    atomic_fetch_sub(&owner->page_protections, 1);
}

static void word_protect(uint64_t *word, vm_prot_t protection)
{
    if (!word_is_node(*word)) {
        entry_protect((uint64_t *)*word, protection);
        *word = protection == VM_PROT_NONE ? 0 : *word;
        return;
    }
    if (protection == VM_PROT_NONE) {
        while (*word != 0) {
            entry_protect(word_pop(word), protection);
        }
        return;
    }
    for (struct pv_node *node = word_node(*word); node != nullptr; node = node->next) {
        for (unsigned i = 0; i < NODE_SIZE && node->entries[i] != nullptr; i++) {
            entry_protect(node->entries[i], protection);
        }
    }
}

void pmap_page_protect(phys_addr_t physical, vm_prot_t protection)
{
    uint64_t *word = pv_word_of(physical);
    if (word == nullptr) {
        return;
    }
    struct spinlock *lock = pv_lock_of(physical);
    interrupt_state_t state = spin_lock_save(lock);
    if (*word != 0) {
        word_protect(word, protection);
    }
    spin_unlock_restore(lock, state);
}
