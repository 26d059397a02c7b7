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

void vwarnx(const char *format, va_list arguments)
{
    fprintf(stderr, "%s: ", program_name());
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

void vwarn(const char *format, va_list arguments)
{
    const char *reason = strerror(errno);
    fprintf(stderr, "%s: ", program_name());
    vfprintf(stderr, format, arguments);
    fprintf(stderr, ": %s\n", reason);
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

void err(int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vwarn(format, arguments);
    va_end(arguments);
    exit(code);
}

void errx(int code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vwarnx(format, arguments);
    va_end(arguments);
    exit(code);
}
