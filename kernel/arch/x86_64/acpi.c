/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Finds the tables in memory and hands them to acpi_tables.c.  This happens on the boot page
 * tables, which map all of the first 4 GiB: nothing needs to be mapped for it, and nothing refers
 * to the tables later.
 */
#include <acpi.h>

#include <lib/log.h>
#include <lib/string.h>
#include <arch/boot_info.h>
#include <arch/pmap.h>
#include <multiboot2.h>

#define MAPPED_END     (UINT64_C(4) << 30)
#define TABLE_SIZE_MAX (UINT64_C(16) << 20)

/* Offset of the length in the header that all tables but the root pointer have. */
#define HEADER_LENGTH 4

struct acpi_info acpi_info;

/* The table at PHYSICAL if it can be reached and its checksum is right; its size in *SIZE. */
static const uint8_t *table_at(uint64_t physical, size_t *size)
{
    if (physical == 0 || physical > MAPPED_END - ACPI_HEADER_SIZE) {
        return nullptr;
    }
    const uint8_t *table = phys_to_virt(physical);
    uint32_t length;
    memcpy(&length, table + HEADER_LENGTH, sizeof(length));
    if (length < ACPI_HEADER_SIZE || length > TABLE_SIZE_MAX || length > MAPPED_END - physical ||
        !acpi_checksum_is_good(table, length)) {
        return nullptr;
    }
    *size = length;
    return table;
}

static void read_table(const uint8_t *table, size_t size)
{
    if (memcmp(table, "APIC", 4) == 0) {
        acpi_info.has_madt = acpi_madt_parse(table, size, &acpi_info.madt);
    } else if (memcmp(table, "FACP", 4) == 0) {
        acpi_info.has_fadt = acpi_fadt_parse(table, size, &acpi_info.fadt);
    }
}

/* Look at each table that the root table names.  Of several of one kind the last one counts. */
static void read_root(const uint8_t *root, size_t size, size_t pointer_size)
{
    for (size_t offset = ACPI_HEADER_SIZE; offset + pointer_size <= size; offset += pointer_size) {
        uint64_t physical = 0;
        size_t table_size;
        memcpy(&physical, root + offset, pointer_size);
        const uint8_t *table = table_at(physical, &table_size);
        if (table != nullptr) {
            read_table(table, table_size);
        }
    }
}

void acpi_init(void)
{
    const struct multiboot2_info *boot = multiboot2_info();
    bool is_xsdt;
    uint64_t root_address = acpi_rsdp_parse(boot->rsdp, boot->rsdp_size, &is_xsdt);
    size_t size;
    const uint8_t *root = table_at(root_address, &size);
    if (root == nullptr) {
        log_warning("ACPI: no usable tables");
        return;
    }
    read_root(root, size, is_xsdt ? sizeof(uint64_t) : sizeof(uint32_t));
    if (acpi_info.has_fadt) {
        const uint8_t *dsdt = table_at(acpi_info.fadt.dsdt, &size);
        acpi_info.has_s5 = dsdt != nullptr && acpi_s5_find(dsdt, size, &acpi_info.s5);
    }
}
