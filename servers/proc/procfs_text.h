/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stands in the files of /proc. Pure: numbers in, text out.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <mach_r/proc_types.h>

/* Longest file of /proc; longer text is cut off. */
#define PROCFS_TEXT_MAX 4096

/* Each writes text to the SIZE bytes at TEXT. Returns: its length, without the terminating zero. */

/* Memory of the machine, in megabytes: all of it and what is free, given in bytes. */
size_t procfs_meminfo(char *text, size_t size, uint64_t total, uint64_t free);

/* Time since boot, in seconds with two decimals, given in nanoseconds. */
size_t procfs_uptime(char *text, size_t size, uint64_t nanoseconds);

/* What processor INDEX has done; its times are in ticks of PROCFS_TICK_NS. */
struct procfs_processor {
    bool is_running;
    uint32_t user;
    uint32_t system;
    uint32_t idle;
};

#define PROCFS_TICK_NS UINT64_C(10000000)

/* All processors, COUNT of them: a line for each. */
size_t procfs_processors(char *text, size_t size, const struct procfs_processor *processors,
                         uint32_t count);

/* One process; ARGUMENTS are ARGUMENTS_SIZE bytes of strings one behind the other. */
size_t procfs_status(char *text, size_t size, const struct proc_info *info, const char *path,
                     const char *arguments, size_t arguments_size);
