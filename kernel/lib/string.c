/* SPDX-License-Identifier: BSD-2-Clause */
/* The string function that not every host has; the standard ones are in strings.c and arch/. */
#include <lib/string.h>

size_t strlcpy(char *restrict to, const char *restrict from, size_t size)
{
    size_t length = strlen(from);
    size_t copied = length < size ? length : size - 1;
    memcpy(to, from, copied);
    to[copied] = '\0';
    return length;
}
