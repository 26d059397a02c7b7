/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * POSIX time: reading clocks takes no trap but for those of processor time, sleeping takes one.
 */
#include <errno.h>
#include <pthread.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

#include <mach/mach_time.h>
#include <mach/task.h>
#include <mach/thread_act.h>

#include "../mach/mach_init.h"
#include "../mach/mach_time.h"
#include "../threads/cancel.h"

static uint64_t now_ns(void)
{
    return mach_time_to_ns(mach_absolute_time());
}

static uint64_t calendar_ns(void)
{
    return COMM_PAGE->calendar_offset + now_ns();
}

/* Processor time in nanoseconds: the task's, that of threads that have ended included, and the calling thread's. */
struct processor_time {
    uint64_t user;
    uint64_t system;
};

static struct processor_time task_time(void)
{
    task_absolutetime_info_data_t ticks = { 0 };
    mach_msg_type_number_t count = TASK_ABSOLUTETIME_INFO_COUNT;
    (void)task_info(mach_task_self_, TASK_ABSOLUTETIME_INFO, (task_info_t)&ticks, &count);
    return (struct processor_time){ mach_time_to_ns(ticks.total_user),
                                    mach_time_to_ns(ticks.total_system) };
}

static struct processor_time thread_time(void)
{
    thread_extended_info_data_t info = { 0 };
    mach_msg_type_number_t count = THREAD_EXTENDED_INFO_COUNT;
    (void)thread_info(pthread_mach_thread_np(pthread_self()), THREAD_EXTENDED_INFO,
                      (thread_info_t)&info, &count);
    return (struct processor_time){ info.pth_user_time, info.pth_system_time };
}

static uint64_t sum(struct processor_time time)
{
    return time.user + time.system;
}

/* The machine never sleeps, so what counts sleep (CONTINUOUS) and what does not (UPTIME) is one clock. */
static bool clock_read(clockid_t clock, uint64_t *ns)
{
    switch (clock) {
    case CLOCK_REALTIME: *ns = calendar_ns(); return true;
    case CLOCK_MONOTONIC:
    case CLOCK_MONOTONIC_RAW:
    case CLOCK_MONOTONIC_RAW_APPROX:
    case CLOCK_UPTIME_RAW:
    case CLOCK_UPTIME_RAW_APPROX: *ns = now_ns(); return true;
    case CLOCK_PROCESS_CPUTIME_ID: *ns = sum(task_time()); return true;
    case CLOCK_THREAD_CPUTIME_ID: *ns = sum(thread_time()); return true;
    default: errno = EINVAL; return false;
    }
}

uint64_t clock_gettime_nsec_np(clockid_t clock)
{
    uint64_t ns;
    return clock_read(clock, &ns) ? ns : 0;
}

static struct timespec to_timespec(uint64_t ns)
{
    return (struct timespec){ (time_t)(ns / NSEC_PER_SEC), (long)(ns % NSEC_PER_SEC) };
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
    uint64_t ns;
    if (!clock_read(clock, &ns)) {
        return -1;
    }
    *time = to_timespec(ns);
    return 0;
}

int clock_getres(clockid_t clock, struct timespec *resolution)
{
    uint64_t ns;
    if (!clock_read(clock, &ns)) {
        return -1;
    }
    if (resolution != NULL) {
        *resolution = to_timespec(1);
    }
    return 0;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone)
{
    (void)zone;
    uint64_t us = calendar_ns() / NSEC_PER_USEC;
    time->tv_sec = (time_t)(us / 1000000);
    time->tv_usec = (suseconds_t)(us % 1000000);
    return 0;
}

static clock_t to_clock(uint64_t ns)
{
    return (clock_t)(ns / (NSEC_PER_SEC / CLOCKS_PER_SEC));
}

clock_t clock(void)
{
    return to_clock(sum(task_time()));
}

/* Children's time is not kept. */
clock_t times(struct tms *times)
{
    struct processor_time used = task_time();
    *times = (struct tms){ .tms_utime = to_clock(used.user), .tms_stime = to_clock(used.system) };
    return to_clock(now_ns());
}

/* Sleep for NS. Returns: what was left when the sleep was broken off; 0, nothing. */
static uint64_t sleep_ns(uint64_t ns)
{
    uint64_t start = now_ns();
    uint64_t ticks = mach_time_from_ns(ns);
    cancel_point_begin();
    kern_return_t result = mach_wait_until(mach_absolute_time() + ticks);
    cancel_point_end();
    if (result == KERN_SUCCESS) {
        return 0;
    }
    uint64_t slept = now_ns() - start;
    return slept < ns ? ns - slept : 0;
}

int nanosleep(const struct timespec *wanted, struct timespec *left)
{
    if (wanted->tv_sec < 0 || wanted->tv_nsec < 0 || wanted->tv_nsec >= (long)NSEC_PER_SEC) {
        errno = EINVAL;
        return -1;
    }
    uint64_t rest = sleep_ns((uint64_t)wanted->tv_sec * NSEC_PER_SEC + (uint64_t)wanted->tv_nsec);
    if (rest == 0) {
        return 0;
    }
    if (left != NULL) {
        *left = to_timespec(rest);
    }
    errno = EINTR;
    return -1;
}

unsigned int sleep(unsigned int seconds)
{
    return (unsigned int)(sleep_ns(seconds * NSEC_PER_SEC) / NSEC_PER_SEC);
}

int usleep(useconds_t microseconds)
{
    if (sleep_ns(microseconds * NSEC_PER_USEC) != 0) {
        errno = EINTR;
        return -1;
    }
    return 0;
}
