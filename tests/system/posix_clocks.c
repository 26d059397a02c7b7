/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The clocks of <time.h>: Darwin's numbers, what each counts, and what is no clock.
 */
#include <errno.h>
#include <sys/resource.h>
#include <sys/times.h>
#include <time.h>
#include <unistd.h>

#include <mach/mach.h>
#include <mach/mach_time.h>

#include "systest.h"

/* What CLOCK shows, as a program of POSIX asks. */
static uint64_t shown(clockid_t clock)
{
    struct timespec time = { 0 };
    EXPECT_EQ(clock_gettime(clock, &time), 0);
    EXPECT(time.tv_nsec >= 0 && time.tv_nsec < (long)NSEC_PER_SEC);
    return (uint64_t)time.tv_sec * NSEC_PER_SEC + (uint64_t)time.tv_nsec;
}

static uint64_t now(void)
{
    mach_timebase_info_data_t base;
    EXPECT_OK(mach_timebase_info(&base));
    return mach_absolute_time() * base.numer / base.denom;
}

/* Compute until CLOCK has gone on by NS. */
static void work(clockid_t clock, uint64_t ns)
{
    uint64_t start = clock_gettime_nsec_np(clock);
    while (clock_gettime_nsec_np(clock) - start < ns) {
    }
}

CASE(clocks_have_the_numbers_of_darwin)
{
    EXPECT_EQ(CLOCK_REALTIME, 0);
    EXPECT_EQ(CLOCK_MONOTONIC_RAW, 4);
    EXPECT_EQ(CLOCK_MONOTONIC_RAW_APPROX, 5);
    EXPECT_EQ(CLOCK_MONOTONIC, 6);
    EXPECT_EQ(CLOCK_UPTIME_RAW, 8);
    EXPECT_EQ(CLOCK_UPTIME_RAW_APPROX, 9);
    EXPECT_EQ(CLOCK_PROCESS_CPUTIME_ID, 12);
    EXPECT_EQ(CLOCK_THREAD_CPUTIME_ID, 16);
}

CASE(clocks_that_never_stop_count_since_boot)
{
    const clockid_t clocks[] = { CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_MONOTONIC_RAW_APPROX,
                                 CLOCK_UPTIME_RAW, CLOCK_UPTIME_RAW_APPROX };
    for (size_t i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
        uint64_t before = now();
        uint64_t first = shown(clocks[i]);
        uint64_t second = clock_gettime_nsec_np(clocks[i]);
        EXPECT(before <= first && first <= second && second <= now());
    }
}

CASE(the_time_of_day_is_a_clock)
{
    time_t before = time(NULL);
    uint64_t first = shown(CLOCK_REALTIME);
    uint64_t second = clock_gettime_nsec_np(CLOCK_REALTIME);
    EXPECT(first <= second && (time_t)(second / NSEC_PER_SEC) >= before);
}

CASE(the_time_of_a_process_is_that_of_its_work)
{
    struct rusage usage;
    uint64_t before = shown(CLOCK_PROCESS_CPUTIME_ID);
    work(CLOCK_PROCESS_CPUTIME_ID, NSEC_PER_MSEC);
    EXPECT_EQ(getrusage(RUSAGE_SELF, &usage), 0);
    uint64_t after = shown(CLOCK_PROCESS_CPUTIME_ID);
    uint64_t used = (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * NSEC_PER_SEC +
                    (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * NSEC_PER_USEC;
    EXPECT(after - before >= NSEC_PER_MSEC);
    EXPECT(used + 2 * NSEC_PER_USEC >= before + NSEC_PER_MSEC && used <= after);
    EXPECT(after <= now());
}

CASE(the_time_of_a_thread_is_part_of_it)
{
    uint64_t before = shown(CLOCK_THREAD_CPUTIME_ID);
    work(CLOCK_THREAD_CPUTIME_ID, NSEC_PER_MSEC);
    uint64_t after = shown(CLOCK_THREAD_CPUTIME_ID);
    EXPECT(after - before >= NSEC_PER_MSEC);
    EXPECT(after <= shown(CLOCK_PROCESS_CPUTIME_ID));
}

CASE(the_c_library_counts_work_too)
{
    struct tms before, after;
    clock_t start = clock();
    EXPECT(times(&before) > 0);
    work(CLOCK_PROCESS_CPUTIME_ID, NSEC_PER_MSEC);
    clock_t end = clock();
    EXPECT(times(&after) > 0);
    clock_t counted = after.tms_utime + after.tms_stime - before.tms_utime - before.tms_stime;
    EXPECT((end - start) * (NSEC_PER_SEC / CLOCKS_PER_SEC) + 2 * NSEC_PER_USEC >= NSEC_PER_MSEC);
    EXPECT(counted * (NSEC_PER_SEC / CLOCKS_PER_SEC) + 4 * NSEC_PER_USEC >= NSEC_PER_MSEC);
    EXPECT_EQ(after.tms_cutime + after.tms_cstime, 0);
}

CASE(sleep_is_no_work)
{
    uint64_t start = now();
    clock_t before = clock();
    EXPECT_EQ(usleep(50000), 0);
    uint64_t slept = now() - start;
    EXPECT(slept >= 50 * NSEC_PER_MSEC);
    EXPECT((uint64_t)(clock() - before) * (NSEC_PER_SEC / CLOCKS_PER_SEC) < slept);
}

CASE(clocks_that_are_none_are_refused)
{
    struct timespec time;
    errno = 0;
    EXPECT(clock_gettime((clockid_t)1, &time) == -1 && errno == EINVAL);
    errno = 0;
    EXPECT(clock_getres((clockid_t)99, &time) == -1 && errno == EINVAL);
    errno = 0;
    EXPECT(clock_gettime_nsec_np((clockid_t)7) == 0 && errno == EINVAL);
    EXPECT_EQ(clock_getres(CLOCK_UPTIME_RAW, &time), 0);
    EXPECT(time.tv_sec == 0 && time.tv_nsec == 1);
}
