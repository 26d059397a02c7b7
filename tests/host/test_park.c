/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A processor that is stopped: what it does with the threads that wait for it.  Hooks
 * (sched/test_hook.h) act as the processor that starts it again.
 */
#include <test/ktest.h>

#include <lib/panic.h>
#include <arch/clock_device.h>
#include <sched/sched_internal.h>
#include <sched/test_hook.h>
#include <sched/usage.h>

#include "fake.h"

#define MILLISECOND UINT64_C(1000000)
#define STOPPED_FOR (10 * MILLISECOND)

/* A processor that is stopped gives away a thread, and is started before that has another place. */
static uint32_t placements;
static uint32_t start_at; /* the placement at which it is started */
static uint64_t growth;   /* of the stopped processor's idle time meanwhile */

static void start_now(void)
{
    uint64_t before = cpu_usage(cpu_index()).idle_time;
    fake_clock += STOPPED_FOR;
    growth = cpu_usage(cpu_index()).idle_time - before;
    atomic_store(&percpu_ptr(sched_cpu)->is_stopped, false);
    atomic_fetch_or(&online_cpus, CPU_BIT(cpu_index()));
}

static void start_again(enum sched_hook_point point, [[maybe_unused]] struct thread *thread)
{
    if (point == SCHED_HOOK_PLACED && ++placements >= start_at) {
        start_now();
        if (placements > start_at) {
            panic("a thread is given away by a processor that may keep it");
        }
    }
}

/* Stop this processor, have it look, and let it be started when a thread has got the PLACEMENTth place
 * from now on. */
static void stop_and_park(uint32_t placement)
{
    struct sched_cpu *cpu = percpu_ptr(sched_cpu);
    atomic_store(&cpu->is_stopped, true);
    atomic_store(&online_cpus, CPU_BIT(1));
    placements = 0;
    start_at = placement;
    sched_test_hook = start_again;
    sched_park(cpu);
    sched_test_hook = nullptr;
    EXPECT_EQ(placements, placement);
    EXPECT(!cpu->is_parked);
    atomic_store(&online_cpus, CPU_BIT(cpu_index()));
}

static void do_nothing([[maybe_unused]] void *argument)
{
}

static struct thread *lesser_create(void)
{
    return thread_create(do_nothing, nullptr, current_thread()->priority - 1);
}

/* It gives away what waits before it sleeps, and the time until it is started is nobody's. */
KTEST(park_started_while_it_gives_away_threads)
{
    interrupts_disable();
    struct thread *thread = lesser_create();
    thread_start(thread);
    uint64_t before = clock_now();
    struct usage usage = thread_usage(current_thread());
    stop_and_park(1);
    EXPECT_EQ(clock_now(), before + STOPPED_FOR);
    EXPECT_EQ(thread_usage(current_thread()).system_time, usage.system_time);
    EXPECT_EQ(thread_usage(thread).migrations, 1);
    interrupts_enable();
    thread_release(thread);
    thread_sleep_until(clock_now() + MILLISECOND);
}

static struct thread *started_late;

static void start_late([[maybe_unused]] struct timer *timer)
{
    thread_start(started_late);
}

/* Somebody who had not noticed gives a thread to a processor that is stopped and sleeps: it passes it
 * on. */
KTEST(park_given_a_thread_while_it_is_stopped)
{
    static struct timer timer;
    interrupts_disable();
    started_late = lesser_create();
    timer_init(&timer, start_late);
    timer_arm(&timer, clock_now() + MILLISECOND, 0);
    uint64_t before = clock_now();
    struct cpu_usage usage = cpu_usage(cpu_index());
    stop_and_park(2);
    EXPECT_EQ(clock_now(), before + MILLISECOND + STOPPED_FOR);
    EXPECT_EQ(growth, 0);
    EXPECT_EQ(cpu_usage(cpu_index()).idle_time, usage.idle_time);
    interrupts_enable();
    thread_release(started_late);
    thread_sleep_until(clock_now() + MILLISECOND);
}

/* The first thread that is given away has it started. */
static void start_once(enum sched_hook_point point, [[maybe_unused]] struct thread *thread)
{
    if (point == SCHED_HOOK_PLACED && percpu_ptr(sched_cpu)->is_stopped) {
        start_now();
    }
}

static bool ran_while_stopped;

static void look([[maybe_unused]] void *argument)
{
    ran_while_stopped = percpu_ptr(sched_cpu)->is_stopped;
}

/* One who waits on a processor that is stopped leaves it to the idle thread, which gives away what
 * waits there. */
KTEST(park_runs_nothing_but_its_idle_thread)
{
    struct sched_cpu *cpu = percpu_ptr(sched_cpu);
    interrupts_disable();
    struct thread *thread = thread_create(look, nullptr, current_thread()->priority - 1);
    thread_start(thread);
    ran_while_stopped = false;
    atomic_store(&online_cpus, CPU_BIT(1));
    atomic_store(&cpu->is_stopped, true);
    sched_test_hook = start_once;
    thread_sleep_until(clock_now() + MILLISECOND);
    sched_test_hook = nullptr;
    EXPECT(!ran_while_stopped);
    EXPECT(!cpu->is_stopped);
    interrupts_enable();
    thread_sleep_until(clock_now() + MILLISECOND);
    thread_release(thread);
}
