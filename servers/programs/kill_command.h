/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What /bin/kill does, and `kill` in the shell: when there are as many processes as there can be, no
 * program can be started to end one.
 */
#pragma once

/* End the processes that the ARGC words at ARGV name, and say which cannot be. Returns: the status. */
int kill_command(int argc, char *const *argv);
