/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The processor combines the permissions of all levels, so a directory entry without the write bit
 * protects 512 pages at once.  Which of them were meant is kept in bits of the entry that the
 * processor ignores (SDM vol. 3 table 4-17): the first and the last group of 16 pages.  The others
 * in the span lose the permission too, which costs them a fault at most, because a pmap may forget
 * what it likes; the first pmap_enter() that needs the permission settles the matter.
 */
#include <pmap_internal.h>

#define GROUP_PAGES 16

#define FIRST_SHIFT 52
#define LAST_SHIFT  57
#define GROUP_MASK  UINT64_C(0x1f)
#define RANGE_BITS  (GROUP_MASK << FIRST_SHIFT | GROUP_MASK << LAST_SHIFT)

static bool span_is_restricted(uint64_t directory)
{
    return (directory & (PTE_WRITE | PTE_NO_EXECUTE)) != PTE_WRITE;
}

void span_restrict(uint64_t *directory, unsigned first, unsigned last, vm_prot_t protection)
{
    uint64_t entry = *directory;
    uint64_t first_group = first / GROUP_PAGES;
    uint64_t last_group = last / GROUP_PAGES;
    if (span_is_restricted(entry)) {
        uint64_t old_first = entry >> FIRST_SHIFT & GROUP_MASK;
        uint64_t old_last = entry >> LAST_SHIFT & GROUP_MASK;
        first_group = old_first < first_group ? old_first : first_group;
        last_group = old_last > last_group ? old_last : last_group;
    }
    entry = (entry & ~RANGE_BITS) | first_group << FIRST_SHIFT | last_group << LAST_SHIFT;
    if ((protection & VM_PROT_WRITE) == 0) {
        entry &= ~PTE_WRITE;
    }
    if ((protection & VM_PROT_EXECUTE) == 0) {
        entry |= PTE_NO_EXECUTE;
    }
    *directory = entry;
}

void span_settle(uint64_t *directory)
{
    uint64_t entry = *directory;
    uint64_t *table = page_table_below(entry);
    uint64_t cleared = ~entry & PTE_WRITE;
    uint64_t set = entry & PTE_NO_EXECUTE;
    unsigned first = (unsigned)(entry >> FIRST_SHIFT & GROUP_MASK) * GROUP_PAGES;
    unsigned last = (unsigned)(entry >> LAST_SHIFT & GROUP_MASK) * GROUP_PAGES + GROUP_PAGES - 1;
    for (unsigned i = first; i <= last; i++) {
        (void)entry_restrict(&table[i], cleared, set);
    }
    *directory = (entry & ~(RANGE_BITS | PTE_NO_EXECUTE)) | PTE_WRITE;
}
