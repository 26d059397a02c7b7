/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A flavor of task_info and task_set_info that is this system's own: how much of what the kernel has
 * only so much of a task may use.
 */
#pragma once

#include <stdint.h>

#include <mach/abi.h>
#include <mach/message.h>

struct mach_r_quota {
    uint64_t limit;
    uint64_t
        used; /* may be more than the limit, if that was lowered since; task_set_info ignores it */
};

/*
 * A new task has its parent's limits. task_set_info lowers them; what is used already stays, but
 * there is no more of it until it is below the limit. Beyond a limit calls fail:
 */
#define MACH_R_QUOTA_INFO 901002
struct mach_r_quota_info {
    struct mach_r_quota names; /* KERN_NO_SPACE */
    struct mach_r_quota ports; /* made by the task, wherever their receive rights are, with
                                       * semaphores, timers, memory entries; KERN_RESOURCE_SHORTAGE */
    struct mach_r_quota
        queued_bytes; /* of messages in queues: those sent by send rights, and answers
                                       * to the task; MACH_SEND_NO_BUFFER, and answers are lost */
    struct mach_r_quota kernel_bytes; /* of name tables, port sets, regions of memory;
                                       * KERN_RESOURCE_SHORTAGE */
    struct mach_r_quota threads;      /* KERN_RESOURCE_SHORTAGE */
};
typedef struct mach_r_quota_info mach_r_quota_info_data_t;
typedef struct mach_r_quota_info *mach_r_quota_info_t;
#define MACH_R_QUOTA_INFO_COUNT MACH_WORD_COUNT(mach_r_quota_info_data_t)
MACH_ABI_SIZE(mach_r_quota_info_data_t, 80);
