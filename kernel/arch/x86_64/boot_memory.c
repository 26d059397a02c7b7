/* SPDX-License-Identifier: BSD-2-Clause */
/* Sorted arrays of a few dozen ranges: insertion and removal shift the rest. */
#include <boot_memory.h>

#define LOW_MEMORY_END UINT64_C(0x100000)

/* Above what the BIOS uses, below what belongs to devices. */
#define LOW_PAGES_START UINT64_C(0x8000)
#define LOW_PAGES_END   UINT64_C(0xa0000)

static void list_insert_range(struct boot_info *info, uint32_t place, uint64_t start, uint64_t end)
{
    if (info->memory_count == BOOT_MEMORY_MAX) {
        return;
    }
    for (uint32_t i = info->memory_count++; i > place; i--) {
        info->memory[i] = info->memory[i - 1];
    }
    info->memory[place] = (struct boot_memory){ start, end };
}

static void list_delete_range(struct boot_info *info, uint32_t place)
{
    info->memory_count--;
    for (uint32_t i = place; i < info->memory_count; i++) {
        info->memory[i] = info->memory[i + 1];
    }
}

void boot_memory_add(struct boot_info *info, uint64_t start, uint64_t end)
{
    start = (start + PAGE_MASK) & ~PAGE_MASK;
    end &= ~PAGE_MASK;
    if (start >= end) {
        return;
    }
    uint32_t place = 0;
    while (place < info->memory_count && info->memory[place].end < start) {
        place++;
    }
    while (place < info->memory_count && info->memory[place].start <= end) {
        const struct boot_memory *old = &info->memory[place];
        start = old->start < start ? old->start : start;
        end = old->end > end ? old->end : end;
        list_delete_range(info, place);
    }
    list_insert_range(info, place, start, end);
}

void boot_memory_remove(struct boot_info *info, uint64_t start, uint64_t end)
{
    if (start >= end) {
        return;
    }
    start &= ~PAGE_MASK;
    end = end > UINT64_MAX - PAGE_MASK ? end : (end + PAGE_MASK) & ~PAGE_MASK;
    for (uint32_t i = 0; i < info->memory_count;) {
        struct boot_memory old = info->memory[i];
        if (old.end <= start || old.start >= end) {
            i++;
            continue;
        }
        list_delete_range(info, i);
        if (old.end > end) {
            list_insert_range(info, i, end, old.end);
        }
        if (old.start < start) {
            list_insert_range(info, i, old.start, start);
            i++;
        }
        if (old.end > end) {
            i++;
        }
    }
}

void boot_memory_find(struct boot_info *info, const struct multiboot2_info *map,
                      uint64_t kernel_start, uint64_t kernel_end)
{
    for (uint32_t i = 0; i < map->memory_count; i++) {
        if (map->memory[i].type == MULTIBOOT2_MEMORY_AVAILABLE) {
            boot_memory_add(info, map->memory[i].start, map->memory[i].end);
        }
    }
    for (uint32_t i = 0; i < info->memory_count; i++) {
        info->installed_bytes += info->memory[i].end - info->memory[i].start;
        info->highest_ram = info->memory[i].end;
    }
    for (uint32_t i = 0; i < map->memory_count; i++) {
        if (map->memory[i].type != MULTIBOOT2_MEMORY_AVAILABLE) {
            boot_memory_remove(info, map->memory[i].start, map->memory[i].end);
        }
    }
    boot_memory_remove(info, kernel_start, kernel_end);
    for (uint32_t i = 0; i < info->module_count; i++) {
        const struct boot_module *module = &info->modules[i];
        boot_memory_remove(info, module->start, module->start + module->size);
    }
}

phys_addr_t boot_memory_take_low(struct boot_info *info)
{
    phys_addr_t page = 0;
    for (uint32_t i = 0; i < info->memory_count && page == 0; i++) {
        uint64_t start = info->memory[i].start;
        start = start > LOW_PAGES_START ? start : LOW_PAGES_START;
        if (start + PAGE_SIZE <= info->memory[i].end && start + PAGE_SIZE <= LOW_PAGES_END) {
            page = start;
        }
    }
    boot_memory_remove(info, 0, LOW_MEMORY_END);
    return page;
}
