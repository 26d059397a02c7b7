/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The clock without a trap: the processor's time-stamp counter, scaled by the factors that the
 * kernel measured and put on the communication page.
 */
#include "mach_time.h"

#include <mach/mach_time.h>

#include "mach_init.h"

/* The fence keeps the counter from being read before what the caller did earlier. */
static uint64_t read_counter(void)
{
    uint32_t low, high;
    __asm__ volatile("lfence\n\trdtsc" : "=a"(low), "=d"(high) : : "memory");
    return (uint64_t)high << 32 | low;
}

uint64_t mach_absolute_time(void)
{
    unsigned __int128 ticks = read_counter() - COMM_PAGE->tsc_base;
    return (uint64_t)(ticks * COMM_PAGE->tsc_multiplier >> COMM_PAGE->tsc_shift);
}

uint64_t mach_continuous_time(void)
{
    return mach_absolute_time();
}

uint64_t mach_approximate_time(void)
{
    return mach_absolute_time();
}

uint64_t mach_continuous_approximate_time(void)
{
    return mach_absolute_time();
}

kern_return_t mach_timebase_info(mach_timebase_info_t info)
{
    info->numer = COMM_PAGE->timebase_numer;
    info->denom = COMM_PAGE->timebase_denom;
    return KERN_SUCCESS;
}

uint64_t mach_time_to_ns(uint64_t ticks)
{
    unsigned __int128 product = (unsigned __int128)ticks * COMM_PAGE->timebase_numer;
    return (uint64_t)(product / COMM_PAGE->timebase_denom);
}

uint64_t mach_time_from_ns(uint64_t ns)
{
    unsigned __int128 product = (unsigned __int128)ns * COMM_PAGE->timebase_denom;
    unsigned __int128 ticks = (product + COMM_PAGE->timebase_numer - 1) / COMM_PAGE->timebase_numer;
    return ticks > UINT64_MAX ? UINT64_MAX : (uint64_t)ticks;
}
