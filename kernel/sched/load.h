/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How busy the machine was: averages over the last 5, 30 and 60 seconds, of samples for every two seconds.
 */
#pragma once

#include <stdint.h>

#include <lib/compiler.h>

#define LOAD_SPANS 3

/* Figures in thousandths. */
struct sched_load {
    uint32_t average[LOAD_SPANS]; /* threads that ran or waited for a processor */
    uint32_t
        factor[LOAD_SPANS]; /* what a new thread would have got: of a processor of its own, or how
                                     many were free */
};

/* The averages as they are kept: finer. */
struct load_sums {
    uint64_t average[LOAD_SPANS];
    uint64_t factor[LOAD_SPANS];
};

/* Enter a sample with so many threads RUNNABLE on PROCESSORS, more than 0, in SUMS. */
void load_sums_enter(struct load_sums *sums, uint32_t runnable, uint32_t processors);

/* SUMS as they are told. */
struct sched_load load_sums_told(const struct load_sums *sums);

/* The averages now.  Context: any. */
struct sched_load sched_load(void);

/* The number of runnable threads is about to change much: this processor becomes idle, or busy.  Enter the
 * samples that are due.  Context: interrupts off. */
void sched_load_note(void);
