/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Files as memory.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <mach/mach_types.h>

/* Why descriptor FD cannot be mapped with PROTECTION and the FLAGS of mmap(): its errno, or 0. */
int file_protection_fault(int fd, int protection, int flags);

/*
 * Put the contents of FD from OFFSET (a page's) on over the memory at PLACE, SIZE bytes in whole pages,
 * as far as the file goes; the rest of its last page is zeros.
 * Returns: 0, or the errno; ENODEV, FD is no file.
 */
int file_map_pages(int fd, mach_vm_address_t place, size_t size, int protection, uint64_t offset);
