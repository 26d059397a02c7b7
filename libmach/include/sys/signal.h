/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newlib's declarations, with Darwin's struct sigaction, siginfo_t, stack_t and numbers.
 */
#pragma once

#if __has_include(<newlib.h>)

/* newlib has them by other members. */
#define sigaction   newlib_sigaction
#define siginfo_t   newlib_siginfo_t
#define stack_t     newlib_stack_t
#define sigaltstack newlib_sigaltstack
#include_next <sys/signal.h>
#undef sigaction
#undef siginfo_t
#undef stack_t
#undef sigaltstack
#undef SS_DISABLE
#undef MINSIGSTKSZ
#undef SIGSTKSZ
#undef SA_NOCLDSTOP
#undef SIG_BLOCK
#undef SIG_UNBLOCK
#undef SIG_SETMASK
#undef SI_USER
#undef SI_QUEUE
#undef SI_TIMER
#undef SI_ASYNCIO
#undef SI_MESGQ

#define SIGINFO 29

#define SIG_BLOCK   1
#define SIG_UNBLOCK 2
#define SIG_SETMASK 3

#define SA_ONSTACK \
    0x01 /* the handler of a signal from outside runs on the stack of sigaltstack() */
#define SA_RESTART   0x02 /* accepted: of all calls, only sleeping is broken off by a signal */
#define SA_RESETHAND 0x04 /* the handler is for one signal */
#define SA_NOCLDSTOP 0x08 /* accepted: who waits for a child is told, and nobody else */
#define SA_NODEFER   0x10 /* the signal is not blocked while its handler runs */
#define SA_NOCLDWAIT 0x20 /* accepted, likewise */
#define SA_SIGINFO   0x40 /* the handler is sa_sigaction */

#define SS_DISABLE  0x4 /* SS_ONSTACK is newlib's */
#define MINSIGSTKSZ 32768
#define SIGSTKSZ    131072

/* Of a fault: si_code. */
#define ILL_NOOP    0
#define ILL_ILLOPC  1
#define ILL_ILLTRP  2
#define ILL_PRVOPC  3
#define ILL_ILLOPN  4
#define ILL_ILLADR  5
#define ILL_PRVREG  6
#define ILL_COPROC  7
#define ILL_BADSTK  8
#define FPE_NOOP    0
#define FPE_FLTDIV  1
#define FPE_FLTOVF  2
#define FPE_FLTUND  3
#define FPE_FLTRES  4
#define FPE_FLTINV  5
#define FPE_FLTSUB  6
#define FPE_INTDIV  7
#define FPE_INTOVF  8
#define SEGV_NOOP   0
#define SEGV_MAPERR 1
#define SEGV_ACCERR 2
#define BUS_NOOP    0
#define BUS_ADRALN  1
#define BUS_ADRERR  2
#define BUS_OBJERR  3
#define TRAP_BRKPT  1
#define TRAP_TRACE  2

#define CLD_NOOP      0
#define CLD_EXITED    1
#define CLD_KILLED    2
#define CLD_DUMPED    3
#define CLD_TRAPPED   4
#define CLD_STOPPED   5
#define CLD_CONTINUED 6

#define SI_USER    0x10001 /* raise(), kill() */
#define SI_QUEUE   0x10002
#define SI_TIMER   0x10003
#define SI_ASYNCIO 0x10004
#define SI_MESGQ   0x10005

typedef struct __siginfo {
    int si_signo;
    int si_errno;
    int si_code;
    pid_t si_pid; /* who sent it */
    uid_t si_uid;
    int si_status;
    void *si_addr;
    union sigval si_value;
    long si_band;
    unsigned long __pad[7];
} siginfo_t;

union __sigaction_u {
    void (*__sa_handler)(int);
    void (*__sa_sigaction)(int, siginfo_t *, void *);
};

struct sigaction {
    union __sigaction_u __sigaction_u;
    sigset_t sa_mask;
    int sa_flags;
};

#define sa_handler   __sigaction_u.__sa_handler
#define sa_sigaction __sigaction_u.__sa_sigaction

typedef struct sigaltstack {
    void *ss_sp;
    size_t ss_size;
    int ss_flags;
} stack_t;

int sigaltstack(const stack_t *__restrict wanted, stack_t *__restrict former);
int sigaction(int number, const struct sigaction *wanted, struct sigaction *former);

#else /* a program for another system, of what mig makes: its own */
#include_next <sys/signal.h>
#endif
