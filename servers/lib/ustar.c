/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The archive is a sequence of 512-byte headers, each followed by its member's contents, padded;
 * two blocks of zeros end it.
 */
#include "ustar.h"

#include <string.h>

#define BLOCK 512u

/* POSIX.1-2017, pax, table "ustar Header Block". */
struct header {
    char name[100];
    char mode[8];
    char uid[8];
    char gid[8];
    char size[12];
    char mtime[12];
    char checksum[8];
    char typeflag;
    char linkname[100];
    char magic[6];
    char version[2];
    char uname[32];
    char gname[32];
    char devmajor[8];
    char devminor[8];
    char prefix[155];
    char padding[12];
};
static_assert(sizeof(struct header) == BLOCK);

void ustar_begin(struct ustar *ustar, const void *archive, size_t size)
{
    *ustar = (struct ustar){ .archive = archive, .size = size };
}

/* The octal number in the LENGTH characters at FIELD, which end with a blank, a zero or the
 * field. */
static bool parse_octal(const char *field, size_t length, uint64_t *value)
{
    size_t i = 0;
    *value = 0;
    while (i < length && field[i] == ' ') {
        i++;
    }
    for (; i < length && field[i] != ' ' && field[i] != '\0'; i++) {
        if (field[i] < '0' || field[i] > '7') {
            return false;
        }
        *value = *value << 3 | (uint64_t)(field[i] - '0');
    }
    return true;
}

/* The sum of all bytes of HEADER, with the checksum field taken as blanks. */
static uint64_t header_sum(const struct header *header)
{
    const unsigned char *bytes = (const unsigned char *)header;
    uint64_t sum = 0;
    for (size_t i = 0; i < BLOCK; i++) {
        bool is_checksum =
            i >= offsetof(struct header, checksum) && i < offsetof(struct header, typeflag);
        sum += is_checksum ? ' ' : bytes[i];
    }
    return sum;
}

static bool is_zero_block(const char *block)
{
    for (size_t i = 0; i < BLOCK; i++) {
        if (block[i] != '\0') {
            return false;
        }
    }
    return true;
}

/* Append at most LENGTH characters of FIELD to PATH, which has room for them. */
static size_t append_field(char *path, size_t used, const char *field, size_t length)
{
    const char *end = memchr(field, '\0', length);
    size_t count = end == nullptr ? length : (size_t)(end - field);
    memcpy(path + used, field, count);
    return used + count;
}

/* Put the path of HEADER together in PATH, in its plain form. */
static void build_path(const struct header *header, char *path)
{
    char whole[USTAR_PATH_MAX];
    size_t length = append_field(whole, 0, header->prefix, sizeof(header->prefix));
    if (length != 0) {
        whole[length++] = '/';
    }
    length = append_field(whole, length, header->name, sizeof(header->name));
    while (length != 0 && whole[length - 1] == '/') {
        length--;
    }
    whole[length] = '\0';

    const char *start = whole;
    while (*start == '/' || (start[0] == '.' && (start[1] == '/' || start[1] == '\0'))) {
        start++;
    }
    memcpy(path, start, strlen(start) + 1);
}

static enum ustar_type member_type(char typeflag)
{
    switch (typeflag) {
    case '0':
    case '\0': return USTAR_FILE;
    case '5': return USTAR_DIRECTORY;
    default: return USTAR_OTHER;
    }
}

/* Fill MEMBER from HEADER, whose contents would begin at DATA. */
static enum ustar_result read_header(const struct ustar *ustar, const struct header *header,
                                     size_t data, struct ustar_member *member)
{
    uint64_t checksum;
    uint64_t mode;
    if (memcmp(header->magic, "ustar", 5) != 0) {
        return USTAR_NO_ARCHIVE;
    }
    if (!parse_octal(header->checksum, sizeof(header->checksum), &checksum) ||
        checksum != header_sum(header)) {
        return USTAR_BAD_CHECKSUM;
    }
    if (!parse_octal(header->mode, sizeof(header->mode), &mode) ||
        !parse_octal(header->size, sizeof(header->size), &member->size) ||
        !parse_octal(header->mtime, sizeof(header->mtime), &member->modified)) {
        return USTAR_BAD_NUMBER;
    }
    if (member->size > ustar->size - data) {
        return USTAR_TRUNCATED;
    }
    member->mode = (uint32_t)mode & 07777;
    member->type = member_type(header->typeflag);
    member->data = data;
    build_path(header, member->path);
    return USTAR_MEMBER;
}

enum ustar_result ustar_next(struct ustar *ustar, struct ustar_member *member)
{
    for (;;) {
        if (ustar->size - ustar->offset < BLOCK) {
            return ustar->offset == 0 ? USTAR_NO_ARCHIVE : USTAR_TRUNCATED;
        }
        const struct header *header = (const struct header *)(ustar->archive + ustar->offset);
        if (is_zero_block((const char *)header)) {
            return ustar->offset == 0 ? USTAR_NO_ARCHIVE : USTAR_END;
        }
        size_t data = ustar->offset + BLOCK;
        enum ustar_result result = read_header(ustar, header, data, member);
        if (result != USTAR_MEMBER) {
            return result;
        }
        uint64_t blocks = (member->size + BLOCK - 1) / BLOCK * BLOCK;
        ustar->offset = blocks > ustar->size - data ? ustar->size : data + blocks;
        if (header->typeflag != 'x' && header->typeflag != 'g') {
            return USTAR_MEMBER;
        }
    }
}

const char *ustar_error(enum ustar_result result)
{
    switch (result) {
    case USTAR_NO_ARCHIVE: return "not a ustar archive";
    case USTAR_BAD_CHECKSUM: return "archive is damaged: a header's checksum is wrong";
    case USTAR_BAD_NUMBER: return "archive is damaged: a header's number is not octal";
    case USTAR_TRUNCATED: return "archive is cut off";
    case USTAR_END: return "no such file in the archive";
    default: return "no error";
    }
}

enum ustar_result ustar_find(const void *archive, size_t size, const char *path,
                             struct ustar_member *member)
{
    struct ustar ustar;
    ustar_begin(&ustar, archive, size);
    while (*path == '/') {
        path++;
    }
    enum ustar_result result;
    do {
        result = ustar_next(&ustar, member);
    } while (result == USTAR_MEMBER && strcmp(member->path, path) != 0);
    return result;
}
