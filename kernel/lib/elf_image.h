/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an ELF64 executable for this machine asks to have in memory (System V ABI, "Object files";
 * AMD64 supplement). Only reads the bytes it is given and trusts none of them.  The kernel uses it
 * for init, user-space loaders for everything else, so it needs nothing but the freestanding
 * headers.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define ELF_SEGMENT_MAX 16

/* Bits of struct elf_segment.flags, as in the file. */
#define ELF_EXECUTE 1u
#define ELF_WRITE   2u
#define ELF_READ    4u

enum elf_error {
    ELF_OK,
    ELF_NO_ELF,
    ELF_TRUNCATED,
    ELF_WRONG_CLASS,
    ELF_WRONG_MACHINE,
    ELF_WRONG_TYPE,
    ELF_BAD_HEADERS,
    ELF_NO_SEGMENTS,
    ELF_TOO_MANY_SEGMENTS,
    ELF_SEGMENT_OUTSIDE_FILE,
    ELF_SEGMENT_OUTSIDE_MEMORY,
    ELF_SEGMENT_SIZES,
    ELF_SEGMENT_ALIGNMENT,
    ELF_SEGMENT_OVERLAP,
    ELF_SEGMENT_WRITE_EXECUTE,
    ELF_DYNAMIC,
    ELF_BAD_ENTRY,
    ELF_ERROR_COUNT,
};

/*
 * One loadable segment: bytes [file_offset, file_offset + file_size) of the file stand at ADDRESS,
 * followed by zeros up to memory_size.  ADDRESS and file_offset are equal modulo the page size; no
 * two segments share a page.
 */
struct elf_segment {
    uint64_t address;
    uint64_t memory_size; /* not 0 */
    uint64_t file_offset;
    uint64_t file_size; /* at most memory_size */
    uint32_t flags;     /* ELF_*; never both ELF_WRITE and ELF_EXECUTE */
};

struct elf_image {
    uint64_t entry;                               /* in an executable segment */
    uint32_t segment_count;                       /* at least 1 */
    struct elf_segment segments[ELF_SEGMENT_MAX]; /* by ascending address */
};

/*
 * Read the static executable of SIZE bytes at FILE into IMAGE; its segments must lie in [LOW,
 * HIGH).
 * Returns: ELF_OK; another value says what is wrong, and IMAGE is undefined.
 */
[[nodiscard]] enum elf_error elf_image_parse(const void *file, size_t size, uint64_t low,
                                             uint64_t high, struct elf_image *image);

/* What is wrong, in words that continue "NAME: ". */
const char *elf_error_string(enum elf_error error);
