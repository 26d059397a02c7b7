/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The watchdog of debug builds: each processor looks at the next one.  A processor that takes no
 * interrupt any more, although it was asked to several times, is reported with the stacks of all
 * processors in the log, once.
 *
 * A processor wakes twice in the time that its neighbour has to answer (boot option
 * `watchdog=SECONDS`, 10 if it is not given, 0: no watchdog).
 */
#pragma once

#include <stdint.h>

#include <lib/compiler.h>

/* What a processor knows of the one that it looks at. */
struct watchdog_view {
    uint64_t beats; /* its signs of life, as last seen */
    uint64_t since; /* when they changed, nanoseconds since boot */
    uint32_t asked; /* how often it was asked for one since then */
};

enum watchdog_verdict {
    WATCHDOG_ALIVE,
    WATCHDOG_ASK,  /* nothing was heard of it: ask it for a sign */
    WATCHDOG_DEAD, /* it was asked often enough, and the time is over */
};

/*
 * What to do about a processor that has given BEATS signs of life by NOW.  Time alone condemns
 * nobody: where the whole machine stood still, or was slow, a neighbour is asked first, several
 * times, and each time it has as long as the one that asks sleeps.
 */
enum watchdog_verdict watchdog_judge(struct watchdog_view *view, uint64_t beats, uint64_t now,
                                     uint64_t limit);

#ifdef MACH_R_DEBUG
/* Take part: look at the next processor, and be looked at.  Context: interrupts off. */
void watchdog_start_cpu(void);

/* Take no part any more: for a processor that is about to stop.  Context: interrupts off. */
void watchdog_stop_cpu(void);

/* For tests: the time to answer in nanoseconds, from the next watchdog_start_cpu() on, and another
 * report may be made.  Returns: what it was. */
uint64_t watchdog_set_limit(uint64_t limit);

/* The number of reports that were made. */
uint32_t watchdog_reports(void);
#else
static inline void watchdog_start_cpu(void)
{
}

static inline void watchdog_stop_cpu(void)
{
}
#endif
