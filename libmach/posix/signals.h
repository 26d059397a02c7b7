/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What signals.c, which knows the actions, and signal_run.c, which runs handlers of signals from outside,
 * tell each other.
 */
#pragma once

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include <mach_r/signal_frame.h>

struct thread_block;

/* The signals that the calling thread blocks. */
extern __thread sigset_t signal_blocked;

static inline sigset_t signal_bit(int number)
{
    return (sigset_t)1 << number;
}

/* What is to be done about signal NUMBER, without taking it. */
struct sigaction signal_action(int number);

/* Signal INFO->si_signo has come to the calling thread, which CONTEXT (or null) says what it was doing: do what
 * is to be done about it, or note it if it is blocked. Then about those that waited for the handler. */
void signal_come(siginfo_t *info, void *context);

/* The process has no handlers any more for what comes from outside. */
void signal_forget_handlers(void);

/* The end of the calling thread's other stack, if it has one and is not on it; else 0. */
uint64_t signal_other_stack(void);

/* In assembly: call FUNCTION on the stack that ends at TOP. */
void signal_on_stack(uint64_t top, void (*function)(const void *), const void *argument);

/* In assembly: where a thread goes on that was sent a signal. */
void signal_entry(void);

/* Send signal NUMBER, of this process, to the thread of PORT, which is another. Returns: 0; ESRCH. */
int signal_send(mach_port_t thread, int number);

/* Take one of the signals of SET that wait for a thread that lets them through. Returns: it; 0, none. */
int signal_take_pending(sigset_t set);

/* How many signals the calling thread has handled. */
uint32_t signal_handled_count(void);

/* A signal was handled, or began to wait: threads in sigsuspend() and sigwait() look again. Called anywhere. */
void signal_handled(void);
