/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Symbols of a file made here, whole and damaged.
 */
#include <stdint.h>
#include <stdlib.h>

#include "check.h"
#include "elf_symbols.h"

/* The file: header, section headers, symbols, strings. */
struct test_file {
    char magic[40];
    uint64_t section_offset;
    char more[10];
    uint16_t section_size;
    uint16_t section_count;
    uint16_t names;
    struct test_section {
        uint32_t name, type;
        uint64_t flags, address, offset, size;
        uint32_t link, info;
        uint64_t alignment, entry_size;
    } sections[4];
    struct test_symbol {
        uint32_t name;
        uint8_t info, other;
        uint16_t section;
        uint64_t value, size;
    } symbols[5];
    char strings[32];
};

static_assert(offsetof(struct test_file, sections) == 64);

static void make_file(struct test_file *file)
{
    *file = (struct test_file){
        .magic = "\177ELF",
        .section_offset = offsetof(struct test_file, sections),
        .section_size = sizeof(struct test_section),
        .section_count = 4,
        .sections = {
            [1] = { .type = 1, .address = 0x1000, .size = 0x100 },
            [2] = { .type = 2,
                    .offset = offsetof(struct test_file, symbols),
                    .size = sizeof(file->symbols),
                    .link = 3 },
            [3] = { .type = 3,
                    .offset = offsetof(struct test_file, strings),
                    .size = sizeof(file->strings) },
        },
        .symbols = {
            [1] = { .name = 1, .info = 0x12, .section = 1, .value = 0x1010, .size = 0x20 },
            [2] = { .name = 7, .info = 0x10, .section = 1, .value = 0x1000 },
            [3] = { .name = 13, .info = 0x11, .section = 1, .value = 0x1018, .size = 0x100 },
            [4] = { .name = 18, .info = 0x12, .section = 0, .value = 0x1011, .size = 0x20 },
        },
        .strings = "\0first\0label\0data\0other",
    };
}

static void check_name(const struct elf_symbols *symbols, uint64_t address, const char *name,
                       uint64_t offset)
{
    uint64_t found_offset = 0;
    const char *found = elf_symbols_find(symbols, address, &found_offset);
    CHECK((found == nullptr) == (name == nullptr));
    if (found != nullptr && name != nullptr) {
        CHECK_TEXT(found, name);
        CHECK(found_offset == offset);
    }
}

static void test_find(void)
{
    struct test_file file;
    struct elf_symbols symbols;
    make_file(&file);
    CHECK(elf_symbols_open(&file, sizeof(file), &symbols));
    check_name(&symbols, 0x1010, "first", 0);
    check_name(&symbols, 0x102f, "first", 0x1f);
    check_name(&symbols, 0x1030, "label", 0x30);
    check_name(&symbols, 0x1008, "label", 8);
    check_name(&symbols, 0xfff, nullptr, 0);
    check_name(&symbols, 0x1100, nullptr, 0); /* behind the section of the label */
}

static void test_damaged(void)
{
    struct test_file file;
    struct elf_symbols symbols;
    make_file(&file);
    file.strings[sizeof(file.strings) - 1] = 'x';
    CHECK(!elf_symbols_open(&file, sizeof(file), &symbols));
    make_file(&file);
    file.sections[2].link = 9;
    CHECK(!elf_symbols_open(&file, sizeof(file), &symbols));
    make_file(&file);
    file.sections[2].size = UINT64_MAX;
    CHECK(!elf_symbols_open(&file, sizeof(file), &symbols));
    make_file(&file);
    file.section_offset = UINT64_MAX - 8;
    CHECK(!elf_symbols_open(&file, sizeof(file), &symbols));
    make_file(&file);
    file.magic[1] = 'e';
    CHECK(!elf_symbols_open(&file, sizeof(file), &symbols));
}

/* Every byte changed, every length cut: the sanitizers watch. */
static void test_mutations(void)
{
    for (size_t i = 0; i < sizeof(struct test_file); i++) {
        struct test_file *file = malloc(sizeof(*file));
        struct elf_symbols symbols;
        uint64_t offset;
        make_file(file);
        ((char *)file)[i] ^= (char)0xff;
        if (elf_symbols_open(file, sizeof(*file), &symbols)) {
            const char *name = elf_symbols_find(&symbols, 0x1020, &offset);
            CHECK(name == nullptr || strlen(name) < sizeof(file->strings));
        }
        free(file);
        char *part = malloc(i + 1);
        struct test_file whole;
        make_file(&whole);
        memcpy(part, &whole, i);
        if (elf_symbols_open(part, i, &symbols)) {
            (void)elf_symbols_find(&symbols, 0x1020, &offset);
        }
        free(part);
    }
}

void test_elf_symbols(void)
{
    test_find();
    test_damaged();
    test_mutations();
}
