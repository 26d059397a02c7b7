/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bytes of an executable, in this task's memory: a copy-on-write image of what its file server
 * has, which nobody can change under us.
 */
#pragma once

#include <mach/mach.h>

#include "task_builder.h"

/*
 * Open the executable behind the port FILE; executable_close() gives it up. May take TIMED_CALL_MS
 * for each of two calls: without the lock.
 * Returns: a SERVER_ERROR_*, or KERN_SUCCESS.
 */
kern_return_t executable_open(mach_port_t file, struct task_executable *executable);
void executable_close(struct task_executable *executable);
