/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader's information lies anywhere in memory that counts as available, so everything is
 * copied out of it before the first page is allocated.
 */
#include <multiboot2.h>

#include <lib/panic.h>
#include <lib/string.h>
#include <boot_map.h>
#include <boot_memory.h>

#define MULTIBOOT2_MAGIC 0x36d76289u

struct boot_info boot_info;

static struct multiboot2_info information;
static phys_addr_t low_page;

const struct multiboot2_info *multiboot2_info(void)
{
    return &information;
}

phys_addr_t multiboot2_low_page(void)
{
    return low_page;
}

/* What follows NAME in the first word of the command line that is NAME alone, or, with HAS_VALUE,
 * NAME=...; null if there is no such word. */
static const char *option_find(const char *name, bool has_value)
{
    size_t length = strlen(name);
    const char *text = boot_info.command_line;
    while (*text != '\0') {
        bool is_same = strncmp(text, name, length) == 0;
        bool is_end = is_same && (text[length] == '\0' || text[length] == ' ');
        if (is_same && (has_value ? text[length] == '=' : is_end)) {
            return text + length;
        }
        while (*text != '\0' && *text++ != ' ') {
        }
    }
    return nullptr;
}

bool boot_option_is_set(const char *word)
{
    return option_find(word, false) != nullptr;
}

bool boot_option_text(const char *name, char *value, size_t size)
{
    const char *text = option_find(name, true);
    size_t length = 0;
    if (text == nullptr) {
        return false;
    }
    while (*++text != '\0' && *text != ' ' && length < size - 1) {
        value[length++] = *text;
    }
    value[length] = '\0';
    return true;
}

uint64_t boot_option_number(const char *name, uint64_t otherwise)
{
    const char *text = option_find(name, true);
    if (text == nullptr) {
        return otherwise;
    }
    uint64_t number = 0;
    while (*++text >= '0' && *text <= '9') {
        number = number * 10 + (uint64_t)(*text - '0');
    }
    return number;
}

void multiboot2_init(uint32_t magic, uint32_t info)
{
    if (magic != MULTIBOOT2_MAGIC) {
        panic("not started by a multiboot2 loader (magic 0x%x)", magic);
    }
    const void *data = phys_to_virt(info);
    uint32_t size;
    memcpy(&size, data, sizeof(size));
    const char *error = multiboot2_parse(data, size, &information);
    if (error != nullptr) {
        panic("multiboot2: %s", error);
    }

    boot_info.module_count = information.module_count;
    memcpy(boot_info.modules, information.modules, sizeof(boot_info.modules));
    boot_info.screen = information.screen;
    if (information.rsdp_size != 0) {
        boot_info.acpi_rsdp = kernel_symbol_physical(information.rsdp);
    }
    memcpy(boot_info.command_line, information.command_line, sizeof(boot_info.command_line));
    boot_memory_find(&boot_info, &information, kernel_physical_start(), kernel_physical_end());
    low_page = boot_memory_take_low(&boot_info);
}
