/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the boot loader's information to boot_info.
 */
#pragma once

#include <stdint.h>

#include <multiboot2_parse.h>

/*
 * Check MAGIC, read the information at physical address INFO and fill boot_info; panics with what
 * is wrong.  Once, while the boot tables map the first 4 GiB.
 */
void multiboot2_init(uint32_t magic, uint32_t info);

/* The whole memory map, for boot_map.c. */
const struct multiboot2_info *multiboot2_info(void);

/* A free page below 640 KiB, for the start of other processors; 0: there is none. */
phys_addr_t multiboot2_low_page(void);
