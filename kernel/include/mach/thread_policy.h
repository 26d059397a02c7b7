/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Scheduling parameters of a thread: flavors and structures of thread_policy_set and
 * thread_policy_get.
 */
#pragma once

#include <stdint.h>

#include <mach/abi.h>
#include <mach/boolean.h>
#include <mach/message.h>

typedef natural_t thread_policy_flavor_t;
typedef integer_t *thread_policy_t;

/* Back to ordinary time sharing; no parameters. */
#define THREAD_STANDARD_POLICY 1
struct thread_standard_policy {
    natural_t no_data;
};
typedef struct thread_standard_policy thread_standard_policy_data_t;
typedef struct thread_standard_policy *thread_standard_policy_t;
#define THREAD_STANDARD_POLICY_COUNT 0

/* Whether the thread's priority follows its use of the processor. */
#define THREAD_EXTENDED_POLICY 1
struct thread_extended_policy {
    boolean_t timeshare;
};
typedef struct thread_extended_policy thread_extended_policy_data_t;
typedef struct thread_extended_policy *thread_extended_policy_t;
#define THREAD_EXTENDED_POLICY_COUNT MACH_WORD_COUNT(thread_extended_policy_data_t)

/* COMPUTATION ticks in each PERIOD, done within CONSTRAINT of its start. Absolute-time units. */
#define THREAD_TIME_CONSTRAINT_POLICY 2
struct thread_time_constraint_policy {
    uint32_t period;
    uint32_t computation;
    uint32_t constraint;
    boolean_t preemptible;
};
typedef struct thread_time_constraint_policy thread_time_constraint_policy_data_t;
typedef struct thread_time_constraint_policy *thread_time_constraint_policy_t;
#define THREAD_TIME_CONSTRAINT_POLICY_COUNT MACH_WORD_COUNT(thread_time_constraint_policy_data_t)

/* Weight among the threads of the same task. */
#define THREAD_PRECEDENCE_POLICY 3
struct thread_precedence_policy {
    integer_t importance;
};
typedef struct thread_precedence_policy thread_precedence_policy_data_t;
typedef struct thread_precedence_policy *thread_precedence_policy_t;
#define THREAD_PRECEDENCE_POLICY_COUNT MACH_WORD_COUNT(thread_precedence_policy_data_t)

/* Threads with the same tag gain from sharing a cache. */
#define THREAD_AFFINITY_POLICY 4
struct thread_affinity_policy {
    integer_t affinity_tag;
};
#define THREAD_AFFINITY_TAG_NULL 0
typedef struct thread_affinity_policy thread_affinity_policy_data_t;
typedef struct thread_affinity_policy *thread_affinity_policy_t;
#define THREAD_AFFINITY_POLICY_COUNT MACH_WORD_COUNT(thread_affinity_policy_data_t)

/* Work that nobody waits for. */
#define THREAD_BACKGROUND_POLICY 5
struct thread_background_policy {
    integer_t priority;
};
#define THREAD_BACKGROUND_POLICY_DARWIN_BG 0x1000
typedef struct thread_background_policy thread_background_policy_data_t;
typedef struct thread_background_policy *thread_background_policy_t;
#define THREAD_BACKGROUND_POLICY_COUNT MACH_WORD_COUNT(thread_background_policy_data_t)

/* How late the thread's timers may be. */
#define THREAD_LATENCY_QOS_POLICY 7
typedef integer_t thread_latency_qos_t;
struct thread_latency_qos_policy {
    thread_latency_qos_t thread_latency_qos_tier;
};
typedef struct thread_latency_qos_policy thread_latency_qos_policy_data_t;
typedef struct thread_latency_qos_policy *thread_latency_qos_policy_t;
#define THREAD_LATENCY_QOS_POLICY_COUNT MACH_WORD_COUNT(thread_latency_qos_policy_data_t)

/* How much of the processor's throughput it needs. */
#define THREAD_THROUGHPUT_QOS_POLICY 8
typedef integer_t thread_throughput_qos_t;
struct thread_throughput_qos_policy {
    thread_throughput_qos_t thread_throughput_qos_tier;
};
typedef struct thread_throughput_qos_policy thread_throughput_qos_policy_data_t;
typedef struct thread_throughput_qos_policy *thread_throughput_qos_policy_t;
#define THREAD_THROUGHPUT_QOS_POLICY_COUNT MACH_WORD_COUNT(thread_throughput_qos_policy_data_t)

/* Programs get the names of tasks and threads with it, as on Darwin; the kernel has its own. */
#if __has_include(<mach/mach_init.h>)
#include <mach/mach_types.h>
#endif
