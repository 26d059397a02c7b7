/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * EXC_GUARD: a thread is told that it has misused a port (ipc/ipc_violation.h).
 *
 * Misuse of a guard is told to handlers of the thread and of the task, always; other misuse only if the
 * task has chosen TASK_EXC_GUARD_MP_DELIVER, and with TASK_EXC_GUARD_MP_ONCE once.  If it has chosen
 * TASK_EXC_GUARD_MP_FATAL, the host's handler is told too, and then the task ends, whatever was answered.
 * Otherwise it goes on, also if there is no handler: the call has failed, and that is all.  A child
 * begins with its parent's choice, the first task with none.
 */
#pragma once

struct thread;

/* Tell of what SELF, the running thread, has done wrong, and forget it.  Context: as
 * exception_raise(). */
void guard_exception_raise(struct thread *self);
