/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newlib's types but for timer_t: Darwin has no timers of POSIX, and programs for it make their own.
 */
#pragma once

#define timer_t newlib_timer_t
#include_next <sys/types.h>
#undef timer_t
