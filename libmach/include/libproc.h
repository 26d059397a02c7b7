/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Darwin's calls about processes, over proc.defs. Users, groups and terminals of processes do not
 * exist here and are 0.
 */
#pragma once

#include <stdint.h>
#include <sys/proc_info.h>
#include <sys/types.h>

#include <mach/abi.h>

MACH_BEGIN_DECLS

/*
 * Fill BUFFER with the pids of TYPE: all (PROC_ALL_PIDS), or the children of TYPEINFO (PROC_PPID_ONLY).
 * Returns: bytes that were written, or with a null BUFFER that would be enough; 0 with errno EINVAL,
 * another TYPE.
 */
int proc_listpids(uint32_t type, uint32_t typeinfo, void *buffer, int buffersize);

/* The same, counted in pids. */
int proc_listallpids(void *buffer, int buffersize);
int proc_listchildpids(pid_t ppid, void *buffer, int buffersize);

/*
 * Describe PID by FLAVOR, PROC_PIDTBSDINFO and so on; ARG is for flavors that are not offered. What the
 * kernel counts of a task (faults, messages) is 0 unless the caller may have its port.
 * Returns: bytes that were written; 0 with errno ESRCH, ENOMEM (BUFFERSIZE is too small) or EINVAL (there
 * is no such flavor).
 */
int proc_pidinfo(int pid, int flavor, uint64_t arg, void *buffer, int buffersize);

/* The last name, or all, of the path of PID's program. Returns: its length; 0 with errno. */
int proc_name(int pid, void *buffer, uint32_t buffersize);
int proc_pidpath(int pid, void *buffer, uint32_t buffersize);

int proc_libversion(int *mmajor, int *mminor);

MACH_END_DECLS
