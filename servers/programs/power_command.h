/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Switching the machine off or starting it anew. The shell gives its programs the privileged host
 * port, which that takes.
 */
#pragma once

/* Do what OPTION of host_reboot says, as the program NAME, which takes no arguments.
 * Returns: only if it cannot be done, the status to end with. */
int power_command(const char *name, int option, int argc, char *const *argv);
