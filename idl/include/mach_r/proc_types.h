/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Types of idl/proc.defs.
 */
#pragma once

#include <stdint.h>

#include <mach/abi.h>
#include <mach_r/server_errors.h>

/* Arguments and environment together. */
#define PROC_STRINGS_MAX (128 * 1024)
#define PROC_PATH_MAX    1024
#define PROC_NAME_MAX    64

typedef char proc_path_t[PROC_PATH_MAX];
typedef char *proc_strings_t;

/* proc_spawn: give the child the privileged host port, for programs such as shutdown. */
#define PROC_SPAWN_PRIVILEGED 0x1
/* proc_spawn: the program's task is suspended once. */
#define PROC_SPAWN_SUSPENDED 0x2
/* proc_spawn: not a child: the program takes the place of the caller, with its pid, its parent and its
 * process port; the caller's task ends. */
#define PROC_SPAWN_EXEC 0x4
#define PROC_SPAWN_MASK 0x7

/* proc_wait */
#define PROC_ANY     (-1)
#define PROC_NO_WAIT 0x1

/* How a process ended: exit status in bits 8 to 15, or a signal in bits 0 to 6. */
#define PROC_STATUS_EXIT(code)        (((code) & 0xff) << 8)
#define PROC_STATUS_SIGNAL(signal)    ((signal) & 0x7f)
#define PROC_STATUS_IS_EXIT(status)   (((status) & 0x7f) == 0)
#define PROC_STATUS_EXIT_CODE(status) (((status) >> 8) & 0xff)
#define PROC_STATUS_SIGNAL_OF(status) ((status) & 0x7f)
/* As one number, in a shell: the exit code, or 128 and the signal. */
#define PROC_STATUS_SHELL(status)                                \
    (PROC_STATUS_IS_EXIT(status) ? PROC_STATUS_EXIT_CODE(status) \
                                 : 128 + PROC_STATUS_SIGNAL_OF(status))

/* Signals: the common ones, with their common numbers. */
#define PROC_SIGNAL_INTERRUPT  2
#define PROC_SIGNAL_ILLEGAL    4
#define PROC_SIGNAL_TRAP       5
#define PROC_SIGNAL_ABORT      6
#define PROC_SIGNAL_ARITHMETIC 8
#define PROC_SIGNAL_KILL       9
#define PROC_SIGNAL_BUS        10
#define PROC_SIGNAL_SEGMENT    11
#define PROC_SIGNAL_SYSCALL    12
#define PROC_SIGNAL_TERMINATE  15
#define PROC_SIGNAL_CHILD      20
#define PROC_SIGNAL_COUNT      32 /* they are less than this */
#define PROC_SIGNAL_BIT(signal) (1u << (signal))
/* Those that end no process which has not said what to do: SIGURG, CONT, CHLD, IO, WINCH, INFO. */
#define PROC_SIGNALS_HARMLESS                                                           \
    (PROC_SIGNAL_BIT(16) | PROC_SIGNAL_BIT(19) | PROC_SIGNAL_BIT(20) | PROC_SIGNAL_BIT(23) | \
     PROC_SIGNAL_BIT(28) | PROC_SIGNAL_BIT(29))
/* Those that would stop one, which is not offered: SIGSTOP, TSTP, TTIN, TTOU. */
#define PROC_SIGNALS_STOPPING \
    (PROC_SIGNAL_BIT(17) | PROC_SIGNAL_BIT(18) | PROC_SIGNAL_BIT(21) | PROC_SIGNAL_BIT(22))

/* States. */
#define PROC_STATE_RUNNING 1
#define PROC_STATE_STOPPED 2
#define PROC_STATE_ZOMBIE  3 /* ended, its parent has not waited yet */

struct proc_info {
    int32_t pid;
    int32_t ppid;
    uint32_t state; /* PROC_STATE_* */
    uint32_t threads;
    uint64_t virtual_size;    /* bytes */
    uint64_t resident_size;   /* bytes */
    uint64_t cpu_time;        /* nanoseconds */
    uint64_t system_time;     /* nanoseconds, the part of cpu_time spent in the kernel */
    uint64_t start_time;      /* nanoseconds since boot */
    uint64_t voluntary_switches;   /* its threads waited, or gave the processor away */
    uint64_t involuntary_switches; /* it was taken from them */
    uint64_t migrations;           /* of its threads to other processors */
    uint32_t processor;            /* where one of its threads runs or ran last */
    uint32_t reserved;
    char name[PROC_NAME_MAX]; /* last name of the executable's path, terminated */
};
typedef struct proc_info proc_info_t;
typedef proc_info_t *proc_info_array_t;
MACH_ABI_SIZE(struct proc_info, 152);
