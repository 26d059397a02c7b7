/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A time before now is now: who waits until then still takes what is free.
 */
#include "deadline.h"

#include <mach/mach_time.h>

#include "../mach/mach_time.h"

static bool is_valid(const struct timespec *time)
{
    return time->tv_nsec >= 0 && time->tv_nsec < (long)NSEC_PER_SEC;
}

static uint64_t to_ns(const struct timespec *time)
{
    return time->tv_sec < 0 ? 0 : (uint64_t)time->tv_sec * NSEC_PER_SEC + (uint64_t)time->tv_nsec;
}

bool deadline_after(const struct timespec *span, uint64_t *deadline)
{
    *deadline = mach_absolute_time() + mach_time_from_ns(to_ns(span));
    return is_valid(span);
}

bool deadline_at(const struct timespec *time, uint64_t *deadline)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_REALTIME, &now);
    uint64_t from = to_ns(&now);
    uint64_t to = to_ns(time);
    *deadline = mach_absolute_time() + mach_time_from_ns(to > from ? to - from : 0);
    return is_valid(time);
}
