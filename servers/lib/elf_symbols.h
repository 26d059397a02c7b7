/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The symbol table of an ELF64 file: which function an address is in. Only reads the bytes it is
 * given and trusts none of them.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct elf_symbols {
    const char *file;
    size_t file_size;
    const char *symbols; /* the table, in the file */
    size_t count;
    const char *strings; /* the names; the last byte is zero */
    size_t strings_size;
};

/* Find the table in the SIZE bytes at FILE, which stay as long as SYMBOLS is used.
 * Returns: false, there is none. */
bool elf_symbols_open(const void *file, size_t size, struct elf_symbols *symbols);

/* Find the function ADDRESS is in; *OFFSET is how far behind its beginning. Returns: null, it is in
 * none. */
const char *elf_symbols_find(const struct elf_symbols *symbols, uint64_t address, uint64_t *offset);
