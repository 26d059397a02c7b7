/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The price of a timer interrupt: what is missing in a thread that does nothing but read the clock.
 */
#include <stdlib.h>

#include <mach/mach_traps.h>

#include "bench.h"

#define SAMPLES 8

/* Between two readings lies far less than an interrupt, and far less than this. */
#define GAP_TICKS 100

/* A slice is 10 ms; who has read the clock so often has been forgotten. */
#define READINGS_MAX 100000000

static _Atomic uint64_t partner_runs;
static _Atomic bool is_over;

static void yield_and_count(mach_port_t port)
{
    (void)port;
    while (!is_over) {
        partner_runs++;
        (void)swtch();
    }
}

/* Ticks that are missing at the next interruption; 0 if another thread ran in it. */
static uint64_t next_gap(void)
{
    uint64_t runs = partner_runs;
    uint64_t last = bench_ticks();
    uint64_t step = 0;
    for (uint64_t i = 0; i < READINGS_MAX; i++) {
        uint64_t now = bench_ticks();
        if (now - last > GAP_TICKS) {
            return partner_runs == runs ? now - last - step : 0;
        }
        step = now - last;
        last = now;
    }
    return 0;
}

/*
 * Two threads yield to each other: the slice timer, set in an earlier slice, rings early in the slice
 * of the one that then computes.  The scheduler weighs the two, and sets the timer anew.
 */
void bench_timer(void)
{
    uint64_t best = UINT64_MAX;
    (void)bench_start_thread(yield_and_count);
    bench_fix_priorities(mach_task_self());
    for (int i = 0; i < SAMPLES; i++) {
        (void)swtch();
        uint64_t gap = next_gap();
        best = gap != 0 && gap < best ? gap : best;
    }
    is_over = true;
    if (best == UINT64_MAX) {
        bench_check(KERN_FAILURE, "no timer interrupt without a switch");
    }
    bench_print("timer_interrupt", best, "ticks");
}
