/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A length of time in seconds and microseconds, as accounting calls report it.
 */
#pragma once

#include <mach/abi.h>
#include <mach/machine/vm_types.h>

struct time_value {
    integer_t seconds;
    integer_t microseconds;
};
typedef struct time_value time_value_t;
MACH_ABI_SIZE(time_value_t, 8);

#define TIME_MICROS_MAX 1000000

#define time_value_add_usec(val, micros)                            \
    do {                                                            \
        if (((val)->microseconds += (micros)) >= TIME_MICROS_MAX) { \
            (val)->microseconds -= TIME_MICROS_MAX;                 \
            (val)->seconds++;                                       \
        }                                                           \
    } while (0)

#define time_value_add(result, addend)                       \
    do {                                                     \
        (result)->seconds += (addend)->seconds;              \
        time_value_add_usec(result, (addend)->microseconds); \
    } while (0)
