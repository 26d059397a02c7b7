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

/* Where fields of a header begin. */
enum field {
    FIELD_MODE = 100,
    FIELD_SIZE = 124,
    FIELD_MODIFIED = 136,
    FIELD_CHECKSUM = 148,
    FIELD_TYPE = 156,
    FIELD_MAGIC = 257,
    FIELD_PREFIX = 345,
};

/* Give HEADER the checksum that it needs. */
static void seal(char *header)
{
    unsigned sum = 0;
    memset(header + FIELD_CHECKSUM, ' ', 8);
    for (int i = 0; i < BLOCK; i++) {
        sum += (unsigned char)header[i];
    }
    snprintf(header + FIELD_CHECKSUM, 8, "%06o", sum);
}

/* Append a member, sealed. */
static char *add_member(struct archive *archive, const char *name, char type, const char *contents)
{
    char *header = archive->data + archive->size;
    size_t size = strlen(contents);
    memset(header, 0, BLOCK);
    memcpy(header, name, strlen(name));
    snprintf(header + FIELD_MODE, 8, "%07o", 0644);
    snprintf(header + FIELD_SIZE, 12, "%011zo", size);
    snprintf(header + FIELD_MODIFIED, 12, "%011o", 1000);
    memcpy(header + FIELD_MAGIC, "ustar\00000", 8);
    header[FIELD_TYPE] = type;
    seal(header);
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
    CHECK(member.modified == 1000);
    CHECK(memcmp(archive.data + member.data, "hello\n", 6) == 0);
    CHECK(ustar_find(archive.data, archive.size, "etc", &member) == USTAR_MEMBER);
    CHECK(member.type == USTAR_DIRECTORY);
    CHECK(ustar_find(archive.data, archive.size, "ignored", &member) == USTAR_END);
}

/* What writers of archives may also put into a header. */
static void test_other_headers(void)
{
    struct archive archive = {};
    struct ustar_member member;
    char name[101] = "";
    memset(name, 'n', 100);
    add_member(&archive, "ignored", 'g', "17 comment=global\n");
    add_member(&archive, name, '0', "1"); /* the field is full: no zero behind it */
    char *header = add_member(&archive, "file", '\0', "22");
    memcpy(header + FIELD_PREFIX, "some/folder", 11);
    memcpy(header + FIELD_MODE, "  4755 \0", 8);
    seal(header);
    add_member(&archive, "link", '2', "");
    finish(&archive);
    CHECK(ustar_find(archive.data, archive.size, "ignored", &member) == USTAR_END);
    CHECK(ustar_find(archive.data, archive.size, name, &member) == USTAR_MEMBER);
    CHECK(ustar_find(archive.data, archive.size, "some/folder/file", &member) == USTAR_MEMBER);
    CHECK(member.type == USTAR_FILE && member.size == 2 && member.mode == 04755);
    CHECK(ustar_find(archive.data, archive.size, "link", &member) == USTAR_MEMBER);
    CHECK(member.type == USTAR_OTHER);
}

static void test_bad_numbers(void)
{
    static const enum field fields[] = { FIELD_MODE, FIELD_SIZE, FIELD_MODIFIED };
    unsigned count;
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        struct archive archive = {};
        char *header = add_member(&archive, "a", '0', "x");
        header[fields[i] + 3] = '8';
        seal(header);
        finish(&archive);
        CHECK(read_all(archive.data, archive.size, &count) == USTAR_BAD_NUMBER && count == 0);
    }
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
        CHECK(result == (size < BLOCK ? USTAR_NO_ARCHIVE : USTAR_TRUNCATED));
        CHECK(count == (size > BLOCK) + (size > 3 * BLOCK)); /* those with all of their contents */
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

static const char block_arguments[] = "ls\0-l";
static const char block_environment[] = "A=1\0B=2";

static struct startup_block sample_block(void)
{
    return (struct startup_block){
        .pid = 7,
        .ppid = 3,
        .path = "/bin/ls",
        .cwd = "/etc",
        .arguments = block_arguments,
        .arguments_size = sizeof(block_arguments),
        .environment = block_environment,
        .environment_size = sizeof(block_environment),
        .port_count = 2,
        .ports = { { STARTUP_PORT_ROOT, 0x103 }, { STARTUP_PORT_PROC, 0x203 } },
        .phdr_address = 0x400040,
        .phdr_count = 4,
        .stack_address = 0x7000,
        .stack_size = 0x8000,
        .initrd_size = 99,
    };
}

/* The string that slot INDEX of the vector at OFFSET leads to; null at the vector's end. */
static const char *string_at(const char *memory, uint32_t offset, uint32_t index)
{
    uint64_t place = ((const uint64_t *)(memory + offset))[index];
    return place == 0 ? nullptr : memory + place;
}

static void check_numbers(const struct startup_info *info, size_t size)
{
    CHECK(info->magic == STARTUP_MAGIC && info->version == STARTUP_VERSION && info->size == size);
    CHECK(info->pid == 7 && info->ppid == 3);
    CHECK(info->phdr_address == 0x400040 && info->phdr_count == 4);
    CHECK(info->stack_address == 0x7000 && info->stack_size == 0x8000 && info->initrd_size == 99);
}

static void test_startup_block(void)
{
    struct startup_block block = sample_block();
    size_t size = startup_block_size(&block);
    char *memory = malloc(size);
    startup_block_write(&block, memory);
    const struct startup_info *info = (const struct startup_info *)memory;
    const struct startup_port *ports = (const struct startup_port *)(memory + info->ports_offset);
    check_numbers(info, size);
    CHECK(info->port_count == 2 && ports[1].kind == STARTUP_PORT_PROC && ports[1].name == 0x203);
    CHECK(info->argc == 2 && strcmp(string_at(memory, info->argv_offset, 0), "ls") == 0);
    CHECK(strcmp(string_at(memory, info->argv_offset, 1), "-l") == 0);
    CHECK(string_at(memory, info->argv_offset, 2) == nullptr);
    CHECK(info->envc == 2 && strcmp(string_at(memory, info->envp_offset, 1), "B=2") == 0);
    CHECK(string_at(memory, info->envp_offset, 2) == nullptr);
    CHECK(strcmp(memory + info->path_offset, "/bin/ls") == 0);
    CHECK(strcmp(memory + info->cwd_offset, "/etc") == 0);
    block.cwd = nullptr;
    startup_block_write(&block, memory);
    CHECK(info->cwd_offset == 0);
    free(memory);
}

static void test_startup_block_sizes(void)
{
    static char longest[STARTUP_SIZE_MAX];
    struct startup_block block = sample_block();
    for (const char *path = "/bin/longer/than/sixteen"; *path != '\0'; path++) {
        block.path = path;
        CHECK(startup_block_size(&block) != 0 && startup_block_size(&block) % 16 == 0);
    }
    memset(longest, 'x', sizeof(longest) - 1);
    block.arguments = longest;
    block.arguments_size = sizeof(longest);
    CHECK(startup_block_size(&block) == 0);
    block = sample_block();
    block.arguments_size--; /* the last string does not end */
    CHECK(startup_block_size(&block) == 0);
    block = sample_block();
    block.environment_size--;
    CHECK(startup_block_size(&block) == 0);
}

int main(void)
{
    test_good_archive();
    test_other_headers();
    test_bad_numbers();
    test_damaged_archives();
    test_startup_block();
    test_startup_block_sizes();
    return failures != 0;
}
