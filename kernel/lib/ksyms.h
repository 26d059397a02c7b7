// SPDX-License-Identifier: BSD-2-Clause
/*
 * The kernel's own symbol table: from a code address to the name of the function around it, for
 * panics, fault reports and traces. scripts/mkksyms.py makes the table from the first link of the
 * kernel; the second link carries it.
 */
#pragma once

#include <stdint.h>

/* Addresses in the table are offsets from here: where the kernel's two gigabytes begin. */
#define KSYMS_BASE 0xffffffff80000000ul

/* One function; the table is sorted by offset. */
struct ksym {
    uint32_t offset; /* of the function's first byte from KSYMS_BASE */
    uint32_t name;   /* of the name's first byte in ksyms_names, which ends in a zero byte */
};

/* Made by scripts/mkksyms.py. The last entry only marks the end of the code; it has an empty name. */
extern const struct ksym ksyms_table[];
extern const uint32_t ksyms_count;
extern const char ksyms_names[];

/*
 * The name of the function that contains ADDRESS, and in *OFFSETP how far into it ADDRESS lies.
 * A return address may lie just behind its function (the callee does not return): look up the
 * byte before it.
 *
 * Context: any, also in a panic: takes no lock and touches nothing but the table.
 * Returns: NULL, *OFFSETP untouched, when ADDRESS is not in the kernel's code.
 */
const char *ksyms_lookup(uint64_t address, uint64_t *offsetp);
