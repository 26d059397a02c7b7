/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Loading the one program that the kernel starts itself: init.  Reading the file is
 * lib/elf_image.h's business; here its segments become memory.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <mach/kern_return.h>

#include <vm/vm_map.h>

/*
 * Map the static executable of SIZE bytes at FILE into MAP and store its entry point in *ENTRY. On
 * failure one line on the log, beginning with NAME, says what is wrong, and MAP may hold some of
 * the segments.
 * Context: may sleep.
 * Returns: KERN_SUCCESS; KERN_INVALID_ARGUMENT, not an executable we can run; what vm_map_enter()
 * returns.
 */
[[nodiscard]] kern_return_t elf_load(struct vm_map *map, const char *name, const void *file,
                                     size_t size, uint64_t *entry);
