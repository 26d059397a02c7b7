/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * See <err.h>.
 */
#include <err.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "process.h"

/* Print the program's name, the message, SEPARATOR and REASON as one write, cut off if it is long. */
static void print_message(const char *format, va_list arguments, const char *separator,
                          const char *reason)
{
    char message[BUFSIZ];
    (void)vsnprintf(message, sizeof(message), format, arguments);
    fprintf(stderr, "%s: %s%s%s\n", program_name(), message, separator, reason);
}

void vwarnx(const char *format, va_list arguments)
{
    print_message(format, arguments, "", "");
}

void vwarnc(int number, const char *format, va_list arguments)
{
    print_message(format, arguments, ": ", strerror(number));
}

void vwarn(const char *format, va_list arguments)
{
    vwarnc(errno, format, arguments);
}

void verrc(int code, int number, const char *format, va_list arguments)
{
    vwarnc(number, format, arguments);
    exit(code);
}

void verr(int code, const char *format, va_list arguments)
{
    verrc(code, errno, format, arguments);
}

void verrx(int code, const char *format, va_list arguments)
{
    vwarnx(format, arguments);
    exit(code);
}

void warn(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vwarn(format, arguments);
    va_end(arguments);
}

void warnx(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vwarnx(format, arguments);
    va_end(arguments);
}

void warnc(int number, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vwarnc(number, format, arguments);
    va_end(arguments);
}

void err(int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    verr(code, format, arguments);
}

void errx(int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    verrx(code, format, arguments);
}

void errc(int code, int number, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    verrc(code, number, format, arguments);
}
