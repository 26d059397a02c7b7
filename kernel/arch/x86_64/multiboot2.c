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

/* The first MiB belongs to firmware, the start of other processors, and ancient devices. */
#define LOW_MEMORY_END UINT64_C(0x100000)

struct boot_info boot_info;

static struct multiboot2_info information;

const struct multiboot2_info *multiboot2_info(void)
{
    return &information;
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

/* Usable memory is what is available in the map, without what lies in it already. */
static void find_memory(void)
{
    for (uint32_t i = 0; i < information.memory_count; i++) {
        const struct multiboot2_memory *memory = &information.memory[i];
        if (memory->type == MULTIBOOT2_MEMORY_AVAILABLE) {
            boot_memory_add(&boot_info, memory->start, memory->end);
        }
    }
    for (uint32_t i = 0; i < boot_info.memory_count; i++) {
        boot_info.installed_bytes += boot_info.memory[i].end - boot_info.memory[i].start;
        boot_info.highest_ram = boot_info.memory[i].end;
    }
    for (uint32_t i = 0; i < information.memory_count; i++) {
        const struct multiboot2_memory *memory = &information.memory[i];
        if (memory->type != MULTIBOOT2_MEMORY_AVAILABLE) {
            boot_memory_remove(&boot_info, memory->start, memory->end);
        }
    }
    boot_memory_remove(&boot_info, 0, LOW_MEMORY_END);
    boot_memory_remove(&boot_info, kernel_physical_start(), kernel_physical_end());
    for (uint32_t i = 0; i < boot_info.module_count; i++) {
        const struct boot_module *module = &boot_info.modules[i];
        boot_memory_remove(&boot_info, module->start, module->start + module->size);
    }
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
    find_memory();
}
