/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Normalizing a path as text. The result is never longer than the path, so it is done in place.
 */
#include <string.h>

#include "path.h"

/* Length of the name at NAME. */
static size_t name_length(const char *name)
{
    return strcspn(name, "/");
}

/* Where the path ending at END (not included) ends without its last name. */
static char *without_last_name(char *path, char *end)
{
    while (end > path && *--end != '/') {
    }
    return end;
}

void path_normalize(char *path)
{
    const char *next = path;
    char *end = path;
    while (*(next += strspn(next, "/")) != '\0') {
        size_t length = name_length(next);
        if (length == 2 && next[0] == '.' && next[1] == '.') {
            end = without_last_name(path, end);
        } else if (length != 1 || next[0] != '.') {
            *end = '/';
            memmove(end + 1, next, length);
            end += length + 1;
        }
        next += length;
    }
    if (end == path) {
        *end++ = '/';
    }
    *end = '\0';
}
