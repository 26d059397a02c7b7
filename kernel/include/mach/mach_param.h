/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Limits of the kernel that programs may count on.
 */
#pragma once

/* Ports that mach_ports_register() keeps for a task. */
#define TASK_PORT_REGISTER_MAX 3
