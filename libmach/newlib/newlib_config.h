
/*
 * What Mach_R adds to newlib's generated configuration: reentrancy state per thread, found by
 * __getreent(), and the POSIX options that libmach supplies.
 */
#ifndef _MACH_R_NEWLIB_CONFIG
#define _MACH_R_NEWLIB_CONFIG 1
#define __DYNAMIC_REENT__ 1
#define _POSIX_THREADS 1
#define _POSIX_THREAD_SAFE_FUNCTIONS 1
#define _POSIX_TIMERS 1
#define _POSIX_MONOTONIC_CLOCK 1
#define _POSIX_TIMEOUTS 1
#define _UNIX98_THREAD_MUTEX_ATTRIBUTES 1
#endif
