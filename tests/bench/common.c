/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the benchmark programs share: lines of output, and what goes wrong.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <mach/mach_error.h>

#include "bench.h"

void bench_print(const char *name, uint64_t value, const char *unit)
{
    printf("%s %" PRIu64 " %s\n", name, value, unit);
    fflush(stdout);
}

void bench_check(kern_return_t result, const char *what)
{
    if (result != KERN_SUCCESS) {
        printf("benchmark: %s: %s\n", what, mach_error_string(result));
        exit(1);
    }
}
