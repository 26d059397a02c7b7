/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's own symbol table: from a code address to the function around it and to the line of
 * source it comes from, for panics, fault reports and traces. scripts/mkksyms.py makes the table
 * from the first link of the kernel; the second link carries it.
 */
#pragma once

#include <stdint.h>

/* Addresses in the tables are offsets from here: where the kernel's two gigabytes begin. */
#define KSYMS_BASE 0xffffffff80000000ul

/* One function; the table is sorted by offset. */
struct ksym {
    uint32_t offset; /* of the function's first byte from KSYMS_BASE */
    uint32_t name;   /* of the name's first byte in ksyms_strings; it ends in a zero byte */
};

/* Where the code of one source line begins; the table is sorted by offset. */
struct ksym_line {
    uint32_t offset;
    uint16_t file; /* index into ksyms_files */
    uint16_t line; /* 0: no line is known from here on */
};

/* Made by scripts/mkksyms.py. The last symbol has no name: it marks the end of the code. */
extern const struct ksym ksyms_table[];
extern const uint32_t ksyms_count;
extern const struct ksym_line ksyms_lines[];
extern const uint32_t ksyms_line_count;
extern const uint32_t ksyms_files[]; /* offsets of file names in ksyms_strings */
extern const char ksyms_strings[];

/*
 * The name of the function that contains ADDRESS, and in *OFFSETP how far into it ADDRESS lies.
 * A return address may lie just behind its function (the callee does not return): look up the
 * byte before it.
 *
 * Context: any, also in a panic: takes no lock and touches nothing but the table.
 * Returns: NULL, *OFFSETP untouched, when ADDRESS is not in the kernel's code.
 */
const char *ksyms_lookup(uint64_t address, uint64_t *offsetp);

/*
 * The source file (from the root of the tree) that the code at ADDRESS comes from, and in *LINEP
 * the line. As with ksyms_lookup(), look up the byte before a return address.
 *
 * Context: any.
 * Returns: NULL, *LINEP untouched, when it is not known (assembly, or no code).
 */
const char *ksyms_place(uint64_t address, uint32_t *linep);
