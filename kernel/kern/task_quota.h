/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * MACH_R_QUOTA_INFO, a flavor of task_info and task_set_info.
 */
#pragma once

#include <mach/kern_return.h>
#include <mach/message.h>

struct task;

/* Tell TASK's limits and what it uses, as info_answer() does. */
[[nodiscard]] kern_return_t task_quota_answer(struct task *task, integer_t *out,
                                              mach_msg_type_number_t *count);

/* Lower TASK's limits to those of the COUNT words at IN.
 * Returns: KERN_SUCCESS; KERN_INVALID_ARGUMENT, too few words; KERN_NO_ACCESS, a limit would rise:
 * none is changed. */
[[nodiscard]] kern_return_t task_quota_lower(struct task *task, const integer_t *in,
                                             mach_msg_type_number_t count);
