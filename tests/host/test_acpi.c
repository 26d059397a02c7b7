/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processors in the multiple APIC description table.
 */
#include <test/ktest.h>

#include <lib/string.h>

#include <acpi_tables.h>

#define ENTRIES_AT 44
#define USABLE     1u

/* A table that grows by entries. */
struct table {
    uint8_t bytes[512];
    size_t size;
};

static void put(struct table *table, uint64_t value, size_t width)
{
    memcpy(table->bytes + table->size, &value, width);
    table->size += width;
}

static void begin(struct table *table)
{
    memset(table, 0, sizeof(*table));
    table->size = ENTRIES_AT;
}

/* Type 0: a processor with an 8-bit number. */
static void put_lapic(struct table *table, uint8_t id, uint32_t flags)
{
    put(table, 0 | 8 << 8, 2);
    put(table, 0, 1);
    put(table, id, 1);
    put(table, flags, 4);
}

/* Type 9: one with a 32-bit number. */
static void put_x2apic(struct table *table, uint32_t id, uint32_t flags)
{
    put(table, 9 | 16 << 8, 2);
    put(table, 0, 2);
    put(table, id, 4);
    put(table, flags, 4);
    put(table, 0, 4);
}

KTEST(acpi_madt_has_processors_with_short_and_long_numbers)
{
    struct table table;
    struct acpi_madt madt;
    begin(&table);
    put_lapic(&table, 3, USABLE);
    put_lapic(&table, 4, 0);
    put_x2apic(&table, 0x12345, USABLE);
    put_x2apic(&table, 0x12346, 0);
    put_x2apic(&table, 7, USABLE);
    EXPECT(acpi_madt_parse(table.bytes, table.size, &madt));
    EXPECT_EQ(madt.cpu_count, 3);
    EXPECT_EQ(madt.cpu_apic_ids[0], 3);
    EXPECT_EQ(madt.cpu_apic_ids[1], 0x12345);
    EXPECT_EQ(madt.cpu_apic_ids[2], 7);
}

KTEST(acpi_madt_processor_of_both_types_counts_once)
{
    struct table table;
    struct acpi_madt madt;
    begin(&table);
    for (uint8_t id = 0; id < 4; id++) {
        put_lapic(&table, id, USABLE);
    }
    for (uint8_t id = 0; id < 6; id++) {
        put_x2apic(&table, id, USABLE);
    }
    EXPECT(acpi_madt_parse(table.bytes, table.size, &madt));
    EXPECT_EQ(madt.cpu_count, 6);
    for (uint32_t i = 0; i < 6; i++) {
        EXPECT_EQ(madt.cpu_apic_ids[i], i);
    }
}

/* Nothing behind the end is read (AddressSanitizer looks), and what is before it counts. */
KTEST(acpi_madt_that_is_cut_off_keeps_what_is_whole)
{
    struct table table;
    struct acpi_madt madt;
    begin(&table);
    put_x2apic(&table, 1, USABLE);
    put_x2apic(&table, 2, USABLE);
    for (size_t size = 0; size <= table.size; size++) {
        uint8_t copy[sizeof(table.bytes)];
        memcpy(copy, table.bytes, size);
        bool is_long_enough = acpi_madt_parse(copy, size, &madt);
        EXPECT_EQ(is_long_enough, size >= ENTRIES_AT);
        if (is_long_enough) {
            EXPECT_EQ(madt.cpu_count, (size - ENTRIES_AT) / 16);
        }
    }
}
