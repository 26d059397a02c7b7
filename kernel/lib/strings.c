/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The standard string functions of the kernel.  The memory functions are arch/'s: it has
 * instructions for them.
 */
#include <lib/string.h>

#include <stdint.h>

size_t strlen(const char *string)
{
    const char *end = string;
    while (*end != '\0') {
        end++;
    }
    return (size_t)(end - string);
}

size_t strnlen(const char *string, size_t max)
{
    size_t length = 0;
    while (length < max && string[length] != '\0') {
        length++;
    }
    return length;
}

int strcmp(const char *a, const char *b)
{
    return strncmp(a, b, SIZE_MAX);
}

int strncmp(const char *a, const char *b, size_t max)
{
    for (size_t i = 0; i < max; i++) {
        if (a[i] != b[i] || a[i] == '\0') {
            return (unsigned char)a[i] - (unsigned char)b[i];
        }
    }
    return 0;
}

char *strchr(const char *string, int character)
{
    while (*string != (char)character) {
        if (*string == '\0') {
            return nullptr;
        }
        string++;
    }
    return (char *)string;
}
