/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the firmware's tables say about this machine.
 */
#pragma once

#include <acpi_tables.h>

struct acpi_info {
    bool has_madt;
    bool has_fadt;
    bool has_s5;
    struct acpi_madt madt;
    struct acpi_fadt fadt;
    struct acpi_s5 s5;
};

/* Constant after acpi_init(). */
extern struct acpi_info acpi_info;

/*
 * Find and read the tables.  Once, while the boot tables map the first 4 GiB; tables above are not
 * looked at.
 */
void acpi_init(void);
