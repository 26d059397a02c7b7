/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calibration of clocks: which measurement to believe.
 */
#include <calibration.h>

static bool is_near(uint64_t a, uint64_t b)
{
    uint64_t apart = a > b ? a - b : b - a;
    return apart <= a >> CALIBRATION_SPREAD;
}

bool calibrate(struct clock_rates (*measure)(void), struct clock_rates *rates)
{
    *rates = measure();
    for (int i = 0; i < CALIBRATION_TRIES; i++) {
        struct clock_rates before = *rates;
        *rates = measure();
        if (is_near(rates->tsc, before.tsc) && is_near(rates->lapic, before.lapic)) {
            return true;
        }
    }
    return false;
}
