/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newlib's declarations, and what Darwin adds to them. Threads are not cancelled here.
 */
#pragma once

#include_next <pthread.h>

#include <mach/port.h>

MACH_BEGIN_DECLS

/* The thread port of THREAD. References: none given; the name lives as long as the thread. */
mach_port_t pthread_mach_thread_np(pthread_t thread);

/* Is the caller the thread that runs main()? */
int pthread_main_np(void);

/* pthread_cond_timedwait() with a time span instead of a point in time. */
int pthread_cond_timedwait_relative_np(pthread_cond_t *cond, pthread_mutex_t *mutex,
                                       const struct timespec *span);

MACH_END_DECLS
