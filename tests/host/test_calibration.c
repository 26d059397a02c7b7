/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calibration of clocks on a machine whose host takes the processor away now and then.
 */
#include <test/ktest.h>

#include <calibration.h>

#define TSC   UINT64_C(2400000000)
#define LAPIC UINT64_C(62500000)

/* What the measurements say, in order; then the last one again. */
static const struct clock_rates *answers;
static uint32_t answers_left;
static uint32_t asked;

static struct clock_rates measure(void)
{
    asked++;
    if (answers_left > 1) {
        answers_left--;
        return *answers++;
    }
    return *answers;
}

static bool calibrate_with(const struct clock_rates *all, uint32_t count, struct clock_rates *rates)
{
    answers = all;
    answers_left = count;
    asked = 0;
    return calibrate(measure, rates);
}

KTEST(calibration_believes_what_is_measured_twice)
{
    static const struct clock_rates same[] = { { TSC, LAPIC } };
    struct clock_rates rates;
    EXPECT(calibrate_with(same, 1, &rates));
    EXPECT_EQ(asked, 2);
    EXPECT_EQ(rates.tsc, TSC);
    EXPECT_EQ(rates.lapic, LAPIC);
}

/* What was measured while the processor was away is too much or too little, of one clock or both. */
KTEST(calibration_leaves_out_measurements_that_others_do_not_confirm)
{
    static const struct clock_rates disturbed[] = {
        { 5 * TSC, 5 * LAPIC }, { TSC, LAPIC / 2 },    { TSC, 3 * LAPIC },  { TSC / 2, LAPIC },
        { 2 * TSC, LAPIC },     { TSC + 1000, LAPIC }, { TSC, LAPIC + 10 },
    };
    struct clock_rates rates;
    EXPECT(calibrate_with(disturbed, ARRAY_SIZE(disturbed), &rates));
    EXPECT_EQ(asked, ARRAY_SIZE(disturbed));
    EXPECT_EQ(rates.tsc, TSC);
    EXPECT_EQ(rates.lapic, LAPIC + 10);
}

/* How often is measured if the second time says RATES. */
static uint32_t measurements_with(struct clock_rates rates)
{
    struct clock_rates both[] = { { TSC, LAPIC }, rates };
    EXPECT(calibrate_with(both, 2, &rates));
    return asked;
}

KTEST(calibration_takes_two_for_the_same_up_to_a_128th)
{
    EXPECT_EQ(measurements_with((struct clock_rates){ TSC + TSC / 128, LAPIC + LAPIC / 128 }), 2);
    EXPECT_EQ(measurements_with((struct clock_rates){ TSC - TSC / 130, LAPIC - LAPIC / 130 }), 2);
    EXPECT_EQ(measurements_with((struct clock_rates){ TSC + TSC / 120, LAPIC }), 3);
    EXPECT_EQ(measurements_with((struct clock_rates){ TSC, LAPIC - LAPIC / 120 }), 3);
    /* At the bound: apart by just a 128th of the second. */
    static const struct clock_rates bound[] = { { 127 << 20, LAPIC }, { 128 << 20, LAPIC } };
    struct clock_rates rates;
    EXPECT(calibrate_with(bound, 2, &rates));
    EXPECT_EQ(asked, 2);
}

/* Each time another rate. */
static struct clock_rates measure_badly(void)
{
    asked++;
    return (struct clock_rates){ TSC + asked * TSC, LAPIC };
}

KTEST(calibration_ends_where_nothing_is_measured_twice)
{
    struct clock_rates rates;
    asked = 0;
    EXPECT(!calibrate(measure_badly, &rates));
    EXPECT_EQ(asked, CALIBRATION_TRIES + 1);
    EXPECT_EQ(rates.tsc, TSC + asked * TSC);
}
