/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * printf's formats without a C library: %d %i %u %x %X %p %s %c %%, with the flags - 0 #, a width
 * and a precision (also as *), and the sizes hh h l ll z j t.  The compiler checks arguments
 * against formats.
 */
#pragma once

#include <stdarg.h>
#include <stddef.h>

#include <lib/compiler.h>

/*
 * Format into BUFFER of SIZE bytes, cut to fit and terminated if SIZE is not zero.
 * Returns: the length of the whole text; it was cut if that is SIZE or more.
 */
size_t format_string(char *buffer, size_t size, const char *format, ...) PRINTF_LIKE(3, 4);
size_t format_string_va(char *buffer, size_t size, const char *format, va_list arguments)
    PRINTF_LIKE(3, 0);
