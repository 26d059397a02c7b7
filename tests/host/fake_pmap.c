/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page tables as a list of tables of 512 entries.  Each table also holds a page from mem/, as a real
 * one would be such a page: so injected failures and the ledger see the same as on the machine.
 */
#include "fake.h"

#include <stdlib.h>

#include <lib/assert.h>
#include <lib/list.h>
#include <arch/upcalls.h>
#include <arch/user_copy.h>

#include "fake_memory.h"

#define TABLE_ENTRIES 512
#define TABLE_SPAN    (TABLE_ENTRIES * PAGE_SIZE)

struct entry {
    phys_addr_t physical;
    vm_prot_t protection; /* VM_PROT_NONE: no mapping */
};

struct table {
    struct list link;
    virt_addr_t start;
    phys_addr_t page;
    struct entry entries[TABLE_ENTRIES];
};

struct pmap {
    struct list link; /* all pmaps */
    struct list tables;
    phys_addr_t root;
};

static struct list pmaps = { &pmaps, &pmaps };
static struct pmap kernel_map = {
    .link = { &kernel_map.link, &kernel_map.link },
    .tables = { &kernel_map.tables, &kernel_map.tables },
};
struct pmap *const kernel_pmap = &kernel_map;
struct pmap *fake_pmap_active;

struct pmap *pmap_create(void)
{
    phys_addr_t root;
    if (!upcall_page_table_allocate(&root)) {
        return nullptr;
    }
    struct pmap *pmap = calloc(1, sizeof(*pmap));
    pmap->root = root;
    list_init(&pmap->tables);
    list_insert_tail(&pmaps, &pmap->link);
    return pmap;
}

void pmap_destroy(struct pmap *pmap)
{
    struct table *table;
    struct table *next;
    assert(pmap != fake_pmap_active);
    list_for_each_entry_safe(table, next, &pmap->tables, link) {
        upcall_page_table_free(table->page);
        free(table);
    }
    upcall_page_table_free(pmap->root);
    list_remove(&pmap->link);
    free(pmap);
}

static struct table *table_lookup(struct pmap *pmap, virt_addr_t virtual)
{
    struct table *table;
    list_for_each_entry(table, &pmap->tables, link) {
        if (virtual - table->start < TABLE_SPAN) {
            return table;
        }
    }
    return nullptr;
}

static struct table *table_create(struct pmap *pmap, virt_addr_t virtual)
{
    phys_addr_t page;
    if (!upcall_page_table_allocate(&page)) {
        return nullptr;
    }
    struct table *table = calloc(1, sizeof(*table));
    table->start = virtual & ~(TABLE_SPAN - 1);
    table->page = page;
    list_insert_tail(&pmap->tables, &table->link);
    return table;
}

/* The entry for VIRTUAL, or null if there is no table for it. */
static struct entry *entry_lookup(struct pmap *pmap, virt_addr_t virtual)
{
    struct table *table = table_lookup(pmap, virtual);
    return table == nullptr ? nullptr : &table->entries[virtual / PAGE_SIZE % TABLE_ENTRIES];
}

kern_return_t pmap_enter(struct pmap *pmap, virt_addr_t virtual, phys_addr_t physical,
                         vm_prot_t protection, enum pmap_cache cache)
{
    assert(((virtual | physical) & PAGE_MASK) == 0 && protection != VM_PROT_NONE);
    assert(cache != PMAP_CACHE_NORMAL || physical < FAKE_MEMORY_SIZE);
    assert(pmap == kernel_pmap || virtual < USER_ADDRESS_END);
    struct table *table = table_lookup(pmap, virtual);
    if (table == nullptr) {
        table = table_create(pmap, virtual);
    }
    if (table == nullptr) {
        return KERN_RESOURCE_SHORTAGE;
    }
    table->entries[virtual / PAGE_SIZE % TABLE_ENTRIES] = (struct entry){ physical, protection };
    if (pmap == kernel_pmap) {
        fake_memory_map(virtual, physical);
    }
    return KERN_SUCCESS;
}

static void entry_protect(struct entry *entry, vm_prot_t protection)
{
    entry->protection &= protection;
    if (entry->protection == VM_PROT_NONE) {
        entry->physical = 0;
    }
}

void pmap_protect(struct pmap *pmap, virt_addr_t start, virt_addr_t end, vm_prot_t protection)
{
    assert(((start | end) & PAGE_MASK) == 0 && start <= end);
    struct table *table;
    list_for_each_entry(table, &pmap->tables, link) {
        for (uint64_t i = 0; i < TABLE_ENTRIES; i++) {
            virt_addr_t virtual = table->start + i * PAGE_SIZE;
            if (virtual >= start && virtual < end) {
                entry_protect(&table->entries[i], protection);
            }
        }
    }
}

void pmap_remove(struct pmap *pmap, virt_addr_t start, virt_addr_t end)
{
    pmap_protect(pmap, start, end, VM_PROT_NONE);
    for (virt_addr_t page = start; pmap == kernel_pmap && page < end; page += PAGE_SIZE) {
        fake_memory_unmap(page);
    }
}

bool pmap_extract(struct pmap *pmap, virt_addr_t virtual, phys_addr_t *physical)
{
    const struct entry *entry = entry_lookup(pmap, virtual);
    if (entry == nullptr || entry->protection == VM_PROT_NONE) {
        return false;
    }
    *physical = entry->physical | (virtual & PAGE_MASK);
    return true;
}

uint64_t fake_pmap_table_pages(struct pmap *pmap)
{
    uint64_t pages = 0;
    for (struct list *link = pmap->tables.next; link != &pmap->tables; link = link->next) {
        pages++;
    }
    return pages;
}

vm_prot_t fake_pmap_protection(struct pmap *pmap, virt_addr_t virtual)
{
    const struct entry *entry = entry_lookup(pmap, virtual);
    return entry == nullptr ? VM_PROT_NONE : entry->protection;
}

static void table_page_protect(struct table *table, phys_addr_t physical, vm_prot_t protection)
{
    for (uint64_t i = 0; i < TABLE_ENTRIES; i++) {
        struct entry *entry = &table->entries[i];
        if (entry->protection != VM_PROT_NONE && entry->physical == physical) {
            entry_protect(entry, protection);
        }
    }
}

void pmap_page_protect(phys_addr_t physical, vm_prot_t protection)
{
    struct pmap *pmap;
    list_for_each_entry(pmap, &pmaps, link) {
        struct table *table;
        list_for_each_entry(table, &pmap->tables, link) {
            table_page_protect(table, physical, protection);
        }
    }
}

uint64_t pmap_resident_bytes(const struct pmap *pmap)
{
    uint64_t bytes = 0;
    const struct table *table;
    list_for_each_entry(table, &pmap->tables, link) {
        for (uint64_t i = 0; i < TABLE_ENTRIES; i++) {
            bytes += table->entries[i].protection != VM_PROT_NONE ? PAGE_SIZE : 0;
        }
    }
    return bytes;
}

uint64_t pmap_resident_peak_bytes(const struct pmap *pmap)
{
    return pmap_resident_bytes(pmap); /* nothing that runs here asks when there was more */
}
