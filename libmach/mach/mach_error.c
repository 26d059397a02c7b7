/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mach_error_string() and its kin. mach_error() formats with its own hands and writes at once: it
 * is called when things go wrong, and a server that prints one error should not pull in stdio.
 */
#include <string.h>
#include <unistd.h>

#include <mach/mach_error.h>
#include <mach/mach_init.h>
#include <mach/message_return.h>

#include "mach_error_tables.h"

#define HEX_DIGITS 8

int (*vprintf_stderr_func)(const char *format, va_list arguments);

/* The extra bits that mach_msg adds to a code to say which resource failed. */
static mach_error_t without_resource_bits(mach_error_t error)
{
    mach_error_t system = error & (mach_error_t)system_emask;
    return system == err_mach_ipc ? error & ~MACH_MSG_MASK : error;
}

static const char *find_text(mach_error_t error)
{
    const struct error_group *group = error_group_find(error);
    return group == NULL ? NULL : group->texts[error - group->first];
}

char *mach_error_string(mach_error_t error)
{
    const char *text = find_text(without_resource_bits(error));
    return (char *)(text == NULL ? "unknown error code" : text);
}

char *mach_error_type(mach_error_t error)
{
    const struct error_group *group = error_group_find(without_resource_bits(error));
    return (char *)(group == NULL ? "(?/?)" : group->type);
}

/* CODE in hexadecimal without leading zeros. Returns: where it begins in DIGITS. */
static const char *format_hex(unsigned int code, char digits[HEX_DIGITS + 1])
{
    char *next = digits + HEX_DIGITS;
    *next = '\0';
    do {
        *--next = "0123456789abcdef"[code & 0xf];
        code >>= 4;
    } while (code != 0);
    return next;
}

__attribute__((format(printf, 1, 2))) static void print(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vprintf_stderr_func(format, arguments);
    va_end(arguments);
}

void mach_error(const char *message, mach_error_t error)
{
    if (vprintf_stderr_func != NULL) {
        print("%s %s (%x)\n", message, mach_error_string(error), (unsigned int)error);
        return;
    }
    char digits[HEX_DIGITS + 1];
    const char *parts[] = {
        message, " ", mach_error_string(error), " (", format_hex((unsigned int)error, digits),
        ")\n",
    };
    char line[256];
    size_t length = 0;
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        size_t part = strlen(parts[i]);
        size_t room = sizeof(line) - length;
        part = part < room ? part : room;
        memcpy(line + length, parts[i], part);
        length += part;
    }
    (void)write(STDERR_FILENO, line, length);
}
