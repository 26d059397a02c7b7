/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Special ports in words, and by the names of their constants.
 */
#pragma once

#include <mach/abi.h>

MACH_BEGIN_DECLS

/* A few words about the special port of number PORT; null if there is none of that number. */
const char *mach_host_special_port_description(int port);
const char *mach_task_special_port_description(int port);
const char *mach_thread_special_port_description(int port);

/* The number behind the name of a constant ("TASK_KERNEL_PORT"). Returns: -1 with errno EINVAL, ID is
 * null; ENOENT, there is no such. */
int mach_host_special_port_for_id(const char *id);
int mach_task_special_port_for_id(const char *id);
int mach_thread_special_port_for_id(const char *id);

MACH_END_DECLS
