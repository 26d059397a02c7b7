/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What can be asked about processors and processor sets.
 */
#pragma once

#include <mach/abi.h>
#include <mach/boolean.h>
#include <mach/machine.h>
#include <mach/message.h>

typedef integer_t *processor_info_t;
typedef integer_t *processor_info_array_t;
typedef int processor_flavor_t;
#define PROCESSOR_INFO_MAX 1024
typedef integer_t processor_info_data_t[PROCESSOR_INFO_MAX];

typedef integer_t *processor_set_info_t;
typedef int processor_set_flavor_t;
#define PROCESSOR_SET_INFO_MAX 1024
typedef integer_t processor_set_info_data_t[PROCESSOR_SET_INFO_MAX];

#define PROCESSOR_BASIC_INFO 1
struct processor_basic_info {
    cpu_type_t cpu_type;
    cpu_subtype_t cpu_subtype;
    boolean_t running;
    int slot_num;
    union {
        boolean_t is_master;
        boolean_t is_main;
    };
};
typedef struct processor_basic_info processor_basic_info_data_t;
typedef struct processor_basic_info *processor_basic_info_t;
#define PROCESSOR_BASIC_INFO_COUNT MACH_WORD_COUNT(processor_basic_info_data_t)
MACH_ABI_SIZE(processor_basic_info_data_t, 20);

#define PROCESSOR_CPU_LOAD_INFO 2
struct processor_cpu_load_info {
    unsigned int cpu_ticks[CPU_STATE_MAX];
};
typedef struct processor_cpu_load_info processor_cpu_load_info_data_t;
typedef struct processor_cpu_load_info *processor_cpu_load_info_t;
#define PROCESSOR_CPU_LOAD_INFO_COUNT MACH_WORD_COUNT(processor_cpu_load_info_data_t)

/* Unit of load averages. */
#define LOAD_SCALE 1000

#define PROCESSOR_SET_LOAD_INFO 4
struct processor_set_load_info {
    int task_count;
    int thread_count;
    integer_t load_average;
    integer_t mach_factor;
};
typedef struct processor_set_load_info processor_set_load_info_data_t;
typedef struct processor_set_load_info *processor_set_load_info_t;
#define PROCESSOR_SET_LOAD_INFO_COUNT MACH_WORD_COUNT(processor_set_load_info_data_t)

#define PROCESSOR_SET_BASIC_INFO 5
struct processor_set_basic_info {
    int processor_count;
    int default_policy;
};
typedef struct processor_set_basic_info processor_set_basic_info_data_t;
typedef struct processor_set_basic_info *processor_set_basic_info_t;
#define PROCESSOR_SET_BASIC_INFO_COUNT MACH_WORD_COUNT(processor_set_basic_info_data_t)
