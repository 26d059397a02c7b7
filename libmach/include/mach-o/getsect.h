/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sections of the program's own Mach-O image, of which there is none: nothing is found.
 */
#pragma once

#include <stdint.h>

#include <mach-o/loader.h>
#include <mach/abi.h>

MACH_BEGIN_DECLS

/* Returns: null, and *SIZE is 0. */
char *getsectdata(const char *segment, const char *section, unsigned long *size);
uint8_t *getsectiondata(const struct mach_header_64 *image, const char *segment,
                        const char *section, unsigned long *size);
uint8_t *getsegmentdata(const struct mach_header_64 *image, const char *segment,
                        unsigned long *size);

MACH_END_DECLS
