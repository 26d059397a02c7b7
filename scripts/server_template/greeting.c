/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A name is taken as it is, except that it must not move the cursor of who reads it.
 */
#include "greeting.h"

#include <stdio.h>

static bool is_printable(const char *name)
{
    for (const char *c = name; *c != '\0'; c++) {
        if ((unsigned char)*c < ' ' || *c == '\x7f') {
            return false;
        }
    }
    return name[0] != '\0';
}

enum greeting_result greeting_write(char *text, size_t size, const char *name)
{
    if (!is_printable(name)) {
        return GREETING_BAD_NAME;
    }
    int length = snprintf(text, size, "Hello, %s!", name);
    return length >= 0 && (size_t)length < size ? GREETING_WRITTEN : GREETING_NO_ROOM;
}
