/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The monotonic clock: ticks since boot, their length as a fraction of a nanosecond, and waiting
 * for a tick. Reading the clock takes no trap.
 */
#pragma once

#include <stdint.h>

#include <mach/abi.h>
#include <mach/kern_return.h>
#include <mach/mach_types.h>

struct mach_timebase_info {
    uint32_t numer;
    uint32_t denom;
};
typedef struct mach_timebase_info *mach_timebase_info_t;
typedef struct mach_timebase_info mach_timebase_info_data_t;

MACH_BEGIN_DECLS

/* Ticks since boot; the same on all processors, never backwards. */
uint64_t mach_absolute_time(void);

/* The same clock: the system does not sleep. */
uint64_t mach_continuous_time(void);
uint64_t mach_approximate_time(void);
uint64_t mach_continuous_approximate_time(void);

/* Ticks times numer over denom are nanoseconds. */
kern_return_t mach_timebase_info(mach_timebase_info_t info);

/* Sleep until the clock shows DEADLINE. Returns: KERN_ABORTED if the wait was broken off. */
kern_return_t mach_wait_until(uint64_t deadline);

MACH_END_DECLS
