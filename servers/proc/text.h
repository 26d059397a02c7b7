/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Text that is put together piece by piece in a buffer of fixed size; what does not fit is cut off.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

struct text {
    char *data; /* terminated */
    size_t size;
    size_t length;
};

[[gnu::format(printf, 2, 3)]] static inline void text_add(struct text *text, const char *format,
                                                          ...)
{
    va_list arguments;
    va_start(arguments, format);
    size_t room = text->size - text->length;
    int length = vsnprintf(text->data + text->length, room, format, arguments);
    va_end(arguments);
    if (length > 0) {
        text->length += (size_t)length < room ? (size_t)length : room - 1;
    }
}
