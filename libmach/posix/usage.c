/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the program has used of the machine, and what is still to be written: nothing, as files cannot
 * be changed.
 */
#include <errno.h>
#include <stdint.h>
#include <sys/resource.h>
#include <unistd.h>

#include <mach/mach_init.h>
#include <mach/mach_time.h>
#include <mach/task.h>

#include "errors.h"

static struct timeval time_of(uint64_t ticks)
{
    mach_timebase_info_data_t base;
    (void)mach_timebase_info(&base);
    uint64_t ns = ticks * base.numer / base.denom;
    return (struct timeval){ .tv_sec = (time_t)(ns / NSEC_PER_SEC),
                             .tv_usec = (suseconds_t)(ns % NSEC_PER_SEC / NSEC_PER_USEC) };
}

static kern_return_t ask(task_flavor_t flavor, void *answer, mach_msg_type_number_t count)
{
    return task_info(mach_task_self_, flavor, answer, &count);
}

/* The kernel does not say which switches of threads were asked for: all count as such. */
int getrusage(int who, struct rusage *usage)
{
    task_absolutetime_info_data_t times;
    task_events_info_data_t events;
    mach_task_basic_info_data_t memory;
    if (who != RUSAGE_SELF) {
        return fail_errno(EINVAL);
    }
    kern_return_t result = ask(TASK_ABSOLUTETIME_INFO, &times, TASK_ABSOLUTETIME_INFO_COUNT);
    if (result == KERN_SUCCESS) {
        result = ask(TASK_EVENTS_INFO, &events, TASK_EVENTS_INFO_COUNT);
    }
    if (result == KERN_SUCCESS) {
        result = ask(MACH_TASK_BASIC_INFO, &memory, MACH_TASK_BASIC_INFO_COUNT);
    }
    if (result != KERN_SUCCESS) {
        return fail(result);
    }
    *usage = (struct rusage){
        .ru_utime = time_of(times.total_user),
        .ru_stime = time_of(times.total_system),
        .ru_maxrss = (long)memory.resident_size_max,
        .ru_minflt = events.faults - events.pageins,
        .ru_majflt = events.pageins,
        .ru_msgsnd = events.messages_sent,
        .ru_msgrcv = events.messages_received,
        .ru_nvcsw = events.csw,
    };
    return 0;
}

void sync(void)
{
}
