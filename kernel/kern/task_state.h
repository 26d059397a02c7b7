/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine state that new threads of a task start with (task_set_state of idl/task.defs).
 */
#pragma once

struct task;

/* Free what task_set_state() made.  TASK has ended. */
void task_free_model(struct task *task);
