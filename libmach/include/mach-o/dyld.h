/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the dynamic linker tells on a Mac. Programs here are static ELF files: there is no Mach-O image, and so the list of
 * them is empty, and nobody is ever told of one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <mach-o/loader.h>
#include <mach/abi.h>

MACH_BEGIN_DECLS

/* The path that the program was started by. Returns: 0; -1, BUFFER is too small, *SIZE is what it takes. */
int _NSGetExecutablePath(char *buffer, uint32_t *size);

/* Returns: 0, and null or 0 for each number. */
uint32_t _dyld_image_count(void);
const struct mach_header *_dyld_get_image_header(uint32_t index);
intptr_t _dyld_get_image_vmaddr_slide(uint32_t index);
const char *_dyld_get_image_name(uint32_t index);

void _dyld_register_func_for_add_image(void (*function)(const struct mach_header *, intptr_t));
void _dyld_register_func_for_remove_image(void (*function)(const struct mach_header *, intptr_t));

MACH_END_DECLS
