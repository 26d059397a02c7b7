/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timers: a function to be called once at a time.  Each processor keeps its own, ordered by when they
 * must have rung, and sets its alarm for the first one; a processor without timers is not
 * interrupted.  A timer may have leeway: whatever interrupt finds it due before its leeway is over
 * serves it too, so that timers which are not pressing share interrupts.
 */
#pragma once

#include <stdint.h>

#include <lib/compiler.h>
#include <lib/rbtree.h>

struct timer {
    struct rbtree_node node;
    uint64_t deadline;                     /* nanoseconds since boot: not before */
    uint64_t latest;                       /* the same, and the leeway */
    void (*function)(struct timer *timer); /* called with interrupts off, in an interrupt */
    _Atomic uint32_t cpu;                  /* whose tree it is in, or was last */
    _Atomic bool is_armed;
};

/* Make TIMER an idle timer that will call FUNCTION. */
void timer_init(struct timer *timer, void (*function)(struct timer *timer));

/* Call the function at DEADLINE, or up to LEEWAY nanoseconds later if that saves an interrupt, on
 * this processor.  TIMER is idle; its function may arm it again.  Context: interrupts off. */
void timer_arm(struct timer *timer, uint64_t deadline, uint64_t leeway);

/* Make TIMER idle; on return its function does not run and will not.  Not to be called by the
 * function itself, nor with a lock that the function takes.  Context: interrupts off. */
void timer_cancel(struct timer *timer);

/* Take over the timers of processor CPU, another one: they ring here.  Context: interrupts off; one
 * caller at a time. */
void timers_adopt(uint32_t cpu);

/* Prepare this processor for timers.  Called by sched_init_cpu(). */
void timer_init_cpu(void);
