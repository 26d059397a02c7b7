/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages about errors, with the program's name in front, on standard error; err() and errx() then
 * exit with CODE. Those without x add the text of errno, those with c that of NUMBER.
 */
#pragma once

#include <stdarg.h>

#include <mach/abi.h>

MACH_BEGIN_DECLS

__attribute__((noreturn, format(printf, 2, 3))) void err(int code, const char *format, ...);
__attribute__((noreturn, format(printf, 2, 3))) void errx(int code, const char *format, ...);
__attribute__((noreturn, format(printf, 3, 4))) void errc(int code, int number, const char *format,
                                                          ...);
__attribute__((format(printf, 1, 2))) void warn(const char *format, ...);
__attribute__((format(printf, 1, 2))) void warnx(const char *format, ...);
__attribute__((format(printf, 2, 3))) void warnc(int number, const char *format, ...);

__attribute__((noreturn, format(printf, 2, 0))) void verr(int code, const char *format,
                                                          va_list arguments);
__attribute__((noreturn, format(printf, 2, 0))) void verrx(int code, const char *format,
                                                           va_list arguments);
__attribute__((noreturn, format(printf, 3, 0))) void verrc(int code, int number, const char *format,
                                                           va_list arguments);
__attribute__((format(printf, 2, 0))) void vwarnc(int number, const char *format,
                                                  va_list arguments);
__attribute__((format(printf, 1, 0))) void vwarn(const char *format, va_list arguments);
__attribute__((format(printf, 1, 0))) void vwarnx(const char *format, va_list arguments);

MACH_END_DECLS
