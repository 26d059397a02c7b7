/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The ACPI tables the kernel reads (ACPI specification 6.4, chapter 5), out of blocks of bytes.
 * Pure: nothing in a table is trusted beyond its end.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define ACPI_HEADER_SIZE 36
#define ACPI_CPU_MAX     64
#define ACPI_IO_APIC_MAX 8
#define ACPI_ISA_IRQS    16

/* One I/O APIC: its registers, and the global number of its first input. */
struct acpi_io_apic {
    uint32_t address;
    uint32_t first_gsi;
};

/* Where an ISA interrupt arrives, and how. */
struct acpi_isa_irq {
    uint32_t gsi;
    bool active_low;
    bool level;
};

/* The multiple APIC description table. */
struct acpi_madt {
    uint64_t local_apic;
    uint32_t cpu_count; /* usable processors, also those beyond the array */
    uint32_t cpu_apic_ids[ACPI_CPU_MAX];
    uint32_t io_apic_count;
    struct acpi_io_apic io_apics[ACPI_IO_APIC_MAX];
    struct acpi_isa_irq isa_irqs[ACPI_ISA_IRQS];
};

/*
 * The fixed description table: what switching off and restarting need.  Ports are 0 where there are
 * none.
 */
struct acpi_fadt {
    uint64_t dsdt;
    uint16_t pm1a_control;
    uint16_t pm1b_control;
    uint16_t smi_command;
    uint8_t acpi_enable;
    uint16_t reset_port;
    uint8_t reset_value;
};

/* The values that put the machine into state S5. */
struct acpi_s5 {
    uint8_t type_a;
    uint8_t type_b;
};

/* True if the SIZE bytes at DATA add up to zero. */
bool acpi_checksum_is_good(const void *data, size_t size);

/*
 * Check the root pointer of SIZE bytes.  Returns: the address of the table of tables, 0 if it is
 * bad; *IS_XSDT.
 */
uint64_t acpi_rsdp_parse(const void *rsdp, size_t size, bool *is_xsdt);

/* Read tables of SIZE bytes, header included.  Returns: false if they are too short. */
[[nodiscard]] bool acpi_madt_parse(const void *table, size_t size, struct acpi_madt *madt);
[[nodiscard]] bool acpi_fadt_parse(const void *table, size_t size, struct acpi_fadt *fadt);

/* Find the package \_S5_ in the byte code of a DSDT.  Returns: false if it is not there. */
[[nodiscard]] bool acpi_s5_find(const void *dsdt, size_t size, struct acpi_s5 *s5);
