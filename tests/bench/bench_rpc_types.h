/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Types of bench_rpc.defs.
 */
#pragma once

#include <stdint.h>

struct bench_words {
    uint32_t word[8];
};
typedef struct bench_words bench_words_t;

struct bench_line {
    uint32_t word[20];
};
typedef struct bench_line bench_line_t;

typedef uint32_t bench_page_t[1024];

typedef char *bench_data_t;
