/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Limits of the kernel that programs may count on.
 */
#pragma once

#include <mach/exception_types.h>

/* Ports that mach_ports_register() keeps for a task. */
#define TASK_PORT_REGISTER_MAX 3

/* Exception ports that one call sets or tells, and ports that every task and thread has of itself: control, read,
 * inspect and, of a task, name. */
#define TASK_MAX_EXCEPTION_PORT_COUNT EXC_TYPES_COUNT
#define TASK_SELF_PORT_COUNT          4
#define THREAD_SELF_PORT_COUNT        3

#define TASK_MAX_WATCHPORT_COUNT 128
#define MAXCONCLAVENAME          128
