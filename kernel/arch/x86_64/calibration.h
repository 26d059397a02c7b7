/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How fast the clocks run, from measurements that may be wrong.  Under a hypervisor the processor can be
 * taken away between two readings, for longer than the whole measured interval: so what was measured
 * counts only when the next measurement says the same.
 */
#pragma once

#include <stdint.h>

/* Ticks per second. */
struct clock_rates {
    uint64_t tsc;
    uint64_t lapic;
};

/* Measurements after the first, and how far apart two may be that agree: a 128th. */
#define CALIBRATION_TRIES  50
#define CALIBRATION_SPREAD 7

/* Set *RATES to what MEASURE says twice running.  Returns: false if it never did; *RATES is what it said
 * last. */
bool calibrate(struct clock_rates (*measure)(void), struct clock_rates *rates);
