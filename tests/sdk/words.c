/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Says what was computed.
 */
#include "words.h"

#include <math.h>
#include <stdio.h>

#if !defined(__MACH__) || !defined(__APPLE__)
#error "this is no place for programs that were written for macOS"
#endif

void print_sum(int sum)
{
    printf("sum %.0f\n", sqrt((double)sum * sum));
}
