/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * ELF executables, good ones and all kinds of bad ones.  Each test begins with a good file and
 * spoils one thing.
 */
#include <test/ktest.h>

#include <lib/elf_image.h>
#include <lib/string.h>

#define LOW       UINT64_C(0x1000)
#define HIGH      UINT64_C(0x7ffffffff000)
#define TEXT      UINT64_C(0x400000)
#define DATA      UINT64_C(0x402000)
#define FILE_SIZE 0x3000
#define HEADERS   64

/* The fields of the file that tests change, by offset (System V ABI, "ELF header", "Program
 * header"). */
enum {
    ELF_CLASS = 4,
    ELF_DATA = 5,
    ELF_TYPE = 16,
    ELF_MACHINE = 18,
    ELF_ENTRY = 24,
    ELF_TABLE = 32,
    ELF_ENTRY_SIZE = 54,
    ELF_ENTRY_COUNT = 56,
    SEGMENT_SIZE = 56,
    SEGMENT_TYPE = 0,
    SEGMENT_FLAGS = 4,
    SEGMENT_OFFSET = 8,
    SEGMENT_ADDRESS = 16,
    SEGMENT_FILE_SIZE = 32,
    SEGMENT_MEMORY_SIZE = 40,
};

static uint8_t file[FILE_SIZE];
static struct elf_image image;

static void put(size_t offset, uint64_t value, size_t size)
{
    memcpy(&file[offset], &value, size);
}

static size_t segment_field(uint32_t index, size_t field)
{
    return HEADERS + index * (size_t)SEGMENT_SIZE + field;
}

static void put_segment(uint32_t index, uint32_t flags, uint64_t offset, uint64_t address,
                        uint64_t file_size, uint64_t memory_size)
{
    put(segment_field(index, SEGMENT_TYPE), 1, 4);
    put(segment_field(index, SEGMENT_FLAGS), flags, 4);
    put(segment_field(index, SEGMENT_OFFSET), offset, 8);
    put(segment_field(index, SEGMENT_ADDRESS), address, 8);
    put(segment_field(index, SEGMENT_FILE_SIZE), file_size, 8);
    put(segment_field(index, SEGMENT_MEMORY_SIZE), memory_size, 8);
}

/* A file with a text and, standing before it in the table, a data segment. */
static void make_good_file(void)
{
    memset(file, 0, sizeof(file));
    memcpy(file, "\177ELF\2\1\1", 7);
    put(ELF_TYPE, 2, 2);
    put(ELF_MACHINE, 62, 2);
    put(ELF_ENTRY, TEXT + 0x10, 8);
    put(ELF_TABLE, HEADERS, 8);
    put(ELF_ENTRY_SIZE, SEGMENT_SIZE, 2);
    put(ELF_ENTRY_COUNT, 2, 2);
    put_segment(0, ELF_READ | ELF_WRITE, 0x2000, DATA, 0x800, 0x5000);
    put_segment(1, ELF_READ | ELF_EXECUTE, 0x1000, TEXT, 0x1000, 0x1000);
}

static enum elf_error parse(size_t size)
{
    return elf_image_parse(file, size, LOW, HIGH, &image);
}

/* What is said about the good file with SIZE bytes at OFFSET changed to VALUE. */
static enum elf_error parse_with(size_t offset, uint64_t value, size_t size)
{
    make_good_file();
    put(offset, value, size);
    return parse(FILE_SIZE);
}

KTEST(elf_image_good_file_is_read)
{
    make_good_file();
    EXPECT_EQ(parse(FILE_SIZE), ELF_OK);
    EXPECT_EQ(image.entry, TEXT + 0x10);
    EXPECT_EQ(image.segment_count, 2);
    EXPECT_EQ(image.segments[0].address, TEXT);
    EXPECT_EQ(image.segments[0].flags, ELF_READ | ELF_EXECUTE);
    EXPECT_EQ(image.segments[1].address, DATA);
    EXPECT_EQ(image.segments[1].file_offset, 0x2000);
    EXPECT_EQ(image.segments[1].file_size, 0x800);
    EXPECT_EQ(image.segments[1].memory_size, 0x5000);
}

/* What is wrong with the good file if only its first SIZE bytes are there. */
static enum elf_error truncation_error(size_t size)
{
    if (size < 4) {
        return ELF_NO_ELF;
    }
    return size < HEADERS + 2 * SEGMENT_SIZE ? ELF_TRUNCATED : ELF_SEGMENT_OUTSIDE_FILE;
}

KTEST(elf_image_every_truncation_is_noticed)
{
    make_good_file();
    for (size_t size = 0; size < 0x2800; size++) {
        if (!EXPECT_EQ(parse(size), truncation_error(size))) {
            return;
        }
    }
    EXPECT_EQ(parse(0x2800), ELF_OK);
}

/* In the host program, a byte read too far ends the test. */
KTEST(elf_image_is_not_read_past_its_end)
{
    uint8_t magic[3];
    uint8_t header[HEADERS - 1];
    make_good_file();
    memcpy(magic, file, sizeof(magic));
    memcpy(header, file, sizeof(header));
    EXPECT_EQ(elf_image_parse(magic, sizeof(magic), LOW, HIGH, &image), ELF_NO_ELF);
    EXPECT_EQ(elf_image_parse(header, sizeof(header), LOW, HIGH, &image), ELF_TRUNCATED);
}

KTEST(elf_image_header_is_checked)
{
    for (size_t i = 0; i < 4; i++) {
        EXPECT_EQ(parse_with(i, 'X', 1), ELF_NO_ELF);
    }
    EXPECT_EQ(parse_with(ELF_CLASS, 1, 1), ELF_WRONG_CLASS);
    EXPECT_EQ(parse_with(ELF_DATA, 2, 1), ELF_WRONG_CLASS);
    EXPECT_EQ(parse_with(ELF_TYPE, 3, 2), ELF_WRONG_TYPE);
    EXPECT_EQ(parse_with(ELF_MACHINE, 183, 2), ELF_WRONG_MACHINE);
    EXPECT_EQ(parse_with(ELF_ENTRY_SIZE, 32, 2), ELF_BAD_HEADERS);
    EXPECT_EQ(parse_with(ELF_TABLE, UINT64_MAX - 8, 8), ELF_TRUNCATED);
    EXPECT_EQ(parse_with(ELF_TABLE, FILE_SIZE - SEGMENT_SIZE, 8), ELF_TRUNCATED);
    EXPECT_EQ(parse_with(ELF_ENTRY_COUNT, UINT16_MAX, 2), ELF_TRUNCATED);
    EXPECT_EQ(parse_with(ELF_ENTRY_COUNT, 0, 2), ELF_NO_SEGMENTS);
    EXPECT_EQ(parse_with(ELF_ENTRY, DATA, 8), ELF_BAD_ENTRY);
    EXPECT_EQ(parse_with(ELF_ENTRY, TEXT + 0x1000, 8), ELF_BAD_ENTRY);
}

KTEST(elf_image_segments_are_checked)
{
    size_t offset = segment_field(0, SEGMENT_OFFSET);
    size_t address = segment_field(0, SEGMENT_ADDRESS);
    size_t file_size = segment_field(0, SEGMENT_FILE_SIZE);
    size_t memory_size = segment_field(0, SEGMENT_MEMORY_SIZE);
    EXPECT_EQ(parse_with(offset, UINT64_MAX & ~UINT64_C(0xfff), 8), ELF_SEGMENT_OUTSIDE_FILE);
    EXPECT_EQ(parse_with(offset, 0x2ffff000, 8), ELF_SEGMENT_OUTSIDE_FILE);
    EXPECT_EQ(parse_with(file_size, 0x1001, 8), ELF_SEGMENT_OUTSIDE_FILE);
    EXPECT_EQ(parse_with(memory_size, 0x7ff, 8), ELF_SEGMENT_SIZES);
    EXPECT_EQ(parse_with(memory_size, UINT64_MAX, 8), ELF_SEGMENT_OUTSIDE_MEMORY);
    EXPECT_EQ(parse_with(memory_size, HIGH - DATA, 8), ELF_OK);
    EXPECT_EQ(parse_with(memory_size, HIGH - DATA + 1, 8), ELF_SEGMENT_OUTSIDE_MEMORY);
    EXPECT_EQ(parse_with(address, 0, 8), ELF_SEGMENT_OUTSIDE_MEMORY);
    EXPECT_EQ(parse_with(address, UINT64_C(0xffffffff80000000), 8), ELF_SEGMENT_OUTSIDE_MEMORY);
    EXPECT_EQ(parse_with(address, DATA + 8, 8), ELF_SEGMENT_ALIGNMENT);
    EXPECT_EQ(parse_with(segment_field(0, SEGMENT_FLAGS), ELF_READ | ELF_WRITE | ELF_EXECUTE, 4),
              ELF_SEGMENT_WRITE_EXECUTE);
    EXPECT_EQ(parse_with(segment_field(0, SEGMENT_TYPE), 2, 4), ELF_DYNAMIC);
    EXPECT_EQ(parse_with(segment_field(0, SEGMENT_TYPE), 3, 4), ELF_DYNAMIC);
    EXPECT_EQ(parse_with(segment_field(0, SEGMENT_TYPE), 4, 4), ELF_OK);
    EXPECT_EQ(image.segment_count, 1);
    EXPECT_EQ(parse_with(segment_field(0, SEGMENT_FLAGS), ELF_READ | 0x100, 4), ELF_OK);
    EXPECT_EQ(image.segments[1].flags, ELF_READ);
}

KTEST(elf_image_empty_segments_do_not_count)
{
    make_good_file();
    put_segment(0, ELF_READ, 0x2000, TEXT, 0, 0);
    EXPECT_EQ(parse(FILE_SIZE), ELF_OK);
    EXPECT_EQ(image.segment_count, 1);
}

KTEST(elf_image_sums_that_wrap_are_noticed)
{
    make_good_file();
    put(segment_field(0, SEGMENT_FILE_SIZE), UINT64_MAX - 0x1000, 8);
    put(segment_field(0, SEGMENT_MEMORY_SIZE), UINT64_MAX - 0x1000, 8);
    EXPECT_EQ(parse(FILE_SIZE), ELF_SEGMENT_OUTSIDE_FILE);
}

KTEST(elf_image_segments_share_no_page)
{
    /* Data in the last page of the text, at its start, and around it. */
    static const struct {
        uint64_t address, memory_size;
    } overlaps[] = { { TEXT, 0x1000 }, { TEXT - 0x1000, 0x1001 }, { TEXT - 0x1000, 0x9000 } };
    for (uint32_t i = 0; i < ARRAY_SIZE(overlaps); i++) {
        make_good_file();
        put_segment(0, ELF_READ, 0x2000, overlaps[i].address, 0x800, overlaps[i].memory_size);
        EXPECT_EQ(parse(FILE_SIZE), ELF_SEGMENT_OVERLAP);
    }
    make_good_file();
    put_segment(0, ELF_READ, 0x2800, TEXT + 0x800, 0x100, 0x100);
    put_segment(1, ELF_READ | ELF_EXECUTE, 0x1000, TEXT, 0x700, 0x700);
    EXPECT_EQ(parse(FILE_SIZE), ELF_SEGMENT_OVERLAP);
    make_good_file();
    put_segment(0, ELF_READ, 0x2000, TEXT - 0x1000, 0x800, 0x1000);
    EXPECT_EQ(parse(FILE_SIZE), ELF_OK);
}

KTEST(elf_image_too_many_segments)
{
    make_good_file();
    put(ELF_ENTRY_COUNT, ELF_SEGMENT_MAX + 1, 2);
    for (uint32_t i = 2; i <= ELF_SEGMENT_MAX; i++) {
        put_segment(i, ELF_READ, 0x2000, DATA + i * UINT64_C(0x10000), 0, 0x1000);
    }
    EXPECT_EQ(parse(FILE_SIZE), ELF_TOO_MANY_SEGMENTS);
    put(ELF_ENTRY_COUNT, ELF_SEGMENT_MAX, 2);
    EXPECT_EQ(parse(FILE_SIZE), ELF_OK);
    EXPECT_EQ(image.segment_count, ELF_SEGMENT_MAX);
}

KTEST(elf_errors_all_have_words)
{
    for (uint32_t error = 0; error < ELF_ERROR_COUNT; error++) {
        EXPECT(elf_error_string(error) != nullptr && elf_error_string(error)[0] != '\0');
    }
}
