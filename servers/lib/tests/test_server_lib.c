/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The archive reader and the startup block, with good and with damaged input.
 */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "startup_block.h"
#include "ustar.h"

#define BLOCK 512

/* An archive under construction. */
struct archive {
    char data[16 * BLOCK];
    size_t size;
};

/* Append a member; the checksum is right. */
static char *add_member(struct archive *archive, const char *name, char type, const char *contents)
{
    char *header = archive->data + archive->size;
    size_t size = strlen(contents);
    memset(header, 0, BLOCK);
    strcpy(header, name);
    snprintf(header + 100, 8, "%07o", 0644);
    snprintf(header + 124, 12, "%011zo", size);
    snprintf(header + 136, 12, "%011o", 1000);
    memcpy(header + 257, "ustar", 6);
    memcpy(header + 263, "00", 2);
    header[156] = type;
    memset(header + 148, ' ', 8);
    unsigned sum = 0;
    for (int i = 0; i < BLOCK; i++) {
        sum += (unsigned char)header[i];
    }
    snprintf(header + 148, 8, "%06o", sum);
    memset(header + BLOCK, 0, BLOCK);
    memcpy(header + BLOCK, contents, size);
    archive->size += BLOCK + (size + BLOCK - 1) / BLOCK * BLOCK;
    return header;
}

/* Append the end mark. */
static void finish(struct archive *archive)
{
    memset(archive->data + archive->size, 0, 2 * BLOCK);
    archive->size += 2 * BLOCK;
}

/* What reading the whole of the SIZE bytes ends with; *COUNT members came before. */
static enum ustar_result read_all(const char *data, size_t size, unsigned *count)
{
    struct ustar ustar;
    struct ustar_member member;
    enum ustar_result result;
    /* A copy of exactly this size, so that the sanitizer sees a read beyond the end. */
    char *copy = malloc(size == 0 ? 1 : size);
    memcpy(copy, data, size);
    *count = 0;
    ustar_begin(&ustar, copy, size);
    while ((result = ustar_next(&ustar, &member)) == USTAR_MEMBER) {
        (*count)++;
    }
    free(copy);
    return result;
}

static void test_good_archive(void)
{
    struct archive archive = {};
    struct ustar_member member;
    add_member(&archive, "./etc/", '5', "");
    add_member(&archive, "ignored", 'x', "30 comment=this is only padding\n");
    add_member(&archive, "etc/motd", '0', "hello\n");
    finish(&archive);
    CHECK(ustar_find(archive.data, archive.size, "/etc/motd", &member) == USTAR_MEMBER);
    CHECK(member.type == USTAR_FILE && member.size == 6 && member.mode == 0644);
    CHECK(memcmp(archive.data + member.data, "hello\n", 6) == 0);
    CHECK(ustar_find(archive.data, archive.size, "etc", &member) == USTAR_MEMBER);
    CHECK(member.type == USTAR_DIRECTORY);
    CHECK(ustar_find(archive.data, archive.size, "ignored", &member) == USTAR_END);
}

static void test_damaged_archives(void)
{
    struct archive archive = {};
    unsigned count;
    add_member(&archive, "a", '0', "x");
    char *second = add_member(&archive, "b", '0', "y");
    finish(&archive);
    CHECK(read_all(archive.data, archive.size, &count) == USTAR_END && count == 2);
    for (size_t size = 0; size < archive.size - BLOCK; size++) {
        enum ustar_result result = read_all(archive.data, size, &count);
        CHECK(result != USTAR_END && result != USTAR_MEMBER && count <= 2);
    }
    second[0] = 'c';
    CHECK(read_all(archive.data, archive.size, &count) == USTAR_BAD_CHECKSUM && count == 1);
    second[0] = 'b';
    second[257] = 'U';
    CHECK(read_all(archive.data, archive.size, &count) == USTAR_NO_ARCHIVE && count == 1);
    char zeros[2 * BLOCK] = {};
    CHECK(read_all(zeros, sizeof(zeros), &count) == USTAR_NO_ARCHIVE);
    CHECK(strstr(ustar_error(USTAR_BAD_CHECKSUM), "checksum") != nullptr);
}

static void test_startup_block(void)
{
    static const char arguments[] = "ls\0-l";
    static const char environment[] = "A=1";
    struct startup_block block = {
        .pid = 7,
        .path = "/bin/ls",
        .cwd = "/",
        .arguments = arguments,
        .arguments_size = sizeof(arguments),
        .environment = environment,
        .environment_size = sizeof(environment),
        .port_count = 1,
        .ports = { { STARTUP_PORT_ROOT, 0x103 } },
    };
    size_t size = startup_block_size(&block);
    CHECK(size != 0 && size % 16 == 0);
    char *memory = malloc(size);
    startup_block_write(&block, memory);
    CHECK(startup_block_is_valid(memory, size));
    const struct startup_info *info = (const struct startup_info *)memory;
    const uint64_t *argv = (const uint64_t *)(memory + info->argv_offset);
    CHECK(info->pid == 7 && info->argc == 2 && info->envc == 1 && argv[2] == 0);
    CHECK(strcmp(memory + argv[1], "-l") == 0);
    CHECK(strcmp(memory + info->path_offset, "/bin/ls") == 0);
    /* No damage of one word may lead a reader out of the block. */
    for (size_t i = 0; i + 4 <= size; i += 4) {
        char *damaged = malloc(size);
        memcpy(damaged, memory, size);
        memset(damaged + i, 0xff, 4);
        (void)startup_block_is_valid(damaged, size);
        free(damaged);
    }
    CHECK(!startup_block_is_valid(memory, sizeof(struct startup_info) - 1));
    free(memory);
    block.arguments_size--; /* the last string does not end */
    CHECK(startup_block_size(&block) == 0);
}

int main(void)
{
    test_good_archive();
    test_damaged_archives();
    test_startup_block();
    return failures != 0;
}
