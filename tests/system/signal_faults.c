/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals from outside: faults and what other threads send reach handlers, which can go on, change the
 * registers, or leave by a jump.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#include <mach/mach.h>
#include <mach/mach_time.h>

#include "signal_steps.h"
#include "systest.h"

static sigjmp_buf place;
static siginfo_t told;
static volatile int calls;
static volatile uintptr_t handler_stack;
static char other_stack[SIGSTKSZ];

static void on(int number, void (*handler)(int, siginfo_t *, void *), int flags)
{
    calls = 0;
    memset(&told, 0, sizeof(told));
    EXPECT_EQ(set_handler(number, handler, flags), 0);
}

static void jump(int number, siginfo_t *info, void *context)
{
    (void)context;
    calls++;
    told = *info;
    handler_stack = (uintptr_t)__builtin_frame_address(0);
    siglongjmp(place, number);
}

CASE(a_handler_of_a_fault_jumps_out)
{
    on(SIGSEGV, jump, 0);
    for (int i = 1; i <= 3; i++) {
        if (sigsetjmp(place, 1) == 0) {
            touch(0x10);
            EXPECT(false);
        }
        EXPECT_EQ(calls, i);
    }
    EXPECT(told.si_signo == SIGSEGV && told.si_code == SEGV_MAPERR);
    EXPECT_EQ((uintptr_t)told.si_addr, 0x10);
    if (sigsetjmp(place, 1) == 0) {
        touch((uintptr_t)1 << 63); /* no address at all, and the processor does not tell it */
    }
    EXPECT(told.si_signo == SIGSEGV && told.si_code == SEGV_NOOP && told.si_addr == NULL);
    (void)setjmp(place); /* as on BSD, it keeps the mask, too */
    if (calls < 6) {
        touch(0x20);
    }
    EXPECT_EQ(calls, 6);
    EXPECT(signal(SIGSEGV, SIG_DFL) != SIG_ERR);
}

static void allow(int number, siginfo_t *info, void *context)
{
    (void)context;
    calls++;
    told = *info;
    EXPECT_EQ(number, SIGBUS);
    EXPECT_EQ(mprotect((void *)((uintptr_t)info->si_addr & ~(uintptr_t)(PAGE - 1)), PAGE,
                       PROT_READ | PROT_WRITE),
              0);
}

CASE(a_handler_that_returns_goes_on)
{
    char *page = mmap(NULL, PAGE, PROT_READ, MAP_ANON | MAP_PRIVATE, -1, 0);
    on(SIGBUS, allow, 0);
    volatile double before = 0.1;
    double sum = before + 0.2;
    page[5] = 7;
    EXPECT(calls == 1 && page[5] == 7 && told.si_addr == page + 5);
    EXPECT(sum * 3 == (before + 0.2) * 3);
    EXPECT(signal(SIGBUS, SIG_DFL) != SIG_ERR);
    EXPECT_EQ(munmap(page, PAGE), 0);
}

static void skip(int number, siginfo_t *info, void *context)
{
    ucontext_t *thread = context;
    calls++;
    told = *info;
    EXPECT(number == SIGILL && thread->uc_mcsize == sizeof(*thread->uc_mcontext));
    EXPECT_EQ(thread->uc_mcontext->__ss.__rip, (uintptr_t)info->si_addr);
    thread->uc_mcontext->__ss.__rip += 2; /* of ud2 */
    thread->uc_mcontext->__ss.__rax = 42;
}

CASE(a_handler_changes_registers)
{
    uint64_t rax = 1, rbx = 2, rflags_before, rflags_behind;
    on(SIGILL, skip, 0);
    __asm__ volatile("pushfq; popq %2; stc; ud2; pushfq; popq %3"
                     : "+a"(rax), "+b"(rbx), "=&r"(rflags_before), "=&r"(rflags_behind));
    EXPECT(calls == 1 && rax == 42 && rbx == 2);
    EXPECT_EQ(rflags_behind & 1, 1);
    EXPECT_EQ(told.si_code, ILL_ILLOPC);
    EXPECT(signal(SIGILL, SIG_DFL) != SIG_ERR);
}

CASE(a_division_by_zero_is_sigfpe)
{
    volatile int one = 1;
    volatile int zero = 0;
    on(SIGFPE, jump, 0);
    if (sigsetjmp(place, 1) == 0) {
        zero = one / zero;
    }
    EXPECT(calls == 1 && told.si_code == FPE_INTDIV);
    EXPECT(signal(SIGFPE, SIG_DFL) != SIG_ERR);
}

/* The stack that is used up is not needed for the handler. */
static void *overflow_in_thread(void *stack)
{
    EXPECT_EQ(sigaltstack(stack, NULL), 0);
    if (sigsetjmp(place, 1) == 0) {
        overflow();
    }
    stack_t off = { .ss_flags = SS_DISABLE };
    EXPECT_EQ(sigaltstack(&off, NULL), 0);
    return NULL;
}

CASE(a_handler_runs_on_another_stack)
{
    pthread_t thread;
    stack_t stack = { .ss_sp = other_stack, .ss_size = sizeof(other_stack) };
    stack_t small = { .ss_sp = other_stack, .ss_size = MINSIGSTKSZ - 1 };
    stack_t former;
    EXPECT(sigaltstack(&small, NULL) == -1 && errno == ENOMEM);
    EXPECT_EQ(sigaltstack(NULL, &former), 0);
    EXPECT_EQ(former.ss_flags, SS_DISABLE);
    on(SIGSEGV, jump, SA_ONSTACK);
    on(SIGBUS, jump, SA_ONSTACK);
    EXPECT_EQ(pthread_create(&thread, NULL, overflow_in_thread, &stack), 0);
    EXPECT_EQ(pthread_join(thread, NULL), 0);
    EXPECT_EQ(calls, 1);
    EXPECT(handler_stack > (uintptr_t)other_stack &&
           handler_stack < (uintptr_t)other_stack + sizeof(other_stack));
    EXPECT(signal(SIGSEGV, SIG_DFL) != SIG_ERR && signal(SIGBUS, SIG_DFL) != SIG_ERR);
}

static void note_stack(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)info;
    (void)context;
    stack_t off = { .ss_flags = SS_DISABLE };
    calls++;
    handler_stack = (uintptr_t)__builtin_frame_address(0);
    bool is_on = handler_stack > (uintptr_t)other_stack &&
                 handler_stack < (uintptr_t)other_stack + sizeof(other_stack);
    EXPECT(!is_on || (sigaltstack(&off, NULL) == -1 && errno == EPERM)); /* not while it is used */
}

CASE(a_handler_of_its_own_signal_runs_on_another_stack)
{
    stack_t stack = { .ss_sp = other_stack, .ss_size = sizeof(other_stack) };
    stack_t off = { .ss_flags = SS_DISABLE };
    EXPECT_EQ(sigaltstack(&stack, NULL), 0);
    on(SIGUSR1, note_stack, SA_ONSTACK);
    EXPECT_EQ(raise(SIGUSR1), 0);
    EXPECT(calls == 1 && handler_stack > (uintptr_t)other_stack &&
           handler_stack < (uintptr_t)other_stack + sizeof(other_stack));
    on(SIGUSR1, note_stack, 0);
    EXPECT_EQ(raise(SIGUSR1), 0);
    EXPECT(calls == 1 && (handler_stack < (uintptr_t)other_stack ||
                          handler_stack > (uintptr_t)other_stack + sizeof(other_stack)));
    EXPECT_EQ(sigaltstack(&off, NULL), 0);
    EXPECT(signal(SIGUSR1, SIG_DFL) != SIG_ERR);
}

static volatile pthread_t caller;

static void note(int number, siginfo_t *info, void *context)
{
    (void)number;
    (void)context;
    told = *info;
    caller = pthread_self();
    calls++; /* last: who waits for it looks at the others */
}

static uint32_t ready;

static void *spin(void *nothing)
{
    __atomic_store_n(&ready, 1, __ATOMIC_RELEASE);
    while (calls == 0) {
    }
    return nothing;
}

static void *wait_for_message(void *port)
{
    mach_msg_empty_rcv_t message;
    __atomic_store_n(&ready, 1, __ATOMIC_RELEASE);
    EXPECT_EQ(mach_msg(&message.header, MACH_RCV_MSG, 0, sizeof(message), *(mach_port_t *)port, 0,
                       MACH_PORT_NULL),
              MACH_MSG_SUCCESS);
    return NULL;
}

static void send_usr1_to(void *(*routine)(void *), mach_port_t *port)
{
    pthread_t thread;
    ready = 0;
    on(SIGUSR1, note, 0);
    EXPECT_EQ(pthread_create(&thread, NULL, routine, port), 0);
    while (__atomic_load_n(&ready, __ATOMIC_ACQUIRE) == 0) {
        (void)sched_yield();
    }
    EXPECT_EQ(pthread_kill(thread, 0), 0);
    EXPECT_EQ(pthread_kill(thread, SIGUSR1), 0);
    while (calls == 0) {
        (void)sched_yield();
    }
    EXPECT(caller == thread && told.si_pid == getpid() && told.si_code == SI_USER);
    if (port != NULL) {
        mach_msg_header_t message = {
            .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0),
            .msgh_size = sizeof(message),
            .msgh_remote_port = *port,
        };
        EXPECT_EQ(mach_msg_send(&message), MACH_MSG_SUCCESS);
    }
    EXPECT_EQ(pthread_join(thread, NULL), 0);
    EXPECT(signal(SIGUSR1, SIG_DFL) != SIG_ERR);
}

/* Whether it runs or waits; the wait goes on. */
CASE(another_thread_is_sent_a_signal)
{
    mach_port_t port;
    EXPECT_EQ(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port), KERN_SUCCESS);
    send_usr1_to(spin, NULL);
    send_usr1_to(wait_for_message, &port);
    EXPECT_EQ(mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_RECEIVE, -1),
              KERN_SUCCESS);
}

CASE(a_blocked_signal_is_waited_for)
{
    int number = 0;
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    EXPECT_EQ(sigprocmask(SIG_BLOCK, &set, NULL), 0);
    EXPECT_EQ(raise(SIGUSR2), 0);
    EXPECT_EQ(sigwait(&set, &number), 0);
    EXPECT_EQ(number, SIGUSR2);
    EXPECT_EQ(sigprocmask(SIG_UNBLOCK, &set, NULL), 0);
}

static void *nothing(void *argument)
{
    EXPECT_EQ(raise(SIGUSR1), 0);
    return argument;
}

/* The memory and ports that a first thread and wait leave behind, and in the process server a fault in each of
 * the threads that may be told of it. */
void systest_prepare(void)
{
    on(SIGSEGV, jump, 0);
    while (calls < 8) {
        if (sigsetjmp(place, 1) == 0) {
            touch(0x10);
        }
    }
    (void)signal(SIGSEGV, SIG_DFL);
    pthread_t thread;
    int number;
    sigset_t set;
    on(SIGUSR1, note, 0);
    EXPECT_EQ(pthread_create(&thread, NULL, nothing, NULL), 0);
    EXPECT_EQ(pthread_join(thread, NULL), 0);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    (void)sigprocmask(SIG_BLOCK, &set, NULL);
    (void)raise(SIGUSR1);
    (void)sigwait(&set, &number);
    (void)sigprocmask(SIG_UNBLOCK, &set, NULL);
    (void)signal(SIGUSR1, SIG_DFL);
}
