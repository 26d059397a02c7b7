/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot loader's information (multiboot2 specification 2.0, section 3.6), read out of a block of
 * bytes.  Pure: the host tests and fuzzers run the same code.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <arch/boot_info.h>

#define MULTIBOOT2_RSDP_MAX 36

#define MULTIBOOT2_MEMORY_AVAILABLE 1

struct multiboot2_memory {
    uint64_t start;
    uint64_t end;
    uint32_t type; /* MULTIBOOT2_MEMORY_AVAILABLE, or something not to be used */
};

struct multiboot2_info {
    uint32_t memory_count;
    struct multiboot2_memory memory[BOOT_MEMORY_MAX];
    uint32_t module_count;
    struct boot_module modules[BOOT_MODULE_MAX];
    struct boot_screen screen;
    uint32_t rsdp_size; /* 0: none */
    uint8_t rsdp[MULTIBOOT2_RSDP_MAX];
    char command_line[BOOT_STRING_MAX];
};

/*
 * Read the SIZE bytes at DATA into INFO.  Strings are cut to fit.
 * Returns: null, or what is wrong, and INFO is undefined.
 */
[[nodiscard]] const char *multiboot2_parse(const void *data, size_t size,
                                           struct multiboot2_info *info);
