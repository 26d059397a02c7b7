/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The list of usable memory in struct boot_info: built from the memory map, without what is
 * occupied.  Pure.
 */
#pragma once

#include <stdint.h>

#include <arch/boot_info.h>

/*
 * Add [START, END), as far as it is whole pages, to the list: sorted, neighbours joined, overlaps
 * counted once.  What does not fit into the list is left out.
 */
void boot_memory_add(struct boot_info *info, uint64_t start, uint64_t end);

/* Take every page that [START, END) touches out of the list. */
void boot_memory_remove(struct boot_info *info, uint64_t start, uint64_t end);
