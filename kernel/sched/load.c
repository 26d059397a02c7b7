/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each average is exponential: a second counts 1/5, 1/30 or 1/60, and what was before so much less.
 */
#include <sched/load.h>

#include <stdatomic.h>

#include <arch/clock_device.h>
#include <arch/cpu.h>
#include <sched/sched_internal.h>

#define SECOND UINT64_C(1000000000)
#define LEEWAY (SECOND / 4)

/* Thousandths, and how much finer the sums are. */
#define SCALE    1000
#define FINENESS 1024

static const uint32_t spans[LOAD_SPANS] = { 5, 30, 60 };

/* One writer, the timer's function; readers take each word as it is. */
static _Atomic uint64_t kept_average[LOAD_SPANS];
static _Atomic uint64_t kept_factor[LOAD_SPANS];
static struct timer sample_timer;

/* Let *SUM, over SPAN seconds, become older by one with the value NOW. */
static void enter(uint64_t *sum, uint64_t now, uint32_t span)
{
    *sum = (*sum * (span - 1) + now * FINENESS) / span;
}

void load_sums_enter(struct load_sums *sums, uint32_t runnable, uint32_t processors)
{
    uint64_t factor = runnable > processors ? (uint64_t)processors * SCALE / (runnable + 1)
                                            : (uint64_t)(processors - runnable) * SCALE;
    for (uint32_t i = 0; i < LOAD_SPANS; i++) {
        enter(&sums->average[i], (uint64_t)runnable * SCALE, spans[i]);
        enter(&sums->factor[i], factor, spans[i]);
    }
}

struct sched_load load_sums_told(const struct load_sums *sums)
{
    struct sched_load load;
    for (uint32_t i = 0; i < LOAD_SPANS; i++) {
        load.average[i] = (uint32_t)((sums->average[i] + FINENESS / 2) / FINENESS);
        load.factor[i] = (uint32_t)((sums->factor[i] + FINENESS / 2) / FINENESS);
    }
    return load;
}

static struct load_sums kept_sums(void)
{
    struct load_sums sums;
    for (uint32_t i = 0; i < LOAD_SPANS; i++) {
        sums.average[i] = atomic_load_explicit(&kept_average[i], memory_order_relaxed);
        sums.factor[i] = atomic_load_explicit(&kept_factor[i], memory_order_relaxed);
    }
    return sums;
}

struct sched_load sched_load(void)
{
    struct load_sums sums = kept_sums();
    return load_sums_told(&sums);
}

/* Threads that run or wait on the processors ONLINE. */
static uint32_t count_runnable(cpu_mask_t online)
{
    cpu_mask_t busy = online & ~atomic_load_explicit(&sched_idle_cpus, memory_order_relaxed);
    uint32_t count = (uint32_t)__builtin_popcountll(busy);
    for (uint32_t cpu = 0; cpu < cpu_count(); cpu++) {
        count +=
            atomic_load_explicit(&percpu_ptr_of(cpu, sched_cpu)->runq.count, memory_order_relaxed);
    }
    return count;
}

static void take_sample(struct timer *timer)
{
    cpu_mask_t online = sched_online_cpus();
    struct load_sums sums = kept_sums();
    load_sums_enter(&sums, count_runnable(online), (uint32_t)__builtin_popcountll(online));
    for (uint32_t i = 0; i < LOAD_SPANS; i++) {
        atomic_store_explicit(&kept_average[i], sums.average[i], memory_order_relaxed);
        atomic_store_explicit(&kept_factor[i], sums.factor[i], memory_order_relaxed);
    }
    timer_arm(timer, timer->deadline + SECOND, LEEWAY);
}

void sched_load_start(void)
{
    timer_init(&sample_timer, take_sample);
    timer_arm(&sample_timer, clock_now() + SECOND, LEEWAY);
}
