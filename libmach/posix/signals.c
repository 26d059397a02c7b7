/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals that a process sends itself: raise(), kill() of its own pid, alarm(). What others send ends it,
 * and a fault is an exception and no signal. Handlers are the process's, blocked signals each
 * thread's; a signal that its thread has blocked waits until some thread lets it through. As on Darwin a
 * handler stays until it is replaced.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <unistd.h>

#include "../threads/park.h"
#include "errors.h"
#include "fork.h"
#include "process.h"

typedef void handler_t(int);

static uint32_t lock;
static struct sigaction actions[NSIG]; /* (lock) */
static sigset_t pending;               /* (a) blocked when they came */
static __thread sigset_t blocked;

static bool is_signal(int number)
{
    return number > 0 && number < NSIG;
}

static sigset_t bit(int number)
{
    return (sigset_t)1 << number;
}

/* What nobody can catch, ignore or block. */
#define UNSTOPPABLE (bit(SIGKILL) | bit(SIGSTOP))

/* What does not end a process that has not said what to do. */
#define HARMLESS \
    (bit(SIGURG) | bit(SIGCONT) | bit(SIGCHLD) | bit(SIGIO) | bit(SIGWINCH) | bit(SIGINFO))

int sigaction(int number, const struct sigaction *wanted, struct sigaction *former)
{
    if (!is_signal(number) || (wanted != NULL && (bit(number) & UNSTOPPABLE))) {
        return fail_errno(EINVAL);
    }
    word_lock(&lock);
    struct sigaction old = actions[number];
    if (wanted != NULL) {
        actions[number] = *wanted;
    }
    word_unlock(&lock);
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
    word_lock(&lock);
    struct sigaction action = actions[number];
    if ((action.sa_flags & SA_RESETHAND) && action.sa_handler != SIG_IGN) {
        actions[number] = (struct sigaction){ .sa_handler = SIG_DFL };
    }
    word_unlock(&lock);
    return action;
}

static void call_handler(const struct sigaction *action, int number)
{
    sigset_t before = blocked;
    blocked |= action->sa_mask & ~UNSTOPPABLE;
    if (!(action->sa_flags & SA_NODEFER)) {
        blocked |= bit(number);
    }
    if (action->sa_flags & SA_SIGINFO) {
        siginfo_t info = {
            .si_signo = number, .si_code = SI_USER, .si_pid = getpid(), .si_uid = getuid()
        };
        action->sa_sigaction(number, &info, NULL);
    } else {
        action->sa_handler(number);
    }
    blocked = before;
}

static int deliver(int number)
{
    struct sigaction action = action_take(number);
    if (action.sa_handler == SIG_DFL) {
        return bit(number) & HARMLESS ? 0 : process_kill(getpid(), number);
    }
    if (action.sa_handler != SIG_IGN) {
        call_handler(&action, number);
    }
    return 0;
}

/* Let those signals through that came while they were blocked, and are not any more. */
static void deliver_pending(void)
{
    for (int number = 1; number < NSIG; number++) {
        if (!(blocked & bit(number)) &&
            (__atomic_fetch_and(&pending, ~bit(number), __ATOMIC_ACQ_REL) & bit(number))) {
            (void)deliver(number);
        }
    }
}

int raise(int number)
{
    if (!is_signal(number)) {
        return fail_errno(EINVAL);
    }
    if (blocked & bit(number)) {
        (void)__atomic_fetch_or(&pending, bit(number), __ATOMIC_ACQ_REL);
        return 0;
    }
    int result = deliver(number);
    deliver_pending(); /* of those that only the handler had blocked */
    return result;
}

int pthread_sigmask(int how, const sigset_t *set, sigset_t *former)
{
    sigset_t before = blocked;
    if (set != NULL) {
        switch (how) {
        case SIG_BLOCK: blocked |= *set; break;
        case SIG_UNBLOCK: blocked &= ~*set; break;
        case SIG_SETMASK: blocked = *set; break;
        default: return EINVAL;
        }
        blocked &= ~UNSTOPPABLE;
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
}
