/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes and their rights: making one for a task, and ending it.
 */
#pragma once

#include "process.h"

/*
 * Give PROCESS, which has no rights yet, its port, and the task TASK, whose identity it becomes.
 *
 * References: takes over TASK on success.
 * Returns: KERN_SUCCESS, or a kernel error and nothing has changed.
 */
kern_return_t process_bind(struct process *process, mach_port_t task);

/* Write PROCESS's identity into TASK, and ask to be told when TASK dies. */
kern_return_t process_enter_task(const struct process *process, mach_port_t task);

/*
 * End PROCESS with STATUS (PROC_STATUS_*): its task, if there still is one, is terminated; its
 * children belong to nobody; whoever waits for it is answered. PROCESS may be gone on return.
 */
void process_end(struct process *process, int status);

/* Does REPLY lead to somebody? To send to a port that has died counts as done, so whoever gives something
 * away by it has to look before. */
bool process_is_answerable(mach_port_t reply);

/* A child that ended has been reported to its parent: forget it. */
void process_reap(struct process *child);
