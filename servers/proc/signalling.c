/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A signal is sent under the lock, so that two senders do not change the same thread's registers at a time; and
 * tried once: whoever holds the lock never waits for another task. A thread may be in a call of the kernel that
 * cannot be broken off, for as long as its program likes. Then the signal stays pending, as one bit as on any
 * Unix, and a thread of this server tries again, with the lock given up in between, until it is sent or the
 * process has ended. What the process then does about it counts, not what it did before.
 * What the frame is and why it lies where it does, see <mach_r/signal_frame.h>.
 */
#include "signalling.h"

#include <signal.h>

#include <mach/clock_types.h>
#include <mach/mach_vm.h>
#include <mach/semaphore.h>
#include <mach/sync_policy.h>

#include <mach_r/proc_server.h>
#include <mach_r/signal_frame.h>

#include "adopt.h"
#include "crash_report.h"
#include "lifecycle.h"
#include "proc.h"

/* Milliseconds between two tries: doubled up to the latter. */
#define DELAY_FIRST 1
#define DELAY_MAX   64

/* Signalled when a signal has become pending. */
static semaphore_t has_pending;

kern_return_t serve_proc_set_signals(mach_port_t port, uint64_t entry, unsigned caught,
                                     unsigned ignored)
{
    struct process *process = process_by_port(port);
    if (process == nullptr) {
        return SERVER_ERROR_NO_PROCESS;
    }
    process->signal_entry = entry;
    process->caught = caught;
    process->ignored = ignored;
    return KERN_SUCCESS;
}

/* The first of TASK's threads: the one that main() runs on. References: the caller's. Returns: null. */
static mach_port_t first_thread(mach_port_t task)
{
    thread_act_array_t threads;
    mach_msg_type_number_t count;
    mach_port_t first = MACH_PORT_NULL;
    if (task_threads(task, &threads, &count) != KERN_SUCCESS) {
        return MACH_PORT_NULL;
    }
    for (mach_msg_type_number_t i = 0; i < count; i++) {
        if (first == MACH_PORT_NULL) {
            first = threads[i];
        } else {
            right_release(&threads[i]);
        }
    }
    (void)mach_vm_deallocate(mach_task_self(), (mach_vm_address_t)threads,
                             count * sizeof(threads[0]));
    return first;
}

/* Send PROCESS the SIGNAL that it catches. Returns: as signal_try(). */
static kern_return_t interrupt(const struct process *process, int signal, int32_t sender)
{
    struct signal_frame frame = { .signal = signal, .code = SI_USER, .sender = sender };
    mach_port_t thread = first_thread(process->task);
    if (thread == MACH_PORT_NULL) {
        return KERN_SUCCESS; /* it is ending */
    }
    kern_return_t result = signal_try(process->task, thread, process->signal_entry, &frame);
    right_release(&thread);
    return result;
}

/* Do about SIGNAL what PROCESS wants. Returns: as proc_kill; KERN_ABORTED, it has to be tried again. */
static kern_return_t try_signal(struct process *process, int signal, int32_t sender)
{
    unsigned bit = PROC_SIGNAL_BIT(signal);
    if ((process->caught & bit) != 0 && process->pid != sender) {
        kern_return_t result = interrupt(process, signal, sender);
        if (result == KERN_ABORTED) {
            process->pending |= bit;
            process->senders[signal] = sender;
            return result;
        }
        return result == KERN_RESOURCE_SHORTAGE ? SERVER_ERROR_NO_MEMORY : KERN_SUCCESS;
    }
    if ((process->ignored & bit) == 0 && (PROC_SIGNALS_HARMLESS & bit) == 0) {
        process_end(process, PROC_STATUS_SIGNAL(signal));
    }
    return KERN_SUCCESS;
}

kern_return_t process_signal(struct process *process, int signal, int32_t sender)
{
    kern_return_t result = try_signal(process, signal, sender);
    if (result != KERN_ABORTED) {
        return result;
    }
    (void)semaphore_signal(has_pending);
    return KERN_SUCCESS;
}

/* The first living process behind PID that has pending signals, or null. */
static struct process *next_pending(int32_t pid)
{
    struct process *process = process_first();
    while (process != nullptr &&
           (process->pid <= pid || process->is_zombie || process->pending == 0)) {
        process = process->next;
    }
    return process;
}

/* Try once to send a pending signal of each process, which may end by it. Returns: false if none was. */
static bool send_pending(void)
{
    struct process *process = next_pending(0);
    bool was_any = process != nullptr;
    while (process != nullptr) {
        int32_t pid = process->pid;
        int signal = __builtin_ctz(process->pending);
        process->pending &= ~PROC_SIGNAL_BIT(signal);
        (void)try_signal(process, signal, process->senders[signal]);
        process = next_pending(pid);
    }
    return was_any;
}

/* Wait DELAY milliseconds, or for a signal that becomes pending. */
static void wait_between_tries(unsigned delay)
{
    const mach_timespec_t time = { 0, (clock_res_t)(delay * NSEC_PER_MSEC) };
    (void)semaphore_timedwait(has_pending, time);
}

bool signalling_prepare(void)
{
    return semaphore_create(mach_task_self(), &has_pending, SYNC_POLICY_FIFO, 0) == KERN_SUCCESS;
}

void *signalling_serve(void *argument)
{
    unsigned delay = DELAY_FIRST;
    (void)argument;
    proc_thread_prepare();
    for (;;) {
        proc_lock();
        bool was_any = send_pending();
        proc_unlock();
        if (was_any) {
            wait_between_tries(delay);
            delay = delay < DELAY_MAX ? 2 * delay : DELAY_MAX;
        } else {
            (void)semaphore_wait(has_pending);
            delay = DELAY_FIRST;
        }
    }
}

/* What is said of a page fault, and of division: si_code. */
static int fault_code(int signal, const int64_t codes[2])
{
    switch (signal) {
    case PROC_SIGNAL_SEGMENT: return codes[0] == KERN_INVALID_ADDRESS ? SEGV_MAPERR : SEGV_NOOP;
    case PROC_SIGNAL_BUS: return BUS_ADRERR;
    case PROC_SIGNAL_ILLEGAL: return codes[0] == EXC_I386_INVOP ? ILL_ILLOPC : ILL_NOOP;
    case PROC_SIGNAL_ARITHMETIC: return codes[0] == EXC_I386_DIV ? FPE_INTDIV : FPE_NOOP;
    case PROC_SIGNAL_TRAP: return TRAP_BRKPT;
    default: return 0;
    }
}

/* si_addr: of a page fault the address, else where the thread was. */
static uint64_t fault_address(mach_port_t thread, int signal, const int64_t codes[2])
{
    x86_thread_state64_t registers = {};
    mach_msg_type_number_t count = x86_THREAD_STATE64_COUNT;
    if (signal == PROC_SIGNAL_SEGMENT || signal == PROC_SIGNAL_BUS) {
        return codes[0] == EXC_I386_GPFLT ? 0 : (uint64_t)codes[1];
    }
    (void)thread_get_state(thread, x86_THREAD_STATE64, (thread_state_t)&registers, &count);
    return registers.__rip;
}

bool signal_catch_fault(mach_port_t task, mach_port_t thread, exception_type_t exception,
                        const int64_t codes[2])
{
    struct signal_frame frame = { .signal = crash_signal(exception, codes[0]), .is_fault = 1 };
    uint64_t entry = 0;
    proc_lock();
    struct process *process = process_by_task(task);
    if (process != nullptr && (process->caught & PROC_SIGNAL_BIT(frame.signal)) != 0) {
        entry = process->signal_entry;
        frame.sender = process->pid;
    }
    proc_unlock();
    if (entry == 0) {
        return false;
    }
    frame.code = fault_code(frame.signal, codes);
    frame.address = fault_address(thread, frame.signal, codes);
    return signal_deliver(task, thread, entry, &frame) == KERN_SUCCESS;
}
