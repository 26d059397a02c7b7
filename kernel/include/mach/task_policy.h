/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scheduling policies of whole tasks: what a task is to its user, and how late its timers may be.
 */
#pragma once

#include <mach/abi.h>
#include <mach/machine/vm_types.h>
#include <mach/message.h>

typedef natural_t task_policy_flavor_t;
typedef integer_t *task_policy_t;

#define TASK_CATEGORY_POLICY            1
#define TASK_SUPPRESSION_POLICY         3
#define TASK_POLICY_STATE               4
#define TASK_BASE_QOS_POLICY            8
#define TASK_OVERRIDE_QOS_POLICY        9
#define TASK_BASE_LATENCY_QOS_POLICY    10
#define TASK_BASE_THROUGHPUT_QOS_POLICY 11

/* TASK_CATEGORY_POLICY: what the task is to its user. */
typedef enum task_role {
    TASK_RENICED = -1,
    TASK_UNSPECIFIED = 0,
    TASK_FOREGROUND_APPLICATION = 1,
    TASK_BACKGROUND_APPLICATION = 2,
    TASK_CONTROL_APPLICATION = 3,
    TASK_GRAPHICS_SERVER = 4,
    TASK_THROTTLE_APPLICATION = 5,
    TASK_NONUI_APPLICATION = 6,
    TASK_DEFAULT_APPLICATION = 7,
    TASK_DARWINBG_APPLICATION = 8,
} task_role_t;

struct task_category_policy {
    task_role_t role;
};
typedef struct task_category_policy task_category_policy_data_t;
typedef struct task_category_policy *task_category_policy_t;
#define TASK_CATEGORY_POLICY_COUNT MACH_WORD_COUNT(task_category_policy_data_t)

/* The QOS policies: tiers 0 (nearest to its time) to 5. */
enum task_latency_qos {
    LATENCY_QOS_TIER_UNSPECIFIED = 0x0,
    LATENCY_QOS_TIER_0 = (0xff << 16) | 1,
    LATENCY_QOS_TIER_1,
    LATENCY_QOS_TIER_2,
    LATENCY_QOS_TIER_3,
    LATENCY_QOS_TIER_4,
    LATENCY_QOS_TIER_5,
};
typedef integer_t task_latency_qos_t;
#define LATENCY_QOS_LAUNCH_DEFAULT_TIER LATENCY_QOS_TIER_3

enum task_throughput_qos {
    THROUGHPUT_QOS_TIER_UNSPECIFIED = 0x0,
    THROUGHPUT_QOS_TIER_0 = (0xfe << 16) | 1,
    THROUGHPUT_QOS_TIER_1,
    THROUGHPUT_QOS_TIER_2,
    THROUGHPUT_QOS_TIER_3,
    THROUGHPUT_QOS_TIER_4,
    THROUGHPUT_QOS_TIER_5,
};
typedef integer_t task_throughput_qos_t;
#define THROUGHPUT_QOS_LAUNCH_DEFAULT_TIER THROUGHPUT_QOS_TIER_3

struct task_qos_policy {
    task_latency_qos_t task_latency_qos_tier;
    task_throughput_qos_t task_throughput_qos_tier;
};
typedef struct task_qos_policy *task_qos_policy_t;
#define TASK_QOS_POLICY_COUNT MACH_WORD_COUNT(struct task_qos_policy)

/* Flags by which tools show a process's role. */
#define PROC_FLAG_DARWINBG           0x8000
#define PROC_FLAG_EXT_DARWINBG       0x10000
#define PROC_FLAG_IOS_APPLEDAEMON    0x20000
#define PROC_FLAG_IOS_IMPPROMOTION   0x80000
#define PROC_FLAG_ADAPTIVE           0x100000
#define PROC_FLAG_ADAPTIVE_IMPORTANT 0x200000
#define PROC_FLAG_IMPORTANCE_DONOR   0x400000
#define PROC_FLAG_SUPPRESSED         0x800000
#define PROC_FLAG_APPLICATION        0x1000000
#define PROC_FLAG_IOS_APPLICATION    PROC_FLAG_APPLICATION

/* Programs get the names of tasks and threads with it, as on Darwin; the kernel has its own. */
#if __has_include(<mach/mach_init.h>)
#include <mach/mach_types.h>
#endif
