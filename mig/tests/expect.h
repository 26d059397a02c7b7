/* SPDX-License-Identifier: BSD-2-Clause */
/* The check of test programs that end with the first failure. */
#pragma once

#include <stdio.h>
#include <stdlib.h>

#define EXPECT(condition) \
    do { \
        if (!(condition)) { \
            fprintf(stderr, "%d: %s\n", __LINE__, #condition); \
            exit(1); \
        } \
    } while (0)
