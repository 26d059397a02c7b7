/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * <mach-o/dyld.h> and <mach-o/getsect.h>: where there are no Mach-O images, and the way to the program.
 */
#include <mach-o/dyld.h>
#include <mach-o/getsect.h>
#include <stddef.h>
#include <string.h>

#include "process.h"

int _NSGetExecutablePath(char *buffer, uint32_t *size)
{
    const char *path = program_path();
    size_t length = strlen(path) + 1;
    bool fits = length <= *size;
    if (fits) {
        memcpy(buffer, path, length);
    } else {
        *size = (uint32_t)length;
    }
    return fits ? 0 : -1;
}

uint32_t _dyld_image_count(void)
{
    return 0;
}

const struct mach_header *_dyld_get_image_header(uint32_t index)
{
    (void)index;
    return NULL;
}

intptr_t _dyld_get_image_vmaddr_slide(uint32_t index)
{
    (void)index;
    return 0;
}

const char *_dyld_get_image_name(uint32_t index)
{
    (void)index;
    return NULL;
}

void _dyld_register_func_for_add_image(void (*function)(const struct mach_header *, intptr_t))
{
    (void)function;
}

void _dyld_register_func_for_remove_image(void (*function)(const struct mach_header *, intptr_t))
{
    (void)function;
}

char *getsectdata(const char *segment, const char *section, unsigned long *size)
{
    (void)segment;
    (void)section;
    *size = 0;
    return NULL;
}

uint8_t *getsectiondata(const struct mach_header_64 *image, const char *segment,
                        const char *section, unsigned long *size)
{
    (void)image;
    return (uint8_t *)getsectdata(segment, section, size);
}

uint8_t *getsegmentdata(const struct mach_header_64 *image, const char *segment,
                        unsigned long *size)
{
    (void)image;
    return (uint8_t *)getsectdata(segment, NULL, size);
}
