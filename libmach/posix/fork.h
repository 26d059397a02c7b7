/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the parts of the library do around fork(). The child is a copy of the parent's memory with one
 * thread and no rights but those that are handed down, under the same names. So each part that keeps
 * rights names those that it wants to have in the child, and each that keeps what is true of
 * the parent's threads only sets it right in the child.
 */
#pragma once

#include <mach/mach_types.h>

/* Hands the send right PORT down; null is ignored, and a right that cannot be had is left out. */
typedef void fork_heir_t(mach_port_t port, void *argument);

/* Locks: hold what the parent's other threads must not be in the middle of when memory is copied. */
void files_fork_lock(void);
void files_fork_unlock(void); /* in both */

/* In the parent, with files locked. */
void files_fork_ports(fork_heir_t *heir, void *argument);

/* In the child, before anything else is done there. */
void startup_after_fork(int pid);
void mig_after_fork(void);
void park_after_fork(void);
void thread_after_fork(void);
void registry_after_fork(void); /* called by the one before */
void process_after_fork(void);
void signals_after_fork(void);
void signal_wait_after_fork(void); /* called by the one before */
void path_after_fork(void);
void files_after_fork(void);

/* What pthread_atfork() has noted: before the locks above are taken, and after they are free. */
void atfork_prepare(void);
void atfork_parent(void);
void atfork_child(void);
