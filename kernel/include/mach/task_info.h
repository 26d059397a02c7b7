/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What task_info tells about a task. The structures are packed to four bytes.
 */
#pragma once

#include <stdint.h>

#include <mach/abi.h>
#include <mach/machine/vm_types.h>
#include <mach/message.h>
#include <mach/policy.h>
#include <mach/time_value.h>

typedef natural_t task_flavor_t;
typedef integer_t *task_info_t;
#define TASK_INFO_MAX 1024
typedef integer_t task_info_data_t[TASK_INFO_MAX];

#pragma pack(push, 4)

#define TASK_BASIC_INFO_32  4
#define TASK_BASIC2_INFO_32 6
struct task_basic_info_32 {
    integer_t suspend_count;
    natural_t virtual_size;
    natural_t resident_size;
    time_value_t user_time;   /* of threads that have ended */
    time_value_t system_time; /* of threads that have ended */
    policy_t policy;
};
typedef struct task_basic_info_32 task_basic_info_32_data_t;
typedef struct task_basic_info_32 *task_basic_info_32_t;
#define TASK_BASIC_INFO_32_COUNT MACH_WORD_COUNT(task_basic_info_32_data_t)

#define TASK_BASIC_INFO_64 5
struct task_basic_info_64 {
    integer_t suspend_count;
    mach_vm_size_t virtual_size;
    mach_vm_size_t resident_size;
    time_value_t user_time;
    time_value_t system_time;
    policy_t policy;
};
typedef struct task_basic_info_64 task_basic_info_64_data_t;
typedef struct task_basic_info_64 *task_basic_info_64_t;
#define TASK_BASIC_INFO_64_COUNT MACH_WORD_COUNT(task_basic_info_64_data_t)

/* The one of the machine's word size. */
#define TASK_BASIC_INFO TASK_BASIC_INFO_64
struct task_basic_info {
    integer_t suspend_count;
    vm_size_t virtual_size;
    vm_size_t resident_size;
    time_value_t user_time;
    time_value_t system_time;
    policy_t policy;
};
typedef struct task_basic_info task_basic_info_data_t;
typedef struct task_basic_info *task_basic_info_t;
#define TASK_BASIC_INFO_COUNT MACH_WORD_COUNT(task_basic_info_data_t)

#define TASK_EVENTS_INFO 2
struct task_events_info {
    integer_t faults;
    integer_t pageins;
    integer_t cow_faults;
    integer_t messages_sent;
    integer_t messages_received;
    integer_t syscalls_mach;
    integer_t syscalls_unix;
    integer_t csw; /* context switches */
};
typedef struct task_events_info task_events_info_data_t;
typedef struct task_events_info *task_events_info_t;
#define TASK_EVENTS_INFO_COUNT MACH_WORD_COUNT(task_events_info_data_t)

/* Times of living threads. */
#define TASK_THREAD_TIMES_INFO 3
struct task_thread_times_info {
    time_value_t user_time;
    time_value_t system_time;
};
typedef struct task_thread_times_info task_thread_times_info_data_t;
typedef struct task_thread_times_info *task_thread_times_info_t;
#define TASK_THREAD_TIMES_INFO_COUNT MACH_WORD_COUNT(task_thread_times_info_data_t)

#define TASK_ABSOLUTETIME_INFO 1
struct task_absolutetime_info {
    uint64_t total_user;
    uint64_t total_system;
    uint64_t threads_user;   /* of living threads */
    uint64_t threads_system; /* of living threads */
};
typedef struct task_absolutetime_info task_absolutetime_info_data_t;
typedef struct task_absolutetime_info *task_absolutetime_info_t;
#define TASK_ABSOLUTETIME_INFO_COUNT MACH_WORD_COUNT(task_absolutetime_info_data_t)

#define TASK_KERNELMEMORY_INFO 7
struct task_kernelmemory_info {
    uint64_t total_palloc;
    uint64_t total_pfree;
    uint64_t total_salloc;
    uint64_t total_sfree;
};
typedef struct task_kernelmemory_info task_kernelmemory_info_data_t;
typedef struct task_kernelmemory_info *task_kernelmemory_info_t;
#define TASK_KERNELMEMORY_INFO_COUNT MACH_WORD_COUNT(task_kernelmemory_info_data_t)

/* A security_token_t. */
#define TASK_SECURITY_TOKEN       13
#define TASK_SECURITY_TOKEN_COUNT MACH_WORD_COUNT(security_token_t)

/* An audit_token_t. */
#define TASK_AUDIT_TOKEN       15
#define TASK_AUDIT_TOKEN_COUNT MACH_WORD_COUNT(audit_token_t)

#define MACH_TASK_BASIC_INFO 20
struct mach_task_basic_info {
    mach_vm_size_t virtual_size;
    mach_vm_size_t resident_size;
    mach_vm_size_t resident_size_max;
    time_value_t user_time;
    time_value_t system_time;
    policy_t policy;
    integer_t suspend_count;
};
typedef struct mach_task_basic_info mach_task_basic_info_data_t;
typedef struct mach_task_basic_info *mach_task_basic_info_t;
#define MACH_TASK_BASIC_INFO_COUNT MACH_WORD_COUNT(mach_task_basic_info_data_t)

#define TASK_FLAGS_INFO 28
struct task_flags_info {
    uint32_t flags;
};
typedef struct task_flags_info task_flags_info_data_t;
typedef struct task_flags_info *task_flags_info_t;
#define TASK_FLAGS_INFO_COUNT MACH_WORD_COUNT(task_flags_info_data_t)
#define TF_LP64               0x00000001
#define TF_64B_DATA           0x00000002

#pragma pack(pop)

/* Policy structures of <mach/policy.h>. */
#define TASK_SCHED_TIMESHARE_INFO 10
#define TASK_SCHED_RR_INFO        11
#define TASK_SCHED_FIFO_INFO      12
#define TASK_SCHED_INFO           14

MACH_ABI_SIZE(task_basic_info_32_data_t, 32);
MACH_ABI_SIZE(task_basic_info_64_data_t, 40);
MACH_ABI_SIZE(task_basic_info_data_t, 40);
MACH_ABI_SIZE(task_events_info_data_t, 32);
MACH_ABI_SIZE(task_thread_times_info_data_t, 16);
MACH_ABI_SIZE(mach_task_basic_info_data_t, 48);
