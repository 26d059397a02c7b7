/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A task's figures as task_info has them, once for several flavors.
 */
#pragma once

#include <mach/task_info.h>

#include <kern/mig_types.h>
#include <sched/usage.h>

/* What several flavors show. */
struct task_summary {
    uint64_t virtual_size;
    uint64_t resident_size;
    uint64_t resident_peak;
    struct usage ended;  /* of threads that have ended */
    struct usage living; /* and of the others */
    uint32_t processor;  /* of the first thread that runs, or of the first */
    uint32_t threads;
    uint64_t ended_threads;
    integer_t suspend_count;
    integer_t regions;
};

/* Answer TASK_KERNELMEMORY_INFO for TASK with SUMMARY into OUT, of *COUNT words.  Locks: none.  Returns:
 * KERN_SUCCESS and *COUNT; KERN_INVALID_ARGUMENT, there is no room for it. */
kern_return_t task_kernel_memory_answer(task_t task, const struct task_summary *summary,
                                        integer_t *out, mach_msg_type_number_t *count);

/* The same for TASK_VM_INFO, in the longest revision that there is room for, or (WITH_VOLATILE)
 * TASK_VM_INFO_PURGEABLE: the task's map is then gone through. */
kern_return_t task_vm_answer(task_t task, const struct task_summary *summary, bool with_volatile,
                             integer_t *out, mach_msg_type_number_t *count);
