/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Injected failures: tests let the N-th allocation fail, so that each way back out of a routine
 * runs (mem/zone.h: zone_fail_after()).  One count serves zones, kalloc and pages.  Release builds
 * have none of it.
 */
#pragma once

#include <stdint.h>

#include <lib/compiler.h>

#ifdef MACH_R_DEBUG
/* Allocations that still succeed; negative: none fails. */
extern _Atomic int64_t allocation_countdown;

/* Whoever wants a count of his own for each thread sets this: it finds the running thread's, or null. */
extern _Atomic int64_t *(*allocation_own_countdown)(void);

bool allocation_count(void);

/* Count one allocation.  Returns: true if it is the one to fail. */
static inline bool allocation_must_fail(void)
{
    return UNLIKELY(allocation_countdown >= 0 || allocation_own_countdown != nullptr) &&
           allocation_count();
}
#else
static inline bool allocation_must_fail(void)
{
    return false;
}
#endif
