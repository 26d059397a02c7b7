/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answering info calls: a structure goes out as an array of words, if the caller has room for it.
 */
#pragma once

#include <mach/host_info.h>
#include <mach/kern_return.h>
#include <mach/message.h>
#include <mach/time_value.h>

#include <lib/string.h>
#include <arch/cpu.h>
#include <sched/load.h>

#define NS_PER_SECOND      UINT64_C(1000000000)
#define NS_PER_MICROSECOND UINT64_C(1000)

/* Length of the ticks in which processors' loads are told. */
#define NS_PER_TICK UINT64_C(10000000)

/*
 * Copy SIZE bytes (whole words) of INFO to OUT, an array of *COUNT words; *COUNT becomes what was
 * filled.
 * Returns: KERN_SUCCESS; TOO_SHORT, there is no room.
 */
[[nodiscard]] static inline kern_return_t info_answer(integer_t *out, mach_msg_type_number_t *count,
                                                      const void *info, size_t size,
                                                      kern_return_t too_short)
{
    if (*count < size / sizeof(integer_t)) {
        return too_short;
    }
    memcpy(out, info, size);
    *count = (mach_msg_type_number_t)(size / sizeof(integer_t));
    return KERN_SUCCESS;
}

/* NANOSECONDS as seconds and microseconds. */
static inline time_value_t info_time(uint64_t nanoseconds)
{
    return (time_value_t){
        .seconds = (integer_t)(nanoseconds / NS_PER_SECOND),
        .microseconds = (integer_t)(nanoseconds % NS_PER_SECOND / NS_PER_MICROSECOND),
    };
}

/* The load averages (host_user.c). */
void info_load(integer_t average[LOAD_SPANS], integer_t factor[LOAD_SPANS]);

/* What the processors in CPUS have done, in ticks by CPU_STATE_* (host_user.c). */
void info_cpu_ticks(natural_t ticks[CPU_STATE_MAX], cpu_mask_t cpus);
