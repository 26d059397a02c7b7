/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a loader says, read from whole, cut and damaged information; the sanitizers see whether
 * anything is read that does not belong to it.
 */
#include <test/ktest.h>

#include <stdlib.h>
#include <string.h>

#include <multiboot2_parse.h>

/* Tags of the specification, section 3.6, with their lengths; each begins at a multiple of 8. */
static const uint32_t whole[] = {
    152,        0,                                           /* total size */
    1,          12,     0x74736574, 0,                       /* command line "test" */
    3,          20,     0x200000,   0x203001,   0x696e69, 0, /* module "ini" */
    6,          40,     24,         0,          0x1000,   0,    0x9f000, 0,          1,
    0, /* memory map of one range */
    8,          38,     0xfd000000, 0,          4096,     1024, 768,     0x00000120, /* frame buffer of 32 bits, RGB ... */
    0x08080810, 0x0800,                         /* ... red from 16, green from 8 */
    15,         16,     0x20445352, 0x20525450, /* the first bytes of an RSDP */
    0,          8,                              /* end */
};

static struct multiboot2_info info;

/* Parse SIZE bytes of WORDS, in memory that ends with them. */
static const char *parse(const void *words, size_t size)
{
    void *copy = malloc(size != 0 ? size : 1);
    memcpy(copy, words, size);
    const char *error = multiboot2_parse(copy, size, &info);
    free(copy);
    return error;
}

KTEST(multiboot2_reads_each_tag)
{
    EXPECT(parse(whole, sizeof(whole)) == nullptr);
    EXPECT(strcmp(info.command_line, "test") == 0);
    EXPECT_EQ(info.module_count, 1);
    EXPECT_EQ(info.modules[0].start, 0x200000);
    EXPECT_EQ(info.modules[0].size, 0x3001);
    EXPECT(strcmp(info.modules[0].string, "ini") == 0);
    EXPECT_EQ(info.memory_count, 1);
    EXPECT_EQ(info.memory[0].start, 0x1000);
    EXPECT_EQ(info.memory[0].end, 0xa0000);
    EXPECT_EQ(info.screen.address, 0xfd000000);
    EXPECT_EQ(info.screen.bits_per_pixel, 32);
    EXPECT_EQ(info.screen.red_shift, 16);
    EXPECT_EQ(info.screen.green_shift, 8);
    EXPECT_EQ(info.screen.blue_shift, 0);
    EXPECT_EQ(info.rsdp_size, 8);
}

KTEST(multiboot2_refuses_what_is_cut_off)
{
    for (size_t size = 0; size < sizeof(whole); size++) {
        EXPECT(parse(whole, size) != nullptr);
    }
}

/* Whatever is said, lists stay within their bounds and ranges are no less than nothing. */
static bool is_sound(void)
{
    bool sound = info.memory_count <= BOOT_MEMORY_MAX && info.module_count <= BOOT_MODULE_MAX &&
                 info.rsdp_size <= MULTIBOOT2_RSDP_MAX;
    for (uint32_t i = 0; sound && i < info.memory_count; i++) {
        sound = info.memory[i].start < info.memory[i].end;
    }
    return sound && memchr(info.command_line, 0, BOOT_STRING_MAX) != nullptr;
}

KTEST(multiboot2_survives_damage)
{
    uint32_t random = 1;
    uint32_t readable = 0;
    for (int round = 0; round < 20000; round++) {
        uint8_t damaged[sizeof(whole)];
        memcpy(damaged, whole, sizeof(whole));
        for (int i = 0; i < 3; i++) {
            random = random * 1664525 + 1013904223;
            damaged[(random >> 8) % sizeof(damaged)] = (uint8_t)(random >> 24);
        }
        if (parse(damaged, sizeof(damaged)) == nullptr) {
            readable++;
            EXPECT(is_sound());
        }
    }
    EXPECT(readable > 0);
}

/* Information with COUNT more tags like the SIZE bytes of TAG in front of what is whole. */
static const char *parse_with(const uint32_t *tag, uint32_t size, uint32_t count)
{
    uint32_t words[1024] = { sizeof(whole) + size * count };
    uint8_t *place = (uint8_t *)&words[2];
    for (uint32_t i = 0; i < count; i++) {
        memcpy(place + i * size, tag, size);
    }
    memcpy(place + size * count, &whole[2], sizeof(whole) - 8);
    return parse(words, words[0]);
}

KTEST(multiboot2_refuses_more_than_there_is_room_for)
{
    static const uint32_t module[] = { 3, 17, 0x200000, 0x200001, 0, 0 };
    static const uint32_t memory[] = { 6, 40, 24, 0, 0x1000, 0, 0x1000, 0, 1, 0 };
    EXPECT(parse_with(module, sizeof(module), BOOT_MODULE_MAX - 1) == nullptr);
    EXPECT(parse_with(module, sizeof(module), BOOT_MODULE_MAX) != nullptr);
    EXPECT(parse_with(memory, sizeof(memory), BOOT_MEMORY_MAX - 1) == nullptr);
    EXPECT(parse_with(memory, sizeof(memory), BOOT_MEMORY_MAX) != nullptr);
}
