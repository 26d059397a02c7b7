/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * POSIX time: reading clocks takes no trap, sleeping takes one.
 */
#include <errno.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

#include <mach/mach_time.h>

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

static bool clock_read(clockid_t clock, uint64_t *ns)
{
    switch (clock) {
    case CLOCK_REALTIME: *ns = calendar_ns(); return true;
    case CLOCK_MONOTONIC: *ns = now_ns(); return true;
    default: errno = EINVAL; return false;
    }
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

/* Processor time is not accounted for; the time since boot stands for the return value only. */
clock_t times(struct tms *times)
{
    *times = (struct tms){ 0 };
    return (clock_t)(now_ns() / (NSEC_PER_SEC / CLOCKS_PER_SEC));
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
