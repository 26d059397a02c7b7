/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals between processes, and faults that no handler can take, which end the process as if there were none.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mach/mach.h>
#include <mach/mach_vm.h>

#include "fork_frame.h"
#include "signal_steps.h"

static volatile int calls;
static volatile pid_t sender;

static void note(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    calls++;
    sender = info->si_pid;
}

static void on(int number, void (*handler)(int, siginfo_t *, void *), int flags)
{
    calls = 0;
    EXPECT_EQ(set_handler(number, handler, flags), 0);
}

static void fault_again(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)info;
    (void)context;
    touch(0x30);
}

static int end_of(void (*child)(void))
{
    int status = 0;
    pid_t pid = fork();
    if (pid == 0) {
        child();
        _exit(99);
    }
    EXPECT_EQ(waitpid(pid, &status, 0), pid);
    return status;
}

static void fault_in_handler(void)
{
    on(SIGSEGV, fault_again, 0);
    touch(0x20);
}

static void overflow_without_stack(void)
{
    on(SIGSEGV, fault_again, 0);
    on(SIGBUS, fault_again, 0);
    overflow();
}

static void write_constant(void)
{
    touch((uintptr_t)write_constant);
}

static void a_fault_that_cannot_be_handled_ends_the_process(void)
{
    int status = end_of(fault_in_handler);
    EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGSEGV);
    EXPECT(WIFSIGNALED(end_of(overflow_without_stack)));
    status = end_of(write_constant);
    EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGBUS);
}

static void wait_for_two(void)
{
    sigset_t usr1, none;
    sigemptyset(&none);
    sigemptyset(&usr1);
    sigaddset(&usr1, SIGUSR1);
    (void)sigprocmask(SIG_BLOCK, &usr1, NULL);
    on(SIGUSR1, note, 0);
    (void)kill(getppid(), SIGUSR2);
    (void)sigsuspend(&none);
    _exit(calls == 1 && sender == getppid() ? 5 : 6);
}

/* Parent and child send each other one. */
static void another_process_is_sent_a_signal(void)
{
    int status = 0;
    sigset_t usr2, none;
    sigemptyset(&none);
    sigemptyset(&usr2);
    sigaddset(&usr2, SIGUSR2);
    EXPECT_EQ(sigprocmask(SIG_BLOCK, &usr2, NULL), 0);
    on(SIGUSR2, note, 0);
    pid_t pid = fork();
    if (pid == 0) {
        wait_for_two();
    }
    EXPECT(sigsuspend(&none) == -1 && errno == EINTR);
    EXPECT(calls == 1 && sender == pid);
    EXPECT_EQ(kill(pid, SIGUSR1), 0);
    EXPECT_EQ(waitpid(pid, &status, 0), pid);
    EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 5);
    EXPECT_EQ(sigprocmask(SIG_UNBLOCK, &usr2, NULL), 0);
    EXPECT(signal(SIGUSR2, SIG_DFL) != SIG_ERR);
}

static void ignore_and_wait(void)
{
    int number;
    sigset_t set;
    (void)signal(SIGTERM, SIG_IGN);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    on(SIGUSR1, note, 0);
    (void)kill(getppid(), SIGUSR2);
    (void)sigwait(&set, &number);
    _exit(7);
}

static void an_ignored_signal_ends_nothing(void)
{
    int status = 0;
    int number;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    EXPECT_EQ(sigprocmask(SIG_BLOCK, &set, NULL), 0);
    on(SIGUSR2, note, 0);
    pid_t pid = fork();
    if (pid == 0) {
        ignore_and_wait();
    }
    EXPECT_EQ(sigwait(&set, &number), 0);
    EXPECT_EQ(kill(pid, SIGTERM), 0);
    EXPECT_EQ(kill(pid, SIGCHLD), 0);
    EXPECT(kill(pid, SIGSTOP) == -1 && errno == EINVAL); /* nobody stops here */
    EXPECT_EQ(kill(pid, SIGUSR1), 0);
    EXPECT_EQ(waitpid(pid, &status, 0), pid);
    EXPECT(WIFEXITED(status) && WEXITSTATUS(status) == 7);
    EXPECT_EQ(sigprocmask(SIG_UNBLOCK, &set, NULL), 0);
    EXPECT(signal(SIGUSR2, SIG_DFL) != SIG_ERR);
}

#define BUSY_PAGES  512
#define BUSY_ROUNDS 100

static volatile int *seen; /* shared: signals that the child has handled */

static void count_seen(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)info;
    (void)context;
    (*seen)++;
}

/* Nearly always in a call of the kernel that cannot be broken off. */
static void copy_for_ever(void)
{
    mach_vm_address_t from = 0, to = 0;
    on(SIGUSR1, count_seen, 0);
    (void)mach_vm_allocate(mach_task_self(), &from, BUSY_PAGES * PAGE, VM_FLAGS_ANYWHERE);
    (void)mach_vm_allocate(mach_task_self(), &to, BUSY_PAGES * PAGE, VM_FLAGS_ANYWHERE);
    for (uint64_t i = 0; i < BUSY_PAGES; i++) {
        touch(from + i * PAGE);
    }
    *seen = 0;
    for (;;) {
        (void)mach_vm_write(mach_task_self(), to, from, BUSY_PAGES * PAGE - 1);
    }
}

static void wait_until_seen(int count)
{
    while (*seen < count) {
        (void)sched_yield();
    }
}

static void a_signal_waits_for_a_thread_that_cannot_be_interrupted(void)
{
    int status = 0;
    seen = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_ANON | MAP_SHARED, -1, 0);
    *seen = -1;
    pid_t pid = fork();
    if (pid == 0) {
        copy_for_ever();
    }
    wait_until_seen(0);
    for (int i = 1; i <= BUSY_ROUNDS; i++) {
        EXPECT_EQ(kill(pid, SIGUSR1), 0);
        wait_until_seen(i);
    }
    EXPECT_EQ(kill(pid, SIGTERM), 0);
    EXPECT_EQ(waitpid(pid, &status, 0), pid);
    EXPECT(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
    EXPECT_EQ(munmap((void *)(uintptr_t)seen, PAGE), 0);
}

int main(void)
{
    static const struct fork_case cases[] = {
        FORK_CASE(a_fault_that_cannot_be_handled_ends_the_process),
        FORK_CASE(another_process_is_sent_a_signal),
        FORK_CASE(an_ignored_signal_ends_nothing),
        FORK_CASE(a_signal_waits_for_a_thread_that_cannot_be_interrupted),
    };
    return fork_run(cases, (int)(sizeof(cases) / sizeof(cases[0])));
}
