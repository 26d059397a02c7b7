/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * getline() and getdelim(), which newlib has under other names.
 */
#include <stdio.h>

ssize_t getdelim(char **restrict line, size_t *restrict size, int end, FILE *restrict file)
{
    return __getdelim(line, size, end, file);
}

ssize_t getline(char **restrict line, size_t *restrict size, FILE *restrict file)
{
    return __getline(line, size, file);
}
