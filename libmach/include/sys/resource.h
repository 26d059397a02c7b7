/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a program has used, and limits to it, with Darwin's members and numbers.
 */
#pragma once

#include <stdint.h>
#include <sys/time.h>
#include <sys/types.h>

#include <mach/abi.h>

#define RUSAGE_SELF     0
#define RUSAGE_CHILDREN (-1)

struct rusage {
    struct timeval ru_utime;
    struct timeval ru_stime;
    long ru_maxrss; /* bytes */
#define ru_first ru_ixrss
    long ru_ixrss;
    long ru_idrss;
    long ru_isrss;
    long ru_minflt;
    long ru_majflt; /* faults that a pager answered */
    long ru_nswap;
    long ru_inblock;
    long ru_oublock;
    long ru_msgsnd;
    long ru_msgrcv;
    long ru_nsignals;
    long ru_nvcsw;
    long ru_nivcsw;
#define ru_last ru_nivcsw
};

typedef uint64_t rlim_t;

#define RLIM_INFINITY  (((uint64_t)1 << 63) - 1)
#define RLIM_SAVED_MAX RLIM_INFINITY
#define RLIM_SAVED_CUR RLIM_INFINITY

#define RLIMIT_CPU     0
#define RLIMIT_FSIZE   1
#define RLIMIT_DATA    2
#define RLIMIT_STACK   3
#define RLIMIT_CORE    4
#define RLIMIT_AS      5
#define RLIMIT_RSS     RLIMIT_AS
#define RLIMIT_MEMLOCK 6
#define RLIMIT_NPROC   7
#define RLIMIT_NOFILE  8
#define RLIM_NLIMITS   9

struct rlimit {
    rlim_t rlim_cur;
    rlim_t rlim_max;
};

MACH_BEGIN_DECLS

/*
 * What the program has used so far; what is not counted here (blocks, signals, swaps) is 0.
 * Returns: -1 with errno EINVAL, WHO is not RUSAGE_SELF: what children have used is not summed up.
 */
int getrusage(int who, struct rusage *usage);

/*
 * Limits: open files (RLIMIT_NOFILE) and the main thread's stack are what they are, no program leaves a
 * core behind, and nothing else is limited here (the task's quotas are the kernel's, <mach/quota_info.h>).
 * Open files can be limited to fewer, and to more again.
 * Returns: -1 with errno EINVAL, there is no such limit, the soft one is above the hard one, or this
 * limit cannot be changed; EPERM, the hard one would be raised.
 */
int getrlimit(int resource, struct rlimit *limit);
int setrlimit(int resource, const struct rlimit *limit);

MACH_END_DECLS
