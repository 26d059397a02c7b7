/* SPDX-License-Identifier: BSD-2-Clause */
/* Sorted arrays of a few dozen ranges: insertion and removal shift the rest. */
#include <boot_memory.h>

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
