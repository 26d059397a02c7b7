/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The direct map uses 2 MiB pages, except where it shows the kernel's own image: there it uses
 * small ones, so that code and constants are read-only through it as well.  The page directories'
 * upper level is complete for every part of the upper half that can ever be used: user pmaps copy
 * the root's entries once and never look again.
 */
#include <boot_map.h>

#include <lib/panic.h>
#include <lib/string.h>
#include <arch/boot_info.h>
#include <arch/upcalls.h>
#include <asm_offsets.h>
#include <machine/instr.h>
#include <multiboot2.h>
#include <page_table.h>

#define BOOT_MAPPED_END (UINT64_C(4) << 30) /* boot.S maps so much */

/* kernel.ld, boot.S */
extern const char kernel_start[];
extern const char kernel_text_end[];
extern const char kernel_rodata_end[];
extern const char kernel_end[];
extern const char boot_stack_guard[];

static bool is_closed;

phys_addr_t kernel_symbol_physical(const void *object)
{
    return (uintptr_t)object - KERNEL_BASE;
}

phys_addr_t kernel_physical_start(void)
{
    return kernel_symbol_physical(kernel_start);
}

phys_addr_t kernel_physical_end(void)
{
    return kernel_symbol_physical(kernel_end);
}

/* From the end of the highest range that the boot tables reach. */
phys_addr_t boot_pages_allocate(uint64_t count)
{
    uint64_t size = count * PAGE_SIZE;
    for (uint32_t i = boot_info.memory_count; i-- > 0;) {
        struct boot_memory *memory = &boot_info.memory[i];
        if (memory->end <= BOOT_MAPPED_END && memory->end - memory->start > size) {
            memory->end -= size;
            memset(phys_to_virt(memory->end), 0, size);
            return memory->end;
        }
    }
    panic("no memory for %lu pages at boot", count);
}

void boot_pages_close(void)
{
    is_closed = true;
}

bool table_page_allocate(phys_addr_t *page)
{
    if (is_closed) {
        return upcall_page_table_allocate(page);
    }
    *page = boot_pages_allocate(1);
    return true;
}

/* The entry for VIRTUAL at LEVEL, with the tables above it. */
static uint64_t *boot_entry_at(phys_addr_t root, virt_addr_t virtual, int level)
{
    uint64_t *table = phys_to_virt(root);
    for (int above = PAGE_TABLE_LEVELS; above > level; above--) {
        uint64_t *entry = &table[page_table_index(virtual, above)];
        if ((*entry & PTE_PRESENT) == 0) {
            *entry = boot_pages_allocate(1) | PTE_PRESENT | PTE_WRITE;
        }
        table = phys_to_virt(*entry & PTE_ADDRESS);
    }
    return &table[page_table_index(virtual, level)];
}

/* How the image's page at virtual address PAGE may be used. */
static uint64_t image_protection(virt_addr_t page)
{
    uint64_t common = PTE_PRESENT | PTE_ACCESSED | PTE_DIRTY | PTE_GLOBAL;
    if (page < (uintptr_t)kernel_text_end) {
        return common;
    }
    if (page < (uintptr_t)kernel_rodata_end) {
        return common | PTE_NO_EXECUTE;
    }
    return common | PTE_WRITE | PTE_NO_EXECUTE;
}

static void map_image(phys_addr_t root)
{
    for (virt_addr_t page = (uintptr_t)kernel_start; page < (uintptr_t)kernel_end;
         page += PAGE_SIZE) {
        if (page != (uintptr_t)boot_stack_guard) {
            *boot_entry_at(root, page, 1) = (page - KERNEL_BASE) | image_protection(page);
        }
    }
}

/*
 * Map the 2 MiB at PHYSICAL, which the kernel's image touches, in small pages that are never
 * executable.
 */
static void direct_map_small(phys_addr_t root, phys_addr_t physical)
{
    for (phys_addr_t page = physical; page < physical + LARGE_PAGE_SIZE; page += PAGE_SIZE) {
        uint64_t flags = PTE_PRESENT | PTE_WRITE | PTE_ACCESSED | PTE_DIRTY | PTE_GLOBAL;
        if (page >= kernel_physical_start() && page < kernel_physical_end()) {
            flags = image_protection(page + KERNEL_BASE);
        }
        *boot_entry_at(root, DIRECT_MAP_BASE + page, 1) = page | flags | PTE_NO_EXECUTE;
    }
}

static void direct_map_range(phys_addr_t root, phys_addr_t start, phys_addr_t end)
{
    start &= ~(LARGE_PAGE_SIZE - 1);
    for (phys_addr_t physical = start; physical < end; physical += LARGE_PAGE_SIZE) {
        if (physical < kernel_physical_end() &&
            physical + LARGE_PAGE_SIZE > kernel_physical_start()) {
            direct_map_small(root, physical);
        } else {
            *boot_entry_at(root, DIRECT_MAP_BASE + physical, 2) =
                physical | PTE_PRESENT | PTE_WRITE | PTE_ACCESSED | PTE_DIRTY | PTE_GLOBAL |
                PTE_LARGE | PTE_NO_EXECUTE;
        }
    }
}

phys_addr_t boot_map_init(void)
{
    phys_addr_t root = boot_pages_allocate(1);
    const struct multiboot2_info *info = multiboot2_info();
    for (uint32_t i = 0; i < info->memory_count; i++) {
        if (info->memory[i].type == MULTIBOOT2_MEMORY_AVAILABLE) {
            direct_map_range(root, info->memory[i].start, info->memory[i].end);
        }
    }
    map_image(root);
    (void)boot_entry_at(root, KERNEL_VIRTUAL_START, PAGE_TABLE_LEVELS - 1);
    (void)boot_entry_at(root, DEVICE_MAP_BASE, PAGE_TABLE_LEVELS - 1);
    write_cr3(root);
    return root;
}
