/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newlib's header but for timers, which Darwin has not (see <sys/types.h>), and with Darwin's clocks.
 */
#pragma once

#if __has_include(<newlib.h>)

#include <sys/timespec.h>
#include <sys/types.h>

#define timer_t          newlib_timer_t
#define itimerspec       newlib_itimerspec
#define timer_create     newlib_timer_create
#define timer_delete     newlib_timer_delete
#define timer_settime    newlib_timer_settime
#define timer_gettime    newlib_timer_gettime
#define timer_getoverrun newlib_timer_getoverrun
#include_next <time.h>
#undef timer_t
#undef itimerspec
#undef timer_create
#undef timer_delete
#undef timer_settime
#undef timer_gettime
#undef timer_getoverrun

/* The numbers are Darwin's, and the clocks that only others have are away: programs ask with #ifdef. */
#undef CLOCK_REALTIME
#undef CLOCK_REALTIME_COARSE
#undef CLOCK_REALTIME_ALARM
#undef CLOCK_MONOTONIC
#undef CLOCK_MONOTONIC_RAW
#undef CLOCK_MONOTONIC_COARSE
#undef CLOCK_BOOTTIME
#undef CLOCK_BOOTTIME_ALARM
#undef CLOCK_PROCESS_CPUTIME_ID
#undef CLOCK_THREAD_CPUTIME_ID
#define CLOCK_REALTIME             ((clockid_t)0)
#define CLOCK_MONOTONIC_RAW        ((clockid_t)4)
#define CLOCK_MONOTONIC_RAW_APPROX ((clockid_t)5)
#define CLOCK_MONOTONIC            ((clockid_t)6)
#define CLOCK_UPTIME_RAW           ((clockid_t)8)
#define CLOCK_UPTIME_RAW_APPROX    ((clockid_t)9)
#define CLOCK_PROCESS_CPUTIME_ID   ((clockid_t)12)
#define CLOCK_THREAD_CPUTIME_ID    ((clockid_t)16)

#ifdef __cplusplus
extern "C" {
#endif

/* What CLOCK shows, in nanoseconds. Returns: 0 with EINVAL in errno, there is no such clock. */
__uint64_t clock_gettime_nsec_np(clockid_t clock);

#ifdef __cplusplus
}
#endif

#else /* a program for another system, of what mig makes: its own */
#include_next <time.h>
#endif
