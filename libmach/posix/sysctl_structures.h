/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What sysctl() tells as a structure, and its lists of processes.
 */
#pragma once

#include <stddef.h>
#include <sys/sysctl.h>

union sysctl_structure {
    struct timeval boot_time;
    struct clockinfo clock_rate;
    struct xsw_usage swap_usage;
};

/* Fill the structure; its size. */
size_t sysctl_boot_time(void *structure);
size_t sysctl_clock_rate(void *structure);
size_t sysctl_swap_usage(void *structure);

/*
 * sysctl() of KERN_PROC, behind which NAME has LENGTH numbers.
 *
 * Returns: 0; -1 with errno EINVAL, no such list; ENOMEM, OLD is too small; or the process server's.
 */
int sysctl_processes(const int *name, unsigned int length, void *old, size_t *old_size);
