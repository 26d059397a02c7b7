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

/* What children have used is not summed up. */
int getrusage(int who, struct rusage *usage)
{
    task_absolutetime_info_data_t info = {};
    mach_msg_type_number_t count = TASK_ABSOLUTETIME_INFO_COUNT;
    if (who != RUSAGE_SELF) {
        return fail_errno(EINVAL);
    }
    kern_return_t result =
        task_info(mach_task_self_, TASK_ABSOLUTETIME_INFO, (task_info_t)&info, &count);
    if (result != KERN_SUCCESS) {
        return fail(result);
    }
    usage->ru_utime = time_of(info.total_user);
    usage->ru_stime = time_of(info.total_system);
    return 0;
}

void sync(void)
{
}
