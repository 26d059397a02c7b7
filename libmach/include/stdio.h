/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newlib's declarations, and those of POSIX that it has under other names.
 */
#pragma once

#include_next <stdio.h>

#if __has_include(<newlib.h>)

__BEGIN_DECLS

ssize_t getdelim(char **__restrict line, size_t *__restrict size, int end, FILE *__restrict file);
ssize_t getline(char **__restrict line, size_t *__restrict size, FILE *__restrict file);

__END_DECLS

#endif
