/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Columns that the programs share which list processes: what a process has used.
 */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include <mach_r/proc.h>

#define COLUMNS_USAGE "    USER  SYSTEM  VOLSW INVOLSW MIGR"

/* Print a space and NANOSECONDS as seconds. */
static inline void columns_print_time(uint64_t nanoseconds)
{
    unsigned long long hundredths = nanoseconds / 10000000;
    (void)printf(" %4llu.%02llu", hundredths / 100, hundredths % 100);
}

/* Print the columns COLUMNS_USAGE for INFO: times, switches, migrations. */
static inline void columns_print_usage(const proc_info_t *info)
{
    columns_print_time(info->cpu_time - info->system_time);
    columns_print_time(info->system_time);
    (void)printf(" %6llu %7llu %4llu", (unsigned long long)info->voluntary_switches,
                 (unsigned long long)info->involuntary_switches,
                 (unsigned long long)info->migrations);
}
