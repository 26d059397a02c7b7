/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tables have members at odd offsets and grew over the years, so they are read member by member:
 * `get` answers zero beyond the table's end.
 */
#include <acpi_tables.h>

#include <lib/string.h>

/* Offsets in the MADT, and types of its entries. */
#define MADT_LOCAL_APIC    36
#define MADT_ENTRIES       44
#define MADT_LAPIC         0
#define MADT_IO_APIC       1
#define MADT_OVERRIDE      2
#define MADT_LAPIC_ADDRESS 5
#define MADT_X2APIC        9

#define LAPIC_USABLE 0x3 /* enabled, or may be brought up */

/* Offsets in the FADT. */
#define FADT_DSDT         40
#define FADT_SMI_COMMAND  48
#define FADT_ACPI_ENABLE  52
#define FADT_PM1A_CONTROL 64
#define FADT_PM1B_CONTROL 68
#define FADT_FLAGS        112
#define FADT_RESET        116 /* a generic address: space, width, offset, size, address */
#define FADT_RESET_VALUE  128
#define FADT_X_DSDT       140
#define FADT_MIN_SIZE     72

#define FADT_FLAG_RESET  (1u << 10)
#define ADDRESS_SPACE_IO 1

/* AML (ACPI chapter 20). */
#define AML_PACKAGE 0x12
#define AML_BYTE    0x0a

struct table {
    const uint8_t *data;
    size_t size;
};

/* WIDTH bytes at OFFSET, the lowest first. */
static uint64_t get(const struct table *table, size_t offset, size_t width)
{
    uint64_t value = 0;
    if (offset + width <= table->size) {
        memcpy(&value, table->data + offset, width);
    }
    return value;
}

bool acpi_checksum_is_good(const void *data, size_t size)
{
    const uint8_t *bytes = data;
    uint8_t sum = 0;
    for (size_t i = 0; i < size; i++) {
        sum = (uint8_t)(sum + bytes[i]);
    }
    return sum == 0;
}

uint64_t acpi_rsdp_parse(const void *rsdp, size_t size, bool *is_xsdt)
{
    struct table table = { rsdp, size };
    if (size < 20 || memcmp(rsdp, "RSD PTR ", 8) != 0 || !acpi_checksum_is_good(rsdp, 20)) {
        return 0;
    }
    *is_xsdt = get(&table, 15, 1) >= 2 && size >= 36 && acpi_checksum_is_good(rsdp, 36) &&
               get(&table, 24, 8) != 0;
    return *is_xsdt ? get(&table, 24, 8) : get(&table, 16, 4);
}

static void madt_add_cpu(struct acpi_madt *madt, uint32_t apic_id, uint32_t flags)
{
    if ((flags & LAPIC_USABLE) == 0) {
        return;
    }
    for (uint32_t i = 0; i < madt->cpu_count && i < ACPI_CPU_MAX; i++) {
        if (madt->cpu_apic_ids[i] == apic_id) {
            return; /* in a table that has entries of both types for it */
        }
    }
    if (madt->cpu_count < ACPI_CPU_MAX) {
        madt->cpu_apic_ids[madt->cpu_count] = apic_id;
    }
    madt->cpu_count++;
}

static void madt_add_override(struct acpi_madt *madt, const struct table *entry)
{
    uint64_t irq = get(entry, 3, 1);
    uint64_t flags = get(entry, 8, 2);
    if (irq < ACPI_ISA_IRQS) {
        madt->isa_irqs[irq] = (struct acpi_isa_irq){
            .gsi = (uint32_t)get(entry, 4, 4),
            .active_low = (flags & 3) == 3,
            .level = (flags >> 2 & 3) == 3,
        };
    }
}

static void madt_add_entry(struct acpi_madt *madt, const struct table *entry)
{
    switch (get(entry, 0, 1)) {
    case MADT_LAPIC:
        madt_add_cpu(madt, (uint32_t)get(entry, 3, 1), (uint32_t)get(entry, 4, 4));
        break;
    case MADT_X2APIC:
        madt_add_cpu(madt, (uint32_t)get(entry, 4, 4), (uint32_t)get(entry, 8, 4));
        break;
    case MADT_IO_APIC:
        if (madt->io_apic_count < ACPI_IO_APIC_MAX) {
            madt->io_apics[madt->io_apic_count++] =
                (struct acpi_io_apic){ .address = (uint32_t)get(entry, 4, 4),
                                       .first_gsi = (uint32_t)get(entry, 8, 4) };
        }
        break;
    case MADT_OVERRIDE: madt_add_override(madt, entry); break;
    case MADT_LAPIC_ADDRESS: madt->local_apic = get(entry, 4, 8); break;
    default: break;
    }
}

bool acpi_madt_parse(const void *data, size_t size, struct acpi_madt *madt)
{
    struct table table = { data, size };
    memset(madt, 0, sizeof(*madt));
    for (uint32_t irq = 0; irq < ACPI_ISA_IRQS; irq++) {
        madt->isa_irqs[irq].gsi = irq;
    }
    if (size < MADT_ENTRIES) {
        return false;
    }
    madt->local_apic = get(&table, MADT_LOCAL_APIC, 4);
    for (size_t offset = MADT_ENTRIES; offset + 2 <= size;) {
        size_t length = get(&table, offset + 1, 1);
        if (length < 2 || length > size - offset) {
            break;
        }
        struct table entry = { table.data + offset, length };
        madt_add_entry(madt, &entry);
        offset += length;
    }
    return true;
}

bool acpi_fadt_parse(const void *data, size_t size, struct acpi_fadt *fadt)
{
    struct table table = { data, size };
    if (size < FADT_MIN_SIZE) {
        return false;
    }
    uint64_t extended = get(&table, FADT_X_DSDT, 8);
    *fadt = (struct acpi_fadt){
        .dsdt = extended != 0 ? extended : get(&table, FADT_DSDT, 4),
        .pm1a_control = (uint16_t)get(&table, FADT_PM1A_CONTROL, 4),
        .pm1b_control = (uint16_t)get(&table, FADT_PM1B_CONTROL, 4),
        .smi_command = (uint16_t)get(&table, FADT_SMI_COMMAND, 4),
        .acpi_enable = (uint8_t)get(&table, FADT_ACPI_ENABLE, 1),
    };
    if ((get(&table, FADT_FLAGS, 4) & FADT_FLAG_RESET) != 0 &&
        get(&table, FADT_RESET, 1) == ADDRESS_SPACE_IO) {
        fadt->reset_port = (uint16_t)get(&table, FADT_RESET + 4, 8);
        fadt->reset_value = (uint8_t)get(&table, FADT_RESET_VALUE, 1);
    }
    return true;
}

/* A small integer constant at *OFFSET: a byte with a prefix, or one of the constants 0 and 1. */
static uint8_t aml_integer(const struct table *table, size_t *offset)
{
    if (get(table, *offset, 1) == AML_BYTE) {
        (*offset)++;
    }
    return (uint8_t)get(table, (*offset)++, 1);
}

bool acpi_s5_find(const void *dsdt, size_t size, struct acpi_s5 *s5)
{
    struct table table = { dsdt, size };
    for (size_t name = ACPI_HEADER_SIZE; name + 5 < size; name++) {
        if (memcmp(table.data + name, "_S5_", 4) != 0 || table.data[name + 4] != AML_PACKAGE) {
            continue;
        }
        /*
         * The package's length takes 1 to 4 bytes, by the two top bits of the first; then the
         * count.
         */
        size_t length_bytes = 1 + (table.data[name + 5] >> 6);
        size_t offset = name + 5 + length_bytes + 1;
        if (offset + 4 > size) {
            return false;
        }
        s5->type_a = aml_integer(&table, &offset) & 7;
        s5->type_b = aml_integer(&table, &offset) & 7;
        return true;
    }
    return false;
}
