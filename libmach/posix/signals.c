/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is to be done about signals. Handlers are the process's, blocked signals each thread's; a signal
 * that its thread has blocked waits until some thread lets it through. As on Darwin a
 * handler stays until it is replaced. What comes from outside, faults among it, comes through signal_run.c;
 * the process server knows for which signals, and ends the process by the others.
 */
#include "signals.h"

#include <errno.h>
#include <pthread.h>
#include <unistd.h>

#include <mach/mach_init.h>
#include <mach/mach_traps.h>
#include <mach/thread_act.h>
#include <mach/thread_switch.h>
#include <mach_r/proc.h>

#include "../threads/park.h"
#include "../threads/thread_block.h"
#include "errors.h"
#include "fork.h"
#include "process.h"

typedef void handler_t(int);

static uint32_t lock;                  /* its holder lets no handler run on its thread */
static struct sigaction actions[NSIG]; /* (lock) */
static sigset_t pending;               /* (a) blocked when they came */
static siginfo_t pending_infos[NSIG];  /* of those in `pending`, the last that came */
__thread sigset_t signal_blocked;

static bool is_signal(int number)
{
    return number > 0 && number < NSIG;
}

/* What nobody can catch, ignore or block. */
#define UNSTOPPABLE (signal_bit(SIGKILL) | signal_bit(SIGSTOP))

/* Let those signals through that came while they were blocked, and are not any more. */
static void deliver_pending(void);

/* Take the lock. Returns: the signals to block when it is free. */
static sigset_t actions_lock(void)
{
    sigset_t before = signal_blocked;
    signal_blocked = ~(sigset_t)0;
    word_lock(&lock);
    return before;
}

static void actions_unlock(sigset_t blocked)
{
    word_unlock(&lock);
    signal_blocked = blocked;
    deliver_pending();
}

/* Tell the process server what to send here. Without one nothing comes from outside. */
static void tell_server(void)
{
    unsigned caught = 0;
    unsigned ignored = 0;
    for (int number = 1; number < NSIG; number++) {
        if (actions[number].sa_handler == SIG_IGN) {
            ignored |= (unsigned)signal_bit(number);
        } else if (actions[number].sa_handler != SIG_DFL) {
            caught |= (unsigned)signal_bit(number);
        }
    }
    if (process_port() != MACH_PORT_NULL) {
        kern_return_t result;
        PROCESS_CALL(result, proc_set_signals(process, (uint64_t)signal_entry, caught, ignored));
        (void)result;
    }
}

void signal_forget_handlers(void)
{
    if (process_port() != MACH_PORT_NULL) {
        (void)proc_set_signals(process_port(), 0, 0, 0);
    }
}

struct sigaction signal_action(int number)
{
    return actions[number]; /* not locked: the thread may be anywhere, and only the flags matter */
}

int sigaction(int number, const struct sigaction *wanted, struct sigaction *former)
{
    if (!is_signal(number) || (wanted != NULL && (signal_bit(number) & UNSTOPPABLE))) {
        return fail_errno(EINVAL);
    }
    sigset_t blocked = actions_lock();
    struct sigaction old = actions[number];
    if (wanted != NULL) {
        actions[number] = *wanted;
        if (wanted->sa_handler != old.sa_handler) {
            tell_server();
        }
    }
    actions_unlock(blocked);
    if (former != NULL) {
        *former = old;
    }
    return 0;
}

handler_t *signal(int number, handler_t *handler)
{
    struct sigaction wanted = { .sa_handler = handler, .sa_flags = SA_RESTART };
    struct sigaction former;
    if (handler == SIG_ERR) {
        errno = EINVAL;
        return SIG_ERR;
    }
    return sigaction(number, &wanted, &former) == 0 ? former.sa_handler : SIG_ERR;
}

/* What is to be done about signal NUMBER now. */
static struct sigaction action_take(int number)
{
    sigset_t blocked = signal_blocked;
    signal_blocked = ~(sigset_t)0;
    word_lock(&lock);
    struct sigaction action = actions[number];
    if ((action.sa_flags & SA_RESETHAND) && action.sa_handler != SIG_IGN) {
        actions[number] = (struct sigaction){ .sa_handler = SIG_DFL };
        tell_server();
    }
    word_unlock(&lock);
    signal_blocked = blocked;
    return action;
}

struct handler_call {
    const struct sigaction *action;
    siginfo_t *info;
    void *context;
};

static void run_handler(const void *argument)
{
    const struct handler_call *call = argument;
    if (call->action->sa_flags & SA_SIGINFO) {
        call->action->sa_sigaction(call->info->si_signo, call->info, call->context);
    } else {
        call->action->sa_handler(call->info->si_signo);
    }
}

/* Signals from outside, which have a context, are on the right stack already. */
static void call_handler(const struct sigaction *action, siginfo_t *info, void *context)
{
    struct handler_call call = { action, info, context };
    uint64_t stack = context == NULL && (action->sa_flags & SA_ONSTACK) ? signal_other_stack() : 0;
    sigset_t before = signal_blocked;
    signal_blocked |= action->sa_mask & ~UNSTOPPABLE;
    if (!(action->sa_flags & SA_NODEFER)) {
        signal_blocked |= signal_bit(info->si_signo);
    }
    if (stack != 0) {
        signal_on_stack(stack, run_handler, &call);
    } else {
        run_handler(&call);
    }
    signal_blocked = before;
    signal_handled();
}

static int deliver(siginfo_t *info, void *context)
{
    int number = info->si_signo;
    struct sigaction action = action_take(number);
    if (action.sa_handler == SIG_DFL) {
        return signal_bit(number) & PROC_SIGNALS_HARMLESS ? 0 : process_kill(getpid(), number);
    }
    if (action.sa_handler != SIG_IGN) {
        call_handler(&action, info, context);
    }
    return 0;
}

static siginfo_t own_info(int number)
{
    return (siginfo_t){
        .si_signo = number, .si_code = SI_USER, .si_pid = getpid(), .si_uid = getuid()
    };
}

static void deliver_pending(void)
{
    if ((__atomic_load_n(&pending, __ATOMIC_ACQUIRE) & ~signal_blocked) == 0) {
        return;
    }
    for (int number = 1; number < NSIG; number++) {
        siginfo_t info = pending_infos[number];
        if (!(signal_blocked & signal_bit(number)) &&
            signal_take_pending(signal_bit(number)) != 0) {
            (void)deliver(&info, NULL);
        }
    }
}

int signal_take_pending(sigset_t set)
{
    for (int number = 1; number < NSIG; number++) {
        sigset_t bit = set & signal_bit(number);
        if (bit != 0 && (__atomic_fetch_and(&pending, ~bit, __ATOMIC_ACQ_REL) & bit) != 0) {
            return number;
        }
    }
    return 0;
}

static int come(siginfo_t *info, void *context)
{
    if (signal_blocked & signal_bit(info->si_signo)) {
        pending_infos[info->si_signo] = *info;
        (void)__atomic_fetch_or(&pending, signal_bit(info->si_signo), __ATOMIC_ACQ_REL);
        signal_handled();
        return 0;
    }
    int result = deliver(info, context);
    deliver_pending(); /* of those that only the handler had blocked */
    return result;
}

void signal_come(siginfo_t *info, void *context)
{
    (void)come(info, context);
}

int raise(int number)
{
    if (!is_signal(number)) {
        return fail_errno(EINVAL);
    }
    siginfo_t info = own_info(number);
    return come(&info, NULL);
}

int pthread_kill(pthread_t thread, int number)
{
    if (number < 0 || number >= NSIG) {
        return EINVAL;
    }
    if (__atomic_load_n(&thread->exited, __ATOMIC_ACQUIRE)) {
        return ESRCH;
    }
    if (number == 0) {
        return 0;
    }
    while (!__atomic_load_n(&thread->has_begun, __ATOMIC_ACQUIRE)) {
        (void)thread_switch(thread->thread_port, SWITCH_OPTION_DEPRESS, 1);
    }
    return thread == pthread_self() ? (raise(number) == 0 ? 0 : errno)
                                    : signal_send(thread->thread_port, number);
}

int pthread_sigmask(int how, const sigset_t *set, sigset_t *former)
{
    sigset_t before = signal_blocked;
    if (set != NULL) {
        switch (how) {
        case SIG_BLOCK: signal_blocked |= *set & ~UNSTOPPABLE; break;
        case SIG_UNBLOCK: signal_blocked &= ~*set; break;
        case SIG_SETMASK: signal_blocked = *set & ~UNSTOPPABLE; break;
        default: return EINVAL;
        }
        deliver_pending();
    }
    if (former != NULL) {
        *former = before;
    }
    return 0;
}

int sigprocmask(int how, const sigset_t *set, sigset_t *former)
{
    int error = pthread_sigmask(how, set, former);
    return error == 0 ? 0 : fail_errno(error);
}

int sigpending(sigset_t *set)
{
    *set = __atomic_load_n(&pending, __ATOMIC_ACQUIRE);
    return 0;
}

void signals_after_fork(void)
{
    lock = 0;
    pending = 0;
    signal_wait_after_fork();
}
