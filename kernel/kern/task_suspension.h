/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tokens of suspensions (task_suspend2 in idl/task.defs): send-once rights to one port of the task.  A
 * token that is given up in any way but by task_resume2 ends its suspension too.
 */
#pragma once

struct ipc_port;

/* A send-once right to kernel port PORT is given up unused: if it was a token, its task goes on.
 * Context: no locks; interrupts off before and after; may sleep. */
void task_suspension_dropped(struct ipc_port *port);
