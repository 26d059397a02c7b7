/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which memory is free when the kernel starts: the list, and the page in which other processors
 * start. UEFI's loader puts modules into low memory too, where that page has to be.
 */
#include <test/ktest.h>

#include <boot_memory.h>

#define MIB          UINT64_C(0x100000)
#define KERNEL_START MIB
#define KERNEL_END   (3 * MIB)

#define RESERVED 2

static struct boot_info info;
static struct multiboot2_info map;

static void begin(void)
{
    info = (struct boot_info){};
    map = (struct multiboot2_info){};
}

static void has(uint64_t start, uint64_t end, uint32_t type)
{
    map.memory[map.memory_count++] = (struct multiboot2_memory){ start, end, type };
}

static void has_module(uint64_t start, uint64_t size)
{
    struct boot_module *module = &info.modules[info.module_count++];
    module->start = start;
    module->size = size;
}

/* The page for other processors in what was described. */
static phys_addr_t low_page(void)
{
    boot_memory_find(&info, &map, KERNEL_START, KERNEL_END);
    return boot_memory_take_low(&info);
}

/* Is the list's range with NUMBER this one? */
static bool is_range(uint32_t number, uint64_t start, uint64_t end)
{
    return number < info.memory_count && info.memory[number].start == start &&
           info.memory[number].end == end;
}

KTEST(boot_memory_is_what_nobody_has)
{
    begin();
    has(0, 0x9fc00, MULTIBOOT2_MEMORY_AVAILABLE);
    has(0x9fc00, MIB, RESERVED);
    has(MIB, 64 * MIB, MULTIBOOT2_MEMORY_AVAILABLE);
    has(16 * MIB, 16 * MIB + 1, RESERVED);
    has_module(8 * MIB, 100);
    has_module(32 * MIB, 32 * MIB);
    EXPECT_EQ(low_page(), 0x8000);
    EXPECT_EQ(info.memory_count, 3);
    EXPECT(is_range(0, KERNEL_END, 8 * MIB));
    EXPECT(is_range(1, 8 * MIB + PAGE_SIZE, 16 * MIB));
    EXPECT(is_range(2, 16 * MIB + PAGE_SIZE, 32 * MIB));
    EXPECT_EQ(info.installed_bytes, 63 * MIB + 0x9f000);
    EXPECT_EQ(info.highest_ram, 64 * MIB);
}

KTEST(boot_memory_counts_overlaps_once_and_joins_neighbours)
{
    begin();
    has(6 * MIB, 8 * MIB, MULTIBOOT2_MEMORY_AVAILABLE);
    has(4 * MIB, 6 * MIB, MULTIBOOT2_MEMORY_AVAILABLE);
    has(5 * MIB, 7 * MIB + 1, MULTIBOOT2_MEMORY_AVAILABLE);
    has(20 * MIB + 1, 20 * MIB + PAGE_SIZE, MULTIBOOT2_MEMORY_AVAILABLE);
    EXPECT_EQ(low_page(), 0);
    EXPECT_EQ(info.memory_count, 1);
    EXPECT(is_range(0, 4 * MIB, 8 * MIB));
    EXPECT_EQ(info.installed_bytes, 4 * MIB);
}

KTEST(boot_low_page_is_not_one_of_a_module)
{
    begin();
    has(PAGE_SIZE, 0xa0000, MULTIBOOT2_MEMORY_AVAILABLE);
    has_module(PAGE_SIZE, 0x8000);
    has_module(0xa000, 0x1001);
    EXPECT_EQ(low_page(), 0x9000);

    begin();
    has(PAGE_SIZE, 0xa0000, MULTIBOOT2_MEMORY_AVAILABLE);
    has_module(0x8000, 0x12001);
    EXPECT_EQ(low_page(), 0x1b000);

    begin();
    has(PAGE_SIZE, 0xa0000, MULTIBOOT2_MEMORY_AVAILABLE);
    has_module(PAGE_SIZE, 0x9e001);
    EXPECT_EQ(low_page(), 0);
}

KTEST(boot_low_page_is_whole_and_below_what_devices_have)
{
    begin();
    has(0, 0x8fff, MULTIBOOT2_MEMORY_AVAILABLE);
    has(0x9e001, MIB, MULTIBOOT2_MEMORY_AVAILABLE);
    EXPECT_EQ(low_page(), 0x9f000);

    begin();
    has(0, 0x8fff, MULTIBOOT2_MEMORY_AVAILABLE);
    has(0x9f001, MIB, MULTIBOOT2_MEMORY_AVAILABLE);
    EXPECT_EQ(low_page(), 0);
    EXPECT_EQ(info.memory_count, 0);
}

KTEST(boot_low_page_is_not_reserved)
{
    begin();
    has(0x8000, 0x10000, RESERVED);
    has(0, 0xa0000, MULTIBOOT2_MEMORY_AVAILABLE);
    EXPECT_EQ(low_page(), 0x10000);
}
