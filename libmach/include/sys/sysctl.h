/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Facts about the system by name, as far as they are known here: kern.ostype, kern.osrelease,
 * kern.version, kern.hostname, kern.argmax, kern.boottime (struct timeval), kern.clockrate (struct
 * clockinfo), kern.proc (struct kinfo_proc), vm.swapusage (struct xsw_usage),
 * hw.machine, hw.model, hw.ncpu, hw.activecpu, hw.physicalcpu, hw.logicalcpu (each also with _max),
 * hw.memsize, hw.pagesize, hw.byteorder, hw.cputype, hw.cpusubtype, hw.tbfrequency,
 * machdep.cpu.brand_string. Nothing can be changed.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/proc.h>
#include <sys/time.h>
#include <sys/types.h>

#include <mach/abi.h>

#define CTL_MAXNAME 12

#define CTL_KERN 1
#define CTL_VM   2
#define CTL_HW   6

#define KERN_OSTYPE    1
#define KERN_OSRELEASE 2
#define KERN_VERSION   4
#define KERN_ARGMAX    8
#define KERN_HOSTNAME  10
#define KERN_CLOCKRATE 12
#define KERN_PROC      14
#define KERN_BOOTTIME  21

/* Behind KERN_PROC: which processes; all but the first have a number behind them. */
#define KERN_PROC_ALL  0
#define KERN_PROC_PID  1
#define KERN_PROC_PGRP 2
#define KERN_PROC_TTY  4
#define KERN_PROC_UID  5
#define KERN_PROC_RUID 6

#define VM_SWAPUSAGE 5

#define HW_MACHINE   1
#define HW_MODEL     2
#define HW_NCPU      3
#define HW_BYTEORDER 4
#define HW_PHYSMEM   5
#define HW_PAGESIZE  7
#define HW_BUS_FREQ  14 /* this and the next: not told (ENOENT) */
#define HW_CPU_FREQ  15
#define HW_MEMSIZE   24
#define HW_AVAILCPU  25

/* Memory is never paged out: all are 0. */
struct xsw_usage {
    uint64_t xsu_total;
    uint64_t xsu_avail;
    uint64_t xsu_used;
    uint32_t xsu_pagesize;
    int xsu_encrypted;
};

struct clockinfo {
    int hz; /* of CLK_TCK: there is no periodic interrupt */
    int tick;
    int tickadj;
    int stathz;
    int profhz;
};

/* A process, by the members of Darwin's that mean something here; others are left out. */
struct _ucred {
    int32_t cr_ref;
    uid_t cr_uid;
    short cr_ngroups;
    gid_t cr_groups[16];
};

struct _pcred {
    uid_t p_ruid;
    uid_t p_svuid;
    gid_t p_rgid;
    gid_t p_svgid;
    int p_refcnt;
};

struct eproc {
    struct _pcred e_pcred;
    struct _ucred e_ucred;
    pid_t e_ppid;
    pid_t e_pgid;
    dev_t e_tdev;
    pid_t e_tpgid;
    int32_t e_flag;
};

struct kinfo_proc {
    struct extern_proc kp_proc;
    struct eproc kp_eproc;
};

MACH_BEGIN_DECLS

/*
 * Fetch the value of NAME. *OLD_SIZE is the room at OLD and becomes the length of the value; with OLD null
 * only the length is told. Numbers are 4 bytes, hw.memsize, hw.pagesize and hw.tbfrequency 8 by name.
 *
 * Returns: 0; -1 with errno ENOENT, the name is not known; ENOMEM, the room is too small; EPERM, a new
 * value is given.
 */
int sysctlbyname(const char *name, void *old, size_t *old_size, void *new_value, size_t new_size);

/*
 * The numbers of NAME, of which there is room for *LENGTH; 2 are written.
 *
 * Returns: 0; -1 with errno ENOENT, the name is not known or has no numbers; ENOMEM, the room is too small.
 */
int sysctlnametomib(const char *name, int *numbers, size_t *length);

/*
 * The same by numbers: two levels, of those above; or CTL_KERN, KERN_PROC, which processes and the number
 * that says it, for an array of struct kinfo_proc, empty if there is none. Room for an array that may grow
 * is told as somewhat more. Users, groups and terminals of processes do not exist: their numbers are 0.
 */
int sysctl(int *name, unsigned int length, void *old, size_t *old_size, void *new_value,
           size_t new_size);

MACH_END_DECLS
