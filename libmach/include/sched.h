/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newlib's declarations, and the range of priorities that pthread_setschedparam() takes.
 */
#pragma once

#include_next <sched.h>

#include <mach/abi.h>

MACH_BEGIN_DECLS

/* Returns: -1 with errno EINVAL, POLICY is not SCHED_OTHER, SCHED_FIFO or SCHED_RR. */
int sched_get_priority_min(int policy);
int sched_get_priority_max(int policy);

MACH_END_DECLS
