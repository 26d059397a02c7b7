/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newlib's header but for timers, which Darwin has not (see <sys/types.h>).
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

#else /* a program for another system, of what mig makes: its own */
#include_next <time.h>
#endif
