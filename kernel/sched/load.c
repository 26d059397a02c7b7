/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each average is exponential: a sample counts 2/5, 2/30 or 2/60, and what was before so much less.  There is
 * no timer: a processor that is about to change between idle and busy enters the samples that are due,
 * of what was up to then, and so does who asks.
 */
#include <sched/load.h>

#include <stdatomic.h>

#include <arch/clock_device.h>
#include <arch/cpu.h>
#include <sched/sched_internal.h>

#define SECOND UINT64_C(1000000000)
#define PERIOD 2 /* seconds between samples */

/* After so many all averages have forgotten what was before. */
#define SAMPLES_MAX 600

/* Thousandths, and how much finer the sums are. */
#define SCALE    1000
#define FINENESS 1024

static const uint32_t spans[LOAD_SPANS] = { 5, 30, 60 };

/* Readers take each word as it is. */
static _Atomic uint64_t kept_average[LOAD_SPANS];
static _Atomic uint64_t kept_factor[LOAD_SPANS];
static _Atomic uint64_t sampled_until; /* nanoseconds since boot */

/* Let *SUM, over SPAN seconds, become older by PERIOD with the value NOW. */
static void enter(uint64_t *sum, uint64_t now, uint32_t span)
{
    *sum = (*sum * (span - PERIOD) + now * PERIOD * FINENESS) / span;
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

/* Enter COUNT samples of what there is now. */
static void enter_samples(uint64_t count)
{
    cpu_mask_t online = sched_online_cpus();
    uint32_t runnable = count_runnable(online);
    struct load_sums sums = kept_sums();
    for (uint64_t i = 0; i < count && i < SAMPLES_MAX; i++) {
        load_sums_enter(&sums, runnable, (uint32_t)__builtin_popcountll(online));
    }
    for (uint32_t i = 0; i < LOAD_SPANS; i++) {
        atomic_store_explicit(&kept_average[i], sums.average[i], memory_order_relaxed);
        atomic_store_explicit(&kept_factor[i], sums.factor[i], memory_order_relaxed);
    }
}

void sched_load_note(void)
{
    uint64_t now = clock_now();
    uint64_t until = atomic_load_explicit(&sampled_until, memory_order_relaxed);
    if (LIKELY(now < until + PERIOD * SECOND)) {
        return;
    }
    uint64_t count = (now - until) / (PERIOD * SECOND);
    /* Who is first enters the samples for all. */
    if (atomic_compare_exchange_strong(&sampled_until, &until, until + count * PERIOD * SECOND)) {
        enter_samples(count);
    }
}

struct sched_load sched_load(void)
{
    sched_load_note();
    struct load_sums sums = kept_sums();
    return load_sums_told(&sums);
}
