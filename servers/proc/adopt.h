/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes for tasks that this server did not start: init, its services, and everything that was
 * running before this server was restarted.
 */
#pragma once

#include "process.h"

/* Make processes for all tasks that have none yet. */
void adopt_all(void);

/*
 * Find or make the process of the task behind the send right TASK.
 *
 * References: none taken.
 * Returns: null, TASK is no living task; or without memory.
 */
struct process *adopt_task(mach_port_t task);

/* Is TASK a send right to a living task? */
bool adopt_is_task(mach_port_t task);

/* Look again for PROCESS's names if they are not known: its task may not have been ready before. */
void adopt_names(struct process *process);
