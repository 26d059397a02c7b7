/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bench_real_time: how many deadlines a real-time thread misses while threads compute for ever and
 * clients call servers in other tasks as fast as they can.
 */
#include <inttypes.h>
#include <stdlib.h>

#include <mach/mach_init.h>
#include <mach/mach_time.h>
#include <mach/mach_traps.h>
#include <mach/thread_act.h>
#include <mach/thread_policy.h>

#include <bench_rpc.h>

#include "bench.h"

#define MICROSECOND UINT64_C(1000)
#define MILLISECOND UINT64_C(1000000)

#define PERIODS     10000
#define PERIOD      (5 * MILLISECOND)
#define COMPUTATION MILLISECOND
#define CONSTRAINT  (2 * MILLISECOND)

/* What the thread really needs in a period.  The rest is for the kernel's part of its waits. */
#define WORK (900 * MICROSECOND)

#define COMPUTING 32
#define CALLING   8

/* One call in so many sends memory out of line. */
#define TAKE_EVERY 16
#define TAKE_SIZE  (64 * 1024)

/* Steps that take some milliseconds on any machine. */
#define TRIAL_STEPS 100000

static _Atomic bool is_over;
static _Atomic uint64_t calls;
static _Atomic uint32_t clients;

/* Compiled once: inlined into its callers it would take different times in each. */
[[gnu::noinline]] static void compute(uint64_t steps)
{
    for (volatile uint64_t i = 0; i < steps; i++) {
    }
}

static void compute_forever(mach_port_t port)
{
    (void)port;
    for (;;) {
        compute(TRIAL_STEPS);
    }
}

/* The server of the client that starts next. */
static _Atomic mach_port_t next_server;

static void call_server(mach_port_t port)
{
    static const char data[TAKE_SIZE];
    bench_words_t words = {};
    bench_words_t echo;
    mach_port_t server = next_server;
    (void)port;
    next_server = MACH_PORT_NULL;
    for (uint32_t i = 1; !is_over; i++, calls++) {
        if (i % TAKE_EVERY == 0) {
            bench_check(bench_take(server, (char *)(uintptr_t)data, sizeof(data)), "bench_take");
        } else {
            bench_check(bench_echo(server, words, &echo), "bench_echo");
        }
    }
    clients--;
}

static void sleep_for(uint64_t time)
{
    (void)mach_wait_until(mach_absolute_time() + time);
}

static void start_others(void)
{
    for (int i = 0; i < CALLING; i++) {
        mach_port_t task;
        clients++;
        next_server = bench_start_partner(bench_serve_stubs, &task);
        (void)bench_start_thread(call_server);
        while (next_server != MACH_PORT_NULL) {
            sleep_for(MILLISECOND);
        }
    }
    for (int i = 0; i < COMPUTING; i++) {
        (void)bench_start_thread(compute_forever);
    }
}

/* Steps of compute() that take WORK, found while nobody else runs. */
static uint64_t steps_of_work(void)
{
    uint64_t start = mach_absolute_time();
    compute(TRIAL_STEPS);
    return TRIAL_STEPS * WORK / (mach_absolute_time() - start);
}

static void become_real_time(void)
{
    thread_time_constraint_policy_data_t needs = {
        .period = PERIOD,
        .computation = COMPUTATION,
        .constraint = CONSTRAINT,
        .preemptible = TRUE,
    };
    bench_check(thread_policy_set(mach_thread_self(), THREAD_TIME_CONSTRAINT_POLICY,
                                  (thread_policy_t)&needs, THREAD_TIME_CONSTRAINT_POLICY_COUNT),
                "real time");
}

/* Work in each period.  Returns: how often it was not done in time; the longest it took, in *LONGEST. */
static uint64_t count_misses(uint64_t steps, uint64_t *longest)
{
    uint64_t misses = 0;
    uint64_t begin = mach_absolute_time();
    *longest = 0;
    for (int i = 0; i < PERIODS; i++) {
        begin += PERIOD;
        (void)mach_wait_until(begin);
        compute(steps);
        uint64_t taken = mach_absolute_time() - begin;
        misses += taken > CONSTRAINT;
        *longest = taken > *longest ? taken : *longest;
    }
    return misses;
}

int main(void)
{
    uint64_t longest;
    uint64_t steps = steps_of_work();
    start_others();
    become_real_time();
    uint64_t calls_before = calls;
    uint64_t misses = count_misses(steps, &longest);
    if (calls - calls_before < PERIODS) {
        bench_check(KERN_FAILURE, "calls beside real time");
    }
    is_over = true;
    while (clients != 0) {
        sleep_for(MILLISECOND);
    }
    bench_print("real_time_misses", misses, "periods");
    bench_print("real_time_longest", longest / MICROSECOND, "us");
    return 0;
}
