/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What <libproc.h> tells of processes, laid out as on Darwin.
 */
#pragma once

#include <stdint.h>
#include <sys/param.h>
#include <sys/types.h>

#include <mach/abi.h>

#ifndef MAXCOMLEN
#define MAXCOMLEN 16
#endif

/* Which processes proc_listpids() lists. */
#define PROC_ALL_PIDS  1
#define PROC_PGRP_ONLY 2
#define PROC_TTY_ONLY  3
#define PROC_UID_ONLY  4
#define PROC_RUID_ONLY 5
#define PROC_PPID_ONLY 6

/* Members of pbi_flags. */
#define PROC_FLAG_SYSTEM   0x1
#define PROC_FLAG_TRACED   0x2
#define PROC_FLAG_INEXIT   0x4
#define PROC_FLAG_PPWAIT   0x8
#define PROC_FLAG_LP64     0x10
#define PROC_FLAG_SLEADER  0x20
#define PROC_FLAG_CTTY     0x40
#define PROC_FLAG_CONTROLT 0x80

struct proc_bsdinfo {
    uint32_t pbi_flags;
    uint32_t pbi_status; /* SRUN, ... of <sys/proc.h> */
    uint32_t pbi_xstatus;
    uint32_t pbi_pid;
    uint32_t pbi_ppid;
    uint32_t pbi_uid;
    uint32_t pbi_gid;
    uint32_t pbi_ruid;
    uint32_t pbi_rgid;
    uint32_t pbi_svuid;
    uint32_t pbi_svgid;
    uint32_t rfu_1;
    char pbi_comm[MAXCOMLEN]; /* the beginning of the name */
    char pbi_name[2 * MAXCOMLEN];
    uint32_t pbi_nfiles;
    uint32_t pbi_pgid;
    uint32_t pbi_pjobc;
    uint32_t e_tdev;
    uint32_t e_tpgid;
    int32_t pbi_nice;
    uint64_t pbi_start_tvsec; /* since 1970 */
    uint64_t pbi_start_tvusec;
};

struct proc_bsdshortinfo {
    uint32_t pbsi_pid;
    uint32_t pbsi_ppid;
    uint32_t pbsi_pgid;
    uint32_t pbsi_status;
    char pbsi_comm[MAXCOMLEN];
    uint32_t pbsi_flags;
    uint32_t pbsi_uid;
    uint32_t pbsi_gid;
    uint32_t pbsi_ruid;
    uint32_t pbsi_rgid;
    uint32_t pbsi_svuid;
    uint32_t pbsi_svgid;
    uint32_t pbsi_rfu;
};

/* Times are in units of mach_absolute_time(). */
struct proc_taskinfo {
    uint64_t pti_virtual_size;
    uint64_t pti_resident_size;
    uint64_t pti_total_user;
    uint64_t pti_total_system;
    uint64_t pti_threads_user;
    uint64_t pti_threads_system;
    int32_t pti_policy;
    int32_t pti_faults;
    int32_t pti_pageins;
    int32_t pti_cow_faults;
    int32_t pti_messages_sent;
    int32_t pti_messages_received;
    int32_t pti_syscalls_mach;
    int32_t pti_syscalls_unix;
    int32_t pti_csw;
    int32_t pti_threadnum;
    int32_t pti_numrunning;
    int32_t pti_priority;
};

struct proc_taskallinfo {
    struct proc_bsdinfo pbsd;
    struct proc_taskinfo ptinfo;
};

MACH_ABI_SIZE(struct proc_bsdinfo, 136);
MACH_ABI_SIZE(struct proc_bsdshortinfo, 64);
MACH_ABI_SIZE(struct proc_taskinfo, 96);
MACH_ABI_SIZE(struct proc_taskallinfo, 232);

/* Flavors of proc_pidinfo(). */
#define PROC_PIDTASKALLINFO         2
#define PROC_PIDTASKALLINFO_SIZE    (sizeof(struct proc_taskallinfo))
#define PROC_PIDTBSDINFO            3
#define PROC_PIDTBSDINFO_SIZE       (sizeof(struct proc_bsdinfo))
#define PROC_PIDTASKINFO            4
#define PROC_PIDTASKINFO_SIZE       (sizeof(struct proc_taskinfo))
#define PROC_PIDPATHINFO            11
#define PROC_PIDPATHINFO_SIZE       1024
#define PROC_PIDPATHINFO_MAXSIZE    4096
#define PROC_PIDT_SHORTBSDINFO      13
#define PROC_PIDT_SHORTBSDINFO_SIZE (sizeof(struct proc_bsdshortinfo))
