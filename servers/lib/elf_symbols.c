/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Layouts are those of the System V ABI, "Section Header" and "Symbol Table". Nothing in a file need
 * be aligned, so everything is copied out.
 */
#include "elf_symbols.h"

#include <string.h>

/* ELF64 header: place, entry size and number of the section headers. */
#define HEADER_SIZE 64
#define SHOFF       40
#define SHENTSIZE   58
#define SHNUM       60

/* A section header. */
struct section {
    uint32_t name;
    uint32_t type;
    uint64_t flags;
    uint64_t address;
    uint64_t offset;
    uint64_t size;
    uint32_t link; /* of a symbol table: number of the section with its strings */
    uint32_t info;
    uint64_t alignment;
    uint64_t entry_size;
};

#define SECTION_SYMBOLS 2
#define SECTION_STRINGS 3

/* An entry of a symbol table. */
struct symbol {
    uint32_t name;
    uint8_t info; /* the kind in the low four bits */
    uint8_t other;
    uint16_t section; /* 0: not defined here */
    uint64_t value;
    uint64_t size;
};

#define SYMBOL_NONE     0 /* labels in assembler files */
#define SYMBOL_FUNCTION 2

struct file {
    const char *bytes;
    size_t size;
};

/* Copy SIZE bytes at OFFSET of FILE. Returns: false, they are not all in it. */
static bool read_at(const struct file *file, uint64_t offset, void *data, size_t size)
{
    if (offset > file->size || size > file->size - offset) {
        return false;
    }
    memcpy(data, file->bytes + offset, size);
    return true;
}

/* Read the header of section NUMBER, whose contents must lie in FILE. */
static bool read_section(const struct file *file, uint32_t number, struct section *section)
{
    uint64_t table;
    uint16_t entry_size, count;
    if (!read_at(file, SHOFF, &table, sizeof(table)) ||
        !read_at(file, SHENTSIZE, &entry_size, sizeof(entry_size)) ||
        !read_at(file, SHNUM, &count, sizeof(count))) {
        return false;
    }
    if (number >= count || entry_size < sizeof(*section) || table > file->size ||
        !read_at(file, table + (uint64_t)number * entry_size, section, sizeof(*section))) {
        return false;
    }
    return section->offset <= file->size && section->size <= file->size - section->offset;
}

bool elf_symbols_open(const void *bytes, size_t size, struct elf_symbols *symbols)
{
    const struct file file = { bytes, size };
    struct section table, strings;
    uint16_t count;
    if (size < HEADER_SIZE || memcmp(bytes, "\177ELF", 4) != 0 ||
        !read_at(&file, SHNUM, &count, sizeof(count))) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!read_section(&file, i, &table) || table.type != SECTION_SYMBOLS) {
            continue;
        }
        if (!read_section(&file, table.link, &strings) || strings.type != SECTION_STRINGS ||
            strings.size == 0 || file.bytes[strings.offset + strings.size - 1] != '\0') {
            return false;
        }
        *symbols = (struct elf_symbols){
            .file = bytes,
            .file_size = size,
            .symbols = file.bytes + table.offset,
            .count = table.size / sizeof(struct symbol),
            .strings = file.bytes + strings.offset,
            .strings_size = strings.size,
        };
        return true;
    }
    return false;
}

/* Is ADDRESS in the section of SYMBOL? */
static bool is_in_section(const struct elf_symbols *symbols, const struct symbol *symbol,
                          uint64_t address)
{
    const struct file file = { symbols->file, symbols->file_size };
    struct section section;
    return read_section(&file, symbol->section, &section) && address >= section.address &&
           address - section.address < section.size;
}

/* May SYMBOL name the code at ADDRESS? A label has no size: it names what follows. */
static bool covers(const struct elf_symbols *symbols, const struct symbol *symbol, uint64_t address)
{
    unsigned kind = symbol->info & 0xf;
    if (symbol->section == 0 || symbol->value > address ||
        (kind != SYMBOL_FUNCTION && kind != SYMBOL_NONE)) {
        return false;
    }
    return symbol->size == 0 ? is_in_section(symbols, symbol, address)
                             : address - symbol->value < symbol->size;
}

const char *elf_symbols_find(const struct elf_symbols *symbols, uint64_t address, uint64_t *offset)
{
    struct symbol best = {};
    bool is_found = false;
    for (size_t i = 0; i < symbols->count; i++) {
        struct symbol symbol;
        memcpy(&symbol, symbols->symbols + i * sizeof(symbol), sizeof(symbol));
        if (symbol.name == 0 || symbol.name >= symbols->strings_size ||
            !covers(symbols, &symbol, address)) {
            continue;
        }
        /* What has a size is known to reach to ADDRESS; of labels the nearest is the best guess. */
        bool is_better =
            (symbol.size != 0) != (best.size != 0) ? symbol.size != 0 : symbol.value > best.value;
        if (!is_found || is_better) {
            best = symbol;
            is_found = true;
        }
    }
    *offset = address - best.value;
    return is_found ? symbols->strings + best.name : nullptr;
}
