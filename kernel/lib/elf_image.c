/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Headers are copied out byte by byte before they are looked at, so that no alignment is assumed
 * and a file that changes under us (another task may map it) cannot change a value between its
 * check and its use.
 */
#include <lib/elf_image.h>

#define PAGE_SIZE_ELF   UINT64_C(4096)
#define ELF_MACHINE     62 /* EM_X86_64 */
#define ELF_TYPE_EXEC   2
#define ELF_CLASS_64    2
#define ELF_LITTLE      1
#define SEGMENT_LOAD    1
#define SEGMENT_DYNAMIC 2
#define SEGMENT_INTERP  3

struct elf_header {
    unsigned char ident[16];
    uint16_t type;
    uint16_t machine;
    uint32_t version;
    uint64_t entry;
    uint64_t program_headers;
    uint64_t section_headers;
    uint32_t flags;
    uint16_t header_size;
    uint16_t program_header_size;
    uint16_t program_header_count;
    uint16_t section_header_size;
    uint16_t section_header_count;
    uint16_t section_names;
};

struct elf_program_header {
    uint32_t type;
    uint32_t flags;
    uint64_t offset;
    uint64_t address;
    uint64_t physical;
    uint64_t file_size;
    uint64_t memory_size;
    uint64_t alignment;
};

static_assert(sizeof(struct elf_header) == 64);
static_assert(sizeof(struct elf_program_header) == 56);

static void copy_bytes(void *to, const unsigned char *from, size_t size)
{
    unsigned char *target = to;
    for (size_t i = 0; i < size; i++) {
        target[i] = from[i];
    }
}

static enum elf_error check_header(const struct elf_header *header, size_t size)
{
    if (header->ident[4] != ELF_CLASS_64 || header->ident[5] != ELF_LITTLE) {
        return ELF_WRONG_CLASS;
    }
    if (header->machine != ELF_MACHINE) {
        return ELF_WRONG_MACHINE;
    }
    if (header->type != ELF_TYPE_EXEC) {
        return ELF_WRONG_TYPE;
    }
    if (header->program_header_size != sizeof(struct elf_program_header)) {
        return ELF_BAD_HEADERS;
    }
    uint64_t table_size = header->program_header_count * sizeof(struct elf_program_header);
    if (header->program_headers > size || table_size > size - header->program_headers) {
        return ELF_TRUNCATED;
    }
    return ELF_OK;
}

/* Check one loadable segment by itself. */
static enum elf_error check_segment(const struct elf_program_header *header, size_t size,
                                    uint64_t low, uint64_t high)
{
    if (header->file_size > header->memory_size) {
        return ELF_SEGMENT_SIZES;
    }
    if (header->offset > size || header->file_size > size - header->offset) {
        return ELF_SEGMENT_OUTSIDE_FILE;
    }
    if (header->address < low || header->address > high ||
        header->memory_size > high - header->address) {
        return ELF_SEGMENT_OUTSIDE_MEMORY;
    }
    if ((header->address - header->offset) % PAGE_SIZE_ELF != 0) {
        return ELF_SEGMENT_ALIGNMENT;
    }
    if ((header->flags & ELF_WRITE) != 0 && (header->flags & ELF_EXECUTE) != 0) {
        return ELF_SEGMENT_WRITE_EXECUTE;
    }
    return ELF_OK;
}

/* Insert the segment at its place in the order of addresses. */
static void insert_segment(struct elf_image *image, const struct elf_program_header *header)
{
    uint32_t place = image->segment_count++;
    while (place > 0 && image->segments[place - 1].address > header->address) {
        image->segments[place] = image->segments[place - 1];
        place--;
    }
    image->segments[place] = (struct elf_segment){
        .address = header->address,
        .memory_size = header->memory_size,
        .file_offset = header->offset,
        .file_size = header->file_size,
        .flags = header->flags & (ELF_READ | ELF_WRITE | ELF_EXECUTE),
    };
}

static enum elf_error add_segment(struct elf_image *image, const struct elf_program_header *header,
                                  size_t size, uint64_t low, uint64_t high)
{
    if (header->type == SEGMENT_DYNAMIC || header->type == SEGMENT_INTERP) {
        return ELF_DYNAMIC;
    }
    if (header->type != SEGMENT_LOAD || header->memory_size == 0) {
        return ELF_OK;
    }
    enum elf_error error = check_segment(header, size, low, high);
    if (error != ELF_OK) {
        return error;
    }
    if (image->segment_count == ELF_SEGMENT_MAX) {
        return ELF_TOO_MANY_SEGMENTS;
    }
    insert_segment(image, header);
    return ELF_OK;
}

/* Check that no two segments touch the same page and that execution begins in one of them. */
static enum elf_error check_image(const struct elf_image *image)
{
    bool entry_is_valid = false;
    uint64_t end = 0;
    for (uint32_t i = 0; i < image->segment_count; i++) {
        const struct elf_segment *segment = &image->segments[i];
        if (i > 0 && segment->address / PAGE_SIZE_ELF <= (end - 1) / PAGE_SIZE_ELF) {
            return ELF_SEGMENT_OVERLAP;
        }
        end = segment->address + segment->memory_size;
        if ((segment->flags & ELF_EXECUTE) != 0 && image->entry >= segment->address &&
            image->entry < end) {
            entry_is_valid = true;
        }
    }
    if (image->segment_count == 0) {
        return ELF_NO_SEGMENTS;
    }
    return entry_is_valid ? ELF_OK : ELF_BAD_ENTRY;
}

enum elf_error elf_image_parse(const void *file, size_t size, uint64_t low, uint64_t high,
                               struct elf_image *image)
{
    const unsigned char *bytes = file;
    if (size < 4 || bytes[0] != 0x7f || bytes[1] != 'E' || bytes[2] != 'L' || bytes[3] != 'F') {
        return ELF_NO_ELF;
    }
    struct elf_header header;
    if (size < sizeof(header)) {
        return ELF_TRUNCATED;
    }
    copy_bytes(&header, bytes, sizeof(header));
    enum elf_error error = check_header(&header, size);
    if (error != ELF_OK) {
        return error;
    }

    image->entry = header.entry;
    image->segment_count = 0;
    for (uint32_t i = 0; i < header.program_header_count; i++) {
        struct elf_program_header program_header;
        copy_bytes(&program_header, bytes + header.program_headers + i * sizeof(program_header),
                   sizeof(program_header));
        error = add_segment(image, &program_header, size, low, high);
        if (error != ELF_OK) {
            return error;
        }
    }
    return check_image(image);
}

const char *elf_error_string(enum elf_error error)
{
    static const char *const strings[] = {
        [ELF_OK] = "no error",
        [ELF_NO_ELF] = "not an ELF file",
        [ELF_TRUNCATED] = "ELF file is truncated",
        [ELF_WRONG_CLASS] = "not a 64-bit little-endian ELF file",
        [ELF_WRONG_MACHINE] = "ELF file is for another machine",
        [ELF_WRONG_TYPE] = "ELF file is not an executable",
        [ELF_BAD_HEADERS] = "ELF program headers have an unknown size",
        [ELF_NO_SEGMENTS] = "ELF file has nothing to load",
        [ELF_TOO_MANY_SEGMENTS] = "ELF file has too many segments",
        [ELF_SEGMENT_OUTSIDE_FILE] = "ELF segment lies outside the file",
        [ELF_SEGMENT_OUTSIDE_MEMORY] = "ELF segment lies outside user memory",
        [ELF_SEGMENT_SIZES] = "ELF segment is larger in the file than in memory",
        [ELF_SEGMENT_ALIGNMENT] = "ELF segment is not aligned like its place in the file",
        [ELF_SEGMENT_OVERLAP] = "ELF segments overlap",
        [ELF_SEGMENT_WRITE_EXECUTE] = "ELF segment is writable and executable",
        [ELF_DYNAMIC] = "ELF file needs a dynamic linker",
        [ELF_BAD_ENTRY] = "ELF entry point is in no executable segment",
    };
    static_assert(sizeof(strings) / sizeof(strings[0]) == ELF_ERROR_COUNT);
    return error < ELF_ERROR_COUNT ? strings[error] : "unknown ELF error";
}
