/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A flavor of thread_info and task_info that is this system's own: processor time and switches.
 */
#pragma once

#include <stdint.h>

#include <mach/abi.h>
#include <mach/message.h>

/* thread_info: of the thread.  task_info: of all threads the task has and had. */
#define MACH_R_USAGE_INFO 901001
struct mach_r_usage_info {
    uint64_t user_time;            /* nanoseconds; with system_time exactly what was used */
    uint64_t system_time;          /* nanoseconds */
    uint64_t voluntary_switches;   /* waited, or gave the processor away */
    uint64_t involuntary_switches; /* lost the processor to another thread */
    uint64_t migrations;           /* moves to another processor */
    uint32_t processor;            /* where it runs or ran last; of a task: one of its threads,
                                    * the first that runs if any does */
    uint32_t threads;              /* living ones */
};
typedef struct mach_r_usage_info mach_r_usage_info_data_t;
typedef struct mach_r_usage_info *mach_r_usage_info_t;
#define MACH_R_USAGE_INFO_COUNT MACH_WORD_COUNT(mach_r_usage_info_data_t)
MACH_ABI_SIZE(mach_r_usage_info_data_t, 48);
