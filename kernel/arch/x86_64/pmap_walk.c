/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Walks through page tables by software.
 */
#include <pmap_internal.h>

#include <arch/upcalls.h>
#include <boot_map.h>

#define USER_ROOT_ENTRIES (PAGE_TABLE_ENTRIES / 2)

uint64_t *pmap_walk(const struct pmap *pmap, virt_addr_t virtual, int level)
{
    uint64_t *table = phys_to_virt(pmap->root);
    for (int above = PAGE_TABLE_LEVELS; above > level; above--) {
        uint64_t entry = table[page_table_index(virtual, above)];
        if ((entry & PTE_PRESENT) == 0 || (above < PAGE_TABLE_LEVELS && (entry & PTE_LARGE) != 0)) {
            return nullptr;
        }
        table = page_table_below(entry);
    }
    return &table[page_table_index(virtual, level)];
}

uint64_t *pmap_walk_create(struct pmap *pmap, virt_addr_t virtual)
{
    uint64_t flags = PTE_PRESENT | PTE_WRITE | PTE_ACCESSED;
    flags |= pmap != kernel_pmap ? PTE_USER : 0;
    uint64_t *table = phys_to_virt(pmap->root);
    for (int level = PAGE_TABLE_LEVELS;; level--) {
        uint64_t *entry = &table[page_table_index(virtual, level)];
        if ((*entry & PTE_PRESENT) == 0) {
            phys_addr_t page;
            if (!table_page_allocate(&page)) {
                return nullptr;
            }
            if (level == 2 && pmap != kernel_pmap) {
                pv_set_table_owner(page, pmap);
            }
            *entry = page | flags;
        }
        if (level == 2) {
            return entry;
        }
        table = page_table_below(*entry);
    }
}

uint64_t *pmap_next_directory(const struct pmap *pmap, virt_addr_t *virtual, virt_addr_t end)
{
    while (*virtual < end) {
        uint64_t *table = phys_to_virt(pmap->root);
        int level = PAGE_TABLE_LEVELS;
        uint64_t *entry = &table[page_table_index(*virtual, level)];
        while (level > 2 && (*entry & PTE_PRESENT) != 0) {
            table = page_table_below(*entry);
            level--;
            entry = &table[page_table_index(*virtual, level)];
        }
        if ((*entry & PTE_PRESENT) != 0) {
            return entry;
        }
        virt_addr_t span = PAGE_SIZE << (9 * (level - 1));
        *virtual = (*virtual | (span - 1)) + 1;
        if (*virtual == 0) {
            break;
        }
    }
    return nullptr;
}

static void free_table(phys_addr_t page, int level)
{
    uint64_t *table = phys_to_virt(page);
    if (level == 1) {
        pv_set_table_owner(page, nullptr);
    } else {
        for (unsigned i = 0; i < PAGE_TABLE_ENTRIES; i++) {
            if ((table[i] & PTE_PRESENT) != 0) {
                free_table(table[i] & PTE_ADDRESS, level - 1);
            }
        }
    }
    upcall_page_table_free(page);
}

void pmap_free_tables(struct pmap *pmap)
{
    uint64_t *root = phys_to_virt(pmap->root);
    for (unsigned i = 0; i < USER_ROOT_ENTRIES; i++) {
        if ((root[i] & PTE_PRESENT) != 0) {
            free_table(root[i] & PTE_ADDRESS, PAGE_TABLE_LEVELS - 1);
        }
    }
    upcall_page_table_free(pmap->root);
}
