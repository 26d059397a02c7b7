/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Binary search in the symbol table. Both kinds of entries begin with their offset, so one search
 * serves both. The end marker, the last symbol, saves a case: an address beyond the last function
 * finds the marker and is refused like one before the first.
 */
#include <lib/ksyms.h>

#include <stddef.h>

static_assert(offsetof(struct ksym, offset) == 0 && offsetof(struct ksym_line, offset) == 0);
static_assert(sizeof(struct ksym) == 8 && sizeof(struct ksym_line) == 8);

/* The number of entries, of COUNT in the sorted TABLE, that begin at or before ADDRESS. */
static uint32_t ksyms_rank(const void *table, uint32_t count, uint64_t address)
{
    if (address < KSYMS_BASE) {
        return 0;
    }
    uint32_t low = 0;
    uint32_t high = count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        uint32_t offset = *(const uint32_t *)((const char *)table + middle * sizeof(struct ksym));
        if (offset <= address - KSYMS_BASE) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low;
}

const char *ksyms_lookup(uint64_t address, uint64_t *offsetp)
{
    uint32_t rank = ksyms_rank(ksyms_table, ksyms_count, address);
    if (rank == 0 || rank == ksyms_count) {
        return NULL;
    }
    const struct ksym *symbol = &ksyms_table[rank - 1];
    *offsetp = address - KSYMS_BASE - symbol->offset;
    return ksyms_strings + symbol->name;
}

const char *ksyms_place(uint64_t address, uint32_t *linep)
{
    uint32_t rank = ksyms_rank(ksyms_lines, ksyms_line_count, address);
    if (rank == 0 || ksyms_lines[rank - 1].line == 0) {
        return NULL;
    }
    *linep = ksyms_lines[rank - 1].line;
    return ksyms_strings + ksyms_files[ksyms_lines[rank - 1].file];
}
