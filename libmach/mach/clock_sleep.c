/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sleeping by a clock of the host.
 */
#include <mach/mach.h>

kern_return_t clock_sleep(mach_port_t clock_name, sleep_type_t sleep_type,
                          mach_timespec_t sleep_time, mach_timespec_t *wakeup_time)
{
    return clock_sleep_trap(clock_name, sleep_type, (int)sleep_time.tv_sec, sleep_time.tv_nsec,
                            wakeup_time);
}
