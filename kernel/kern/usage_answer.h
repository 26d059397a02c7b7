/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MACH_R_USAGE_INFO, a flavor of task_info and of thread_info.
 */
#pragma once

#include <mach/usage_info.h>

#include <sched/usage.h>
#include <kern/info.h>

/* Answer with USAGE of THREADS threads, of which one ran on PROCESSOR, as info_answer() does. */
[[nodiscard]] static inline kern_return_t usage_answer(const struct usage *usage,
                                                       uint32_t processor, uint32_t threads,
                                                       integer_t *out,
                                                       mach_msg_type_number_t *count)
{
    struct mach_r_usage_info info = {
        .user_time = usage->user_time,
        .system_time = usage->system_time,
        .voluntary_switches = usage->voluntary_switches,
        .involuntary_switches = usage->involuntary_switches,
        .migrations = usage->migrations,
        .processor = processor,
        .threads = threads,
    };
    return info_answer(out, count, &info, sizeof(info), KERN_INVALID_ARGUMENT);
}
