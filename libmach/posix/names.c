/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Parts of paths (<libgen.h>), and the program's own name. As on Darwin the results of basename() and
 * dirname() lie in memory of the library's, so a constant string may be passed; the next call writes
 * over them.
 */
#include <crt_externs.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "process.h"

#define NAME_SIZE 1024

/* The length of PATH without the slashes at its end; 1 for one that has only slashes. */
static size_t length_without_slashes(const char *path, size_t length)
{
    while (length > 1 && path[length - 1] == '/') {
        length--;
    }
    return length;
}

/* Where the last part of the LENGTH bytes at PATH begins. */
static size_t last_part(const char *path, size_t length)
{
    while (length > 0 && path[length - 1] != '/') {
        length--;
    }
    return length;
}

static char *keep(char *result, const char *text, size_t length)
{
    if (length >= NAME_SIZE) {
        return NULL;
    }
    memcpy(result, text, length);
    result[length] = '\0';
    return result;
}

char *basename(char *path)
{
    static char result[NAME_SIZE];
    if (path == NULL || path[0] == '\0') {
        return keep(result, ".", 1);
    }
    size_t end = length_without_slashes(path, strlen(path));
    size_t start = end == 1 ? 0 : last_part(path, end);
    return keep(result, path + start, end - start);
}

char *dirname(char *path)
{
    static char result[NAME_SIZE];
    size_t start = 0;
    if (path != NULL) {
        start = last_part(path, length_without_slashes(path, strlen(path)));
    }
    if (start == 0) {
        bool is_root = path != NULL && path[0] == '/';
        return keep(result, is_root ? "/" : ".", 1);
    }
    return keep(result, path, length_without_slashes(path, start));
}

static const char *set_name;

const char *getprogname(void)
{
    return set_name != NULL ? set_name : program_name();
}

void setprogname(const char *name)
{
    const char *slash = strrchr(name, '/');
    set_name = slash == NULL ? name : slash + 1;
}

char **_NSGetProgname(void)
{
    if (set_name == NULL) {
        set_name = program_name();
    }
    return (char **)&set_name;
}
