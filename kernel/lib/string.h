/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory and strings: what the compiler calls by itself in freestanding code, and the few string
 * functions the kernel uses, with the C standard's contracts.  On the host all but strlcpy() are
 * the host's own.
 */
#pragma once

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int value, size_t size);
int memcmp(const void *a, const void *b, size_t size);
size_t strlen(const char *string);
size_t strnlen(const char *string, size_t max);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t max);
char *strchr(const char *string, int character);

/*
 * Copy FROM to TO, an array of SIZE bytes (at least 1), cut to fit and always terminated.
 * Returns: the length of FROM; it was cut if that is SIZE or more.
 */
size_t strlcpy(char *restrict to, const char *restrict from, size_t size);
