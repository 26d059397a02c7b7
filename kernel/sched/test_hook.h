/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Places in the protocols of waiting and of timers where a test may act as another processor would, between two steps
 * that are not one: the hook runs there with interrupts off and no lock held but those named.  It also switches
 * hand-off off.  Release builds have none of it.
 */
#pragma once

#include <lib/compiler.h>

struct thread;

enum sched_hook_point {
    SCHED_HOOK_BEFORE_BLOCK,   /* the wait is armed (THREAD waits), nothing else happened */
    SCHED_HOOK_BEFORE_HANDOFF, /* the same; THREAD is the target */
    SCHED_HOOK_CLAIMED,        /* THREAD's wait was claimed and is about to be ended */
    SCHED_HOOK_CANCEL,         /* a timer's queue is known, and not locked; THREAD is null */
    SCHED_HOOK_PLACED,         /* THREAD's processor is chosen, but no queue has it; it is locked */
};

#ifdef MACH_R_DEBUG
/* The test's function, or null. */
extern void (*sched_test_hook)(enum sched_hook_point point, struct thread *thread);

/* What sched_handoff_enable() said last. */
extern bool sched_handoff_is_on;

/* While it is off, thread_block_handoff() wakes its target through the run queue. */
static inline void sched_handoff_enable(bool on)
{
    sched_handoff_is_on = on;
}

static inline bool sched_handoff_is_enabled(void)
{
    return sched_handoff_is_on;
}

static inline void sched_hook(enum sched_hook_point point, struct thread *thread)
{
    if (UNLIKELY(sched_test_hook != nullptr)) {
        sched_test_hook(point, thread);
    }
}
#else
static inline void sched_handoff_enable([[maybe_unused]] bool on)
{
}

static inline bool sched_handoff_is_enabled(void)
{
    return true;
}

static inline void sched_hook([[maybe_unused]] enum sched_hook_point point,
                              [[maybe_unused]] struct thread *thread)
{
}
#endif
