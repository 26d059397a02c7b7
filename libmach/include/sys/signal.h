/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newlib's declarations, with Darwin's struct sigaction, siginfo_t and numbers.
 */
#pragma once

#if __has_include(<newlib.h>)

/* newlib has both by other members. */
#define sigaction newlib_sigaction
#define siginfo_t newlib_siginfo_t
#include_next <sys/signal.h>
#undef sigaction
#undef siginfo_t
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

#define SA_ONSTACK   0x01 /* accepted: there is no other stack */
#define SA_RESTART   0x02 /* accepted: no call is broken off by a signal */
#define SA_RESETHAND 0x04 /* the handler is for one signal */
#define SA_NOCLDSTOP 0x08 /* accepted: who waits for a child is told, and nobody else */
#define SA_NODEFER   0x10 /* the signal is not blocked while its handler runs */
#define SA_NOCLDWAIT 0x20 /* accepted, likewise */
#define SA_SIGINFO   0x40 /* the handler is sa_sigaction */

#define SI_USER    0x10001 /* raise(), kill() */
#define SI_QUEUE   0x10002
#define SI_TIMER   0x10003
#define SI_ASYNCIO 0x10004
#define SI_MESGQ   0x10005

typedef struct __siginfo {
    int si_signo;
    int si_errno;
    int si_code;
    pid_t si_pid; /* the process itself: no other's signals reach a handler */
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

int sigaction(int number, const struct sigaction *wanted, struct sigaction *former);

#else /* a program for another system, of what mig makes: its own */
#include_next <sys/signal.h>
#endif
