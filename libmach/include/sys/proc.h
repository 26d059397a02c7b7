/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * States of a process, as <sys/proc_info.h> tells them, and what sysctl() tells of one.
 */
#pragma once

#include <sys/param.h>
#include <sys/time.h>
#include <sys/types.h>

#ifndef MAXCOMLEN
#define MAXCOMLEN 16
#endif

#define SIDL   1 /* being made */
#define SRUN   2
#define SSLEEP 3
#define SSTOP  4 /* suspended */
#define SZOMB  5 /* ended, and its parent has not waited yet */

/* Members of p_flag. */
#define P_LP64 0x00000004

struct extern_proc {
    union {
        struct timeval __p_starttime;
    } p_un;
#define p_starttime p_un.__p_starttime
    int p_flag;
    char p_stat;
    pid_t p_pid;
    pid_t p_oppid;
    struct timeval p_rtime; /* time on processors */
    unsigned char p_priority;
    unsigned char p_usrpri;
    char p_nice;
    char p_comm[MAXCOMLEN + 1];
    unsigned short p_xstat;
};
