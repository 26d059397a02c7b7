/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Facts about the system by name, as far as they are known here: kern.ostype, kern.osrelease,
 * kern.version, kern.hostname, kern.argmax, hw.machine, hw.model, hw.ncpu, hw.activecpu, hw.physicalcpu,
 * hw.logicalcpu (each also with _max), hw.memsize, hw.pagesize, hw.byteorder, hw.cputype,
 * hw.cpusubtype, hw.tbfrequency. Nothing can be changed.
 */
#pragma once

#include <stddef.h>
#include <sys/types.h>

#include <mach/abi.h>

#define CTL_MAXNAME 12

#define CTL_KERN 1
#define CTL_HW   6

#define KERN_OSTYPE    1
#define KERN_OSRELEASE 2
#define KERN_VERSION   4
#define KERN_ARGMAX    8
#define KERN_HOSTNAME  10

#define HW_MACHINE   1
#define HW_MODEL     2
#define HW_NCPU      3
#define HW_BYTEORDER 4
#define HW_PHYSMEM   5
#define HW_PAGESIZE  7
#define HW_MEMSIZE   24
#define HW_AVAILCPU  25

MACH_BEGIN_DECLS

/*
 * Fetch the value of NAME. *OLD_SIZE is the room at OLD and becomes the length of the value; with OLD null
 * only the length is told. Numbers are 4 bytes, hw.memsize, hw.pagesize and hw.tbfrequency 8 by name.
 *
 * Returns: 0; -1 with errno ENOENT, the name is not known; ENOMEM, the room is too small; EPERM, a new
 * value is given.
 */
int sysctlbyname(const char *name, void *old, size_t *old_size, void *new_value, size_t new_size);

/* The same by numbers: two levels, of those above. */
int sysctl(int *name, unsigned int length, void *old, size_t *old_size, void *new_value,
           size_t new_size);

MACH_END_DECLS
