/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals that a process sends itself: who handles them, which wait, and what the handler is told.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "systest.h"

static int calls[NSIG];
static siginfo_t told;
static int nested; /* calls of SIGUSR2's handler that SIGUSR1's has seen */

static void count(int number)
{
    calls[number]++;
}

static void tell(int number, siginfo_t *info, void *context)
{
    (void)context;
    calls[number]++;
    told = *info;
}

/* Raises both signals while its own is handled. */
static void raise_more(int number)
{
    calls[number]++;
    if (calls[number] == 1) {
        EXPECT_EQ(raise(SIGUSR1), 0);
        EXPECT_EQ(raise(SIGUSR2), 0);
        EXPECT_EQ(calls[number], 1); /* it waits until this call of the handler is over */
        nested = calls[SIGUSR2];
    }
}

static void set(int number, void (*handler)(int), int flags, sigset_t mask)
{
    const struct sigaction action = { .sa_handler = handler, .sa_flags = flags, .sa_mask = mask };
    EXPECT_EQ(sigaction(number, &action, NULL), 0);
}

static void begin(void)
{
    memset(calls, 0, sizeof(calls));
    memset(&told, 0, sizeof(told));
    nested = 0;
}

CASE(an_action_is_set_and_told_again)
{
    struct sigaction former;
    begin();
    set(SIGUSR1, count, SA_RESTART, 4);
    EXPECT_EQ(sigaction(SIGUSR1, NULL, &former), 0);
    EXPECT(former.sa_handler == count && former.sa_flags == SA_RESTART && former.sa_mask == 4);
    EXPECT_EQ(raise(SIGUSR1), 0);
    EXPECT_EQ(kill(getpid(), SIGUSR1), 0);
    EXPECT_EQ(calls[SIGUSR1], 2);
    EXPECT(signal(SIGUSR1, SIG_DFL) == count);
    EXPECT(sigaction(SIGKILL, &former, NULL) == -1 && errno == EINVAL);
    EXPECT_EQ(sigaction(SIGKILL, NULL, &former), 0);
    EXPECT(sigaction(NSIG, NULL, &former) == -1 && errno == EINVAL);
}

CASE(a_handler_is_told_about_its_signal)
{
    begin();
    const struct sigaction action = { .sa_sigaction = tell, .sa_flags = SA_SIGINFO };
    EXPECT_EQ(sigaction(SIGTERM, &action, NULL), 0);
    EXPECT_EQ(raise(SIGTERM), 0);
    EXPECT(told.si_signo == SIGTERM && told.si_code == SI_USER && told.si_pid == getpid());
    EXPECT(signal(SIGTERM, SIG_DFL) != SIG_ERR);
}

CASE(a_handler_for_one_signal_goes_after_it)
{
    struct sigaction former;
    begin();
    set(SIGCHLD, count, SA_RESETHAND, 0);
    EXPECT_EQ(raise(SIGCHLD), 0);
    EXPECT_EQ(raise(SIGCHLD), 0); /* nobody's now, and it ends no process */
    EXPECT_EQ(calls[SIGCHLD], 1);
    EXPECT_EQ(sigaction(SIGCHLD, NULL, &former), 0);
    EXPECT(former.sa_handler == SIG_DFL);
}

CASE(a_signal_waits_while_its_handler_runs)
{
    begin();
    set(SIGUSR1, raise_more, 0, 0);
    set(SIGUSR2, count, 0, 0);
    EXPECT_EQ(raise(SIGUSR1), 0);
    EXPECT(nested == 1 && calls[SIGUSR1] == 2);
    begin();
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR2);
    set(SIGUSR1, raise_more, 0, mask);
    EXPECT_EQ(raise(SIGUSR1), 0);
    EXPECT(nested == 0 && calls[SIGUSR1] == 2 && calls[SIGUSR2] == 1);
    set(SIGUSR1, SIG_DFL, 0, 0);
    set(SIGUSR2, SIG_DFL, 0, 0);
}

CASE(a_blocked_signal_waits)
{
    sigset_t mask, former, waiting;
    begin();
    set(SIGUSR1, count, 0, 0);
    sigfillset(&mask);
    EXPECT_EQ(sigprocmask(SIG_BLOCK, &mask, &former), 0);
    EXPECT_EQ(former, 0);
    EXPECT_EQ(raise(SIGUSR1), 0);
    EXPECT_EQ(raise(SIGUSR1), 0);
    EXPECT_EQ(calls[SIGUSR1], 0);
    EXPECT_EQ(sigpending(&waiting), 0);
    EXPECT(sigismember(&waiting, SIGUSR1) && !sigismember(&waiting, SIGTERM));
    EXPECT_EQ(pthread_sigmask(99, &mask, NULL), EINVAL);
    EXPECT_EQ(sigprocmask(SIG_SETMASK, &former, &mask), 0);
    EXPECT_EQ(calls[SIGUSR1], 1); /* however often it came */
    EXPECT(!sigismember(&mask, SIGKILL) && sigismember(&mask, SIGTERM));
    set(SIGUSR1, SIG_DFL, 0, 0);
}

static void *raise_in_thread(void *nothing)
{
    EXPECT_EQ(raise(SIGUSR1), 0);
    return nothing;
}

/* Each thread has signals of its own that it blocks. */
CASE(another_threads_signal_is_not_blocked)
{
    pthread_t thread;
    sigset_t mask, former;
    begin();
    set(SIGUSR1, count, 0, 0);
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    EXPECT_EQ(pthread_create(&thread, NULL, raise_in_thread, NULL), 0);
    EXPECT_EQ(pthread_sigmask(SIG_BLOCK, &mask, &former), 0);
    EXPECT_EQ(pthread_join(thread, NULL), 0);
    EXPECT_EQ(calls[SIGUSR1], 1);
    EXPECT_EQ(pthread_sigmask(SIG_SETMASK, &former, NULL), 0);
    set(SIGUSR1, SIG_DFL, 0, 0);
}

/* Memory and ports of a first thread stay, as does the port to the process server. */
void systest_prepare(void)
{
    pthread_t thread;
    set(SIGUSR1, count, 0, 0);
    EXPECT_EQ(pthread_create(&thread, NULL, raise_in_thread, NULL), 0);
    EXPECT_EQ(pthread_join(thread, NULL), 0);
    set(SIGUSR1, SIG_DFL, 0, 0);
}
