/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tests of sched: load averages.
 */
#include <sched/load.h>
#include <test/ktest.h>

/* SAMPLES with so many threads RUNNABLE on PROCESSORS. */
static struct sched_load after(struct load_sums *sums, uint32_t samples, uint32_t runnable,
                               uint32_t processors)
{
    for (uint32_t i = 0; i < samples; i++) {
        load_sums_enter(sums, runnable, processors);
    }
    return load_sums_told(sums);
}

KTEST(load_averages_come_to_what_lasts)
{
    struct load_sums sums = {};
    struct sched_load load = after(&sums, 1000, 3, 2);
    for (uint32_t i = 0; i < LOAD_SPANS; i++) {
        EXPECT_EQ(load.average[i], 3000);
        EXPECT_EQ(load.factor[i], 500); /* a fourth thread would get half a processor */
    }
    load = after(&sums, 1000, 1, 4);
    for (uint32_t i = 0; i < LOAD_SPANS; i++) {
        EXPECT_EQ(load.average[i], 1000);
        EXPECT_EQ(load.factor[i], 3000); /* three are free */
    }
    load = after(&sums, 2000, 0, 4);
    EXPECT_EQ(load.average[0], 0);
    EXPECT_EQ(load.factor[0], 4000);
}

KTEST(load_averages_forget_in_their_time)
{
    struct load_sums sums = {};
    struct sched_load load = after(&sums, 1, 10, 1);
    EXPECT_EQ(load.average[0], 4000); /* two fifths, thirtieths, sixtieths */
    EXPECT_EQ(load.average[1], 667);
    EXPECT_EQ(load.average[2], 333);
    load = after(&sums, 5, 0, 1);
    EXPECT(load.average[0] > 300 && load.average[0] < 320);
    EXPECT(load.average[1] > 460 && load.average[1] < 480);
}
