/* SPDX-License-Identifier: BSD-2-Clause */
/* The C types of seldom.defs. */
#pragma once

#include <mach/mach_types.h>

typedef char *seldom_data_t;
typedef int *seldom_block_t;
typedef int seldom_rows_t[300];
typedef struct {
    int64_t a, b;
} aligned_t;
