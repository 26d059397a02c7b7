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
typedef char *bench_data_t;
