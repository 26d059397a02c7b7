/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The list of usable memory in struct boot_info: built from the memory map, without what is
 * occupied.  Pure.
 */
#pragma once

#include <stdint.h>

#include <arch/boot_info.h>
#include <multiboot2_parse.h>

/*
 * Add [START, END), as far as it is whole pages, to the list: sorted, neighbours joined, overlaps
 * counted once.  What does not fit into the list is left out.
 */
void boot_memory_add(struct boot_info *info, uint64_t start, uint64_t end);

/* Take every page that [START, END) touches out of the list. */
void boot_memory_remove(struct boot_info *info, uint64_t start, uint64_t end);

/*
 * Make the list, and what else INFO says about memory, of what is available in MAP and is occupied
 * neither by the kernel, at [KERNEL_START, KERNEL_END), nor by one of INFO's modules.
 */
void boot_memory_find(struct boot_info *info, const struct multiboot2_info *map,
                      uint64_t kernel_start, uint64_t kernel_end);

/*
 * Take the first MiB out of the list: it belongs to firmware and ancient devices, and to the start of
 * other processors.
 * Returns: a page of it that is free and in which a processor can start; 0, there is none.
 */
phys_addr_t boot_memory_take_low(struct boot_info *info);
