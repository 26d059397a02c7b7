/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tasks, threads, and switches between threads.
 */
#include <mach/mach_traps.h>
#include <mach/thread_act.h>

#include "bench.h"

#define TASK_ROUNDS   50
#define SWITCH_ROUNDS 1000

static void thread_cycle(void *argument)
{
    thread_act_t thread;
    (void)argument;
    bench_check(thread_create(mach_task_self(), &thread), "thread_create");
    bench_check(thread_terminate(thread), "thread_terminate");
}

static void task_cycle(void *argument)
{
    task_t task;
    (void)argument;
    bench_check(task_create(mach_task_self(), NULL, 0, FALSE, &task), "task_create");
    bench_check(task_terminate(task), "task_terminate");
    bench_check(mach_port_deallocate(mach_task_self(), task), "task port");
}

void bench_tasks(void)
{
    bench_measure("thread_create_terminate", thread_cycle, NULL, TASK_ROUNDS);
    bench_measure("task_create_terminate", task_cycle, NULL, TASK_ROUNDS);
}

/* Yield for ever: the other end of a pair. */
static void yield_forever(mach_port_t port)
{
    (void)port;
    for (;;) {
        (void)swtch();
    }
}

/* There and back: two switches. */
static void yield_twice(void *argument)
{
    (void)argument;
    (void)swtch();
}

/* Like bench_measure() for a pair of switches, of which one counts. */
static void measure_switch(const char *name)
{
    uint64_t best = UINT64_MAX;
    for (int batch = 0; batch < 8; batch++) {
        uint64_t start = bench_ticks();
        for (int i = 0; i < SWITCH_ROUNDS; i++) {
            yield_twice(NULL);
        }
        uint64_t ticks = bench_ticks() - start;
        best = ticks < best ? ticks : best;
    }
    bench_print(name, best / SWITCH_ROUNDS / 2, "ticks");
}

void bench_switches(void)
{
    mach_port_t task;
    mach_port_t port = bench_start_partner(yield_forever, &task);
    bench_fix_priorities(mach_task_self());
    bench_fix_priorities(task);
    (void)swtch();
    measure_switch("switch_cross_task");
    bench_end_partner(port, task);

    (void)bench_start_thread(yield_forever);
    bench_fix_priorities(mach_task_self());
    (void)swtch();
    measure_switch("switch_same_task");
}
