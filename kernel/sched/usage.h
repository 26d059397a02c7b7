/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How much processor time threads and processors have used.
 *
 * The sum is exact: at every switch, hand-offs too, what passed since the last one is charged to the
 * thread that leaves, so the times of all threads of a processor, its idle thread's among them, add
 * up to the time that passed.  The split into user and system time is a sample: each interrupt
 * notes whether it found user or kernel code, and the thread's time counts as that from then on.
 * docs/adr/0016-processor-time.md says why.
 */
#pragma once

#include <stdint.h>

#include <lib/compiler.h>
#include <sched/thread.h>

/* Of a thread, or the sum over several. */
struct usage {
    uint64_t user_time;   /* nanoseconds */
    uint64_t system_time; /* nanoseconds */
    uint64_t voluntary_switches;
    uint64_t involuntary_switches;
    uint64_t migrations;
};

/* Of a processor, in nanoseconds since it came up; time in which it was stopped is in none. */
struct cpu_usage {
    uint64_t user_time;
    uint64_t system_time;
    uint64_t idle_time;
};

/* What THREAD has used until now, also while it runs.  Context: any, no thread's lock. */
struct usage thread_usage(struct thread *thread);

/* How much of a processor THREAD has used lately: a part of SCALE.  The last SCHED_DECAY_NS count most.
 * Context: any, no thread's lock. */
uint64_t thread_recent_share(struct thread *thread, uint64_t scale);

/* What processor CPU has done until now. */
struct cpu_usage cpu_usage(uint32_t cpu);

/* Add USAGE to *SUM. */
static inline void usage_add(struct usage *sum, const struct usage *usage)
{
    sum->user_time += usage->user_time;
    sum->system_time += usage->system_time;
    sum->voluntary_switches += usage->voluntary_switches;
    sum->involuntary_switches += usage->involuntary_switches;
    sum->migrations += usage->migrations;
}
