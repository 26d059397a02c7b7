// SPDX-License-Identifier: BSD-2-Clause
/*
 * Binary search in the symbol table. The end marker, the table's last entry, saves a case: an
 * address beyond the last function finds the marker and is refused like one before the first.
 */
#include <lib/ksyms.h>

#include <stddef.h>

/* The number of entries whose function begins at or before OFFSET. */
static uint32_t ksyms_rank(uint32_t offset)
{
    uint32_t low = 0;
    uint32_t high = ksyms_count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (ksyms_table[middle].offset <= offset) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const char *ksyms_lookup(uint64_t address, uint64_t *offsetp)
{
    if (address < KSYMS_BASE || address - KSYMS_BASE > UINT32_MAX) {
        return NULL;
    }
    uint32_t offset = (uint32_t)(address - KSYMS_BASE);
    uint32_t rank = ksyms_rank(offset);
    if (rank == 0 || rank == ksyms_count) {
        return NULL;
    }
    const struct ksym *symbol = &ksyms_table[rank - 1];
    *offsetp = offset - symbol->offset;
    return ksyms_names + symbol->name;
}
