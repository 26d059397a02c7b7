/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What task_inspect() tells of a task.
 */
#pragma once

#include <stdint.h>

#include <mach/abi.h>
#include <mach/machine/vm_types.h>

typedef natural_t task_inspect_flavor_t;
typedef integer_t *task_inspect_info_t;

enum task_inspect_flavor {
    TASK_INSPECT_BASIC_COUNTS = 1,
};

struct task_inspect_basic_counts {
    uint64_t instructions;
    uint64_t cycles;
};
typedef struct task_inspect_basic_counts task_inspect_basic_counts_data_t;
typedef struct task_inspect_basic_counts *task_inspect_basic_counts_t;
#define TASK_INSPECT_BASIC_COUNTS_COUNT MACH_WORD_COUNT(struct task_inspect_basic_counts)
