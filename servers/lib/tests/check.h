/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Checks for the host tests of servers' pure parts: each file is one program with its own counter.
 */
#pragma once

#include <stdio.h>

static int failures;

/* Report CONDITION, with its place, unless it is true. */
#define CHECK(condition) check((condition), __FILE__, __LINE__, #condition)

static inline bool check(bool holds, const char *file, int line, const char *text)
{
    if (!holds) {
        fprintf(stderr, "%s:%d: failed: %s\n", file, line, text);
        failures++;
    }
    return holds;
}
