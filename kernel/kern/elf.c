/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Segments are copied, not shared with the file: init is small, and its module's pages go back to
 * the free memory.
 */
#include <kern/elf.h>

#include <mach/vm_inherit.h>
#include <mach/vm_prot.h>
#include <mach/vm_statistics.h>

#include <lib/elf_image.h>
#include <lib/log.h>
#include <arch/pmap.h>
#include <vm/vm_fault.h>

static vm_prot_t segment_protection(const struct elf_segment *segment)
{
    vm_prot_t protection = VM_PROT_NONE;
    if (segment->flags & ELF_READ) {
        protection |= VM_PROT_READ;
    }
    if (segment->flags & ELF_WRITE) {
        protection |= VM_PROT_WRITE;
    }
    if (segment->flags & ELF_EXECUTE) {
        protection |= VM_PROT_EXECUTE;
    }
    return protection;
}

/* Zeros first, then the file's bytes through the map, then the final protection. */
static kern_return_t segment_load(struct vm_map *map, const struct elf_segment *segment,
                                  const char *file)
{
    virt_addr_t start = segment->address & ~PAGE_MASK;
    virt_addr_t end = (segment->address + segment->memory_size + PAGE_MASK) & ~PAGE_MASK;
    struct vm_map_request request = {
        .address = start,
        .size = end - start,
        .flags = VM_FLAGS_FIXED,
        .protection = VM_PROT_READ | VM_PROT_WRITE,
        .max_protection = VM_PROT_ALL,
        .inheritance = VM_INHERIT_DEFAULT,
    };
    kern_return_t result = vm_map_enter(map, &request);
    if (result == KERN_SUCCESS) {
        result = vm_map_write_bytes(map, segment->address, file + segment->file_offset,
                                    segment->file_size);
    }
    if (result == KERN_SUCCESS) {
        result = vm_map_protect(map, start, end, segment_protection(segment), false);
    }
    return result;
}

kern_return_t elf_load(struct vm_map *map, const char *name, const void *file, size_t size,
                       uint64_t *entry)
{
    struct elf_image image;
    enum elf_error error = elf_image_parse(file, size, map->min_address, map->max_address, &image);
    if (error != ELF_OK) {
        log_error("%s: %s", name, elf_error_string(error));
        return KERN_INVALID_ARGUMENT;
    }
    for (uint32_t i = 0; i < image.segment_count; i++) {
        kern_return_t result = segment_load(map, &image.segments[i], file);
        if (result != KERN_SUCCESS) {
            log_error("%s: segment at %#lx cannot be mapped (error %d)", name,
                      image.segments[i].address, result);
            return result;
        }
    }
    *entry = image.entry;
    return KERN_SUCCESS;
}
