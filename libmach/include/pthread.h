/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newlib's declarations, all of them, and what Darwin adds to them.
 */
#pragma once

#define _POSIX_READER_WRITER_LOCKS        200809L
#define _POSIX_BARRIERS                   200809L
#define _POSIX_THREAD_PRIORITY_SCHEDULING 200809L

/* Linux's form has an argument more. */
#define pthread_setname_np _newlib_setname_np
#include_next <pthread.h>
#undef pthread_setname_np

#include <mach/port.h>

MACH_BEGIN_DECLS

/* The thread port of THREAD. References: none given; the name lives as long as the thread. */
mach_port_t pthread_mach_thread_np(pthread_t thread);

/* The thread of the program whose port is NAME; null if there is none. */
pthread_t pthread_from_mach_thread_np(mach_port_t name);

/* Is the caller the thread that runs main()? */
int pthread_main_np(void);

/* Has the program ever had a second thread? */
int pthread_is_threaded_np(void);

/* pthread_cond_timedwait() with a time span instead of a point in time. */
int pthread_cond_timedwait_relative_np(pthread_cond_t *cond, pthread_mutex_t *mutex,
                                       const struct timespec *span);

/* The number that no other thread of the machine ever has: THREAD (null: the caller). */
int pthread_threadid_np(pthread_t thread, __uint64_t *id);

/* Name the caller; tell THREAD's name, "" if it has none. ENAMETOOLONG: 63 characters are the most;
 * ERANGE: SIZE is too small. */
int pthread_setname_np(const char *name);
int pthread_getname_np(pthread_t thread, char *name, size_t size);

/* The stack of THREAD: its highest address, and its size. */
void *pthread_get_stackaddr_np(pthread_t thread);
size_t pthread_get_stacksize_np(pthread_t thread);

/* As pthread_create(); the thread runs once thread_resume() is called on its port. */
int pthread_create_suspended_np(pthread_t *thread, const pthread_attr_t *attributes,
                                void *(*start)(void *), void *argument);

void pthread_yield_np(void);

MACH_END_DECLS
