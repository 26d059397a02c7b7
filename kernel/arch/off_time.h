/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Debug builds: how long a processor takes no interrupts.  Each processor notes when and where they
 * were disabled, and where they are enabled again; the longest time is kept.  On the way into the
 * kernel and out of it the places are those where C code begins and ends; who waits in between and
 * lets another thread run with interrupts off hands the time on to that one.
 *
 * A processor that sleeps takes interrupts.  Time before they were enabled for the first time does not
 * count, nor do non-maskable interrupts.
 */
#pragma once

#include <stdint.h>

#include <lib/compiler.h>
#include <arch/percpu.h>

#define OFF_TIME_ON 1

struct off_time {
    uint64_t since;   /* cycles; 0: since boot, OFF_TIME_ON: they are on */
    const void *from; /* where they were disabled: a return address */
    uint64_t longest; /* cycles */
    const void *longest_from;
    const void *longest_to; /* where they were enabled */
};

/* Interrupts were disabled at the time NOW at the place FROM; nothing new if they were off before. */
static inline void off_time_begin(struct off_time *off, uint64_t now, const void *from)
{
    if (off->since == OFF_TIME_ON) {
        off->since = now;
        off->from = from;
    }
}

/* Interrupts are enabled at the time NOW at the place TO. */
static inline void off_time_end(struct off_time *off, uint64_t now, const void *to)
{
    if (off->since > OFF_TIME_ON && now > off->since && now - off->since > off->longest) {
        off->longest = now - off->since;
        off->longest_from = off->from;
        off->longest_to = to;
    }
    off->since = OFF_TIME_ON;
}

#ifdef MACH_R_DEBUG
PERCPU_DECLARE(struct off_time, off_time);
#endif
