/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newlib's types but for timer_t: Darwin has no timers of POSIX, and programs for it make their own.
 */
#pragma once

#if __has_include(<newlib.h>)

#include <Availability.h> /* which Darwin's most common headers bring */

#define timer_t newlib_timer_t
#include_next <sys/types.h>
#undef timer_t

#else /* a program for another system, of what mig makes: its own */
#include_next <sys/types.h>
#endif
