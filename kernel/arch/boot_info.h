/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the boot loader said, checked and copied out of its tags (multiboot2 specification 2.0,
 * section 3.6).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <lib/compiler.h>
#include <arch/pmap.h>

#define BOOT_MEMORY_MAX 64
#define BOOT_MODULE_MAX 8
#define BOOT_STRING_MAX 256

/*
 * A range of usable RAM, page aligned, without what kernel, modules and firmware occupy, in
 * ascending order.
 */
struct boot_memory {
    phys_addr_t start;
    phys_addr_t end;
};

/* A file that the loader placed in memory, page aligned start. */
struct boot_module {
    phys_addr_t start;
    uint64_t size;
    char string[BOOT_STRING_MAX];
};

/* The screen the loader left: a text buffer or a linear frame buffer. */
struct boot_screen {
    phys_addr_t address;           /* 0: none */
    uint32_t pitch, width, height; /* bytes a line; pixels, or characters for text */
    uint8_t bits_per_pixel;
    bool is_text;
    uint8_t red_shift, green_shift, blue_shift;
};

struct boot_info {
    uint32_t memory_count;
    uint32_t module_count;
    struct boot_memory memory[BOOT_MEMORY_MAX];
    struct boot_module modules[BOOT_MODULE_MAX];
    struct boot_screen screen;
    phys_addr_t acpi_rsdp;    /* copy of the root pointer in boot memory, 0: none */
    uint64_t installed_bytes; /* RAM of all kinds that the memory map shows as usable */
    phys_addr_t highest_ram; /* one past the last usable byte: how far page structures must reach */
    char command_line[BOOT_STRING_MAX];
};

extern struct boot_info boot_info;

/* Let the kernel write no more on the screen: a driver has it now.  A panic takes it back. */
void boot_screen_release(void);

/* True if WORD stands in the command line as a word by itself. */
bool boot_option_is_set(const char *word);

/* Copy what follows "=" in a word NAME=... to VALUE, cut to SIZE bytes with the null at the end.  Returns:
 * is there such a word? */
bool boot_option_text(const char *name, char *value, size_t size);

/* The number N of a word NAME=N in the command line; OTHERWISE without such a word. */
uint64_t boot_option_number(const char *name, uint64_t otherwise);
