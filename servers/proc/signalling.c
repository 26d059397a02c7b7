/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sending is done with the lock held: it takes calls of the kernel only, on a task that cannot delay them.
 * What the frame is and why it lies where it does, see <mach_r/signal_frame.h>.
 */
#include "signalling.h"

#include <signal.h>

#include <mach/mach_vm.h>

#include <mach_r/proc_server.h>
#include <mach_r/signal_frame.h>

#include "adopt.h"
#include "crash_report.h"
#include "lifecycle.h"
#include "proc.h"

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

static kern_return_t interrupt(const struct process *process, int signal, int32_t sender)
{
    struct signal_frame frame = { .signal = signal, .code = SI_USER, .sender = sender };
    mach_port_t thread = first_thread(process->task);
    if (thread == MACH_PORT_NULL) {
        return KERN_SUCCESS; /* it is ending */
    }
    kern_return_t result = signal_interrupt(process->task, thread, process->signal_entry, &frame);
    right_release(&thread);
    return result == KERN_RESOURCE_SHORTAGE ? SERVER_ERROR_NO_MEMORY : KERN_SUCCESS;
}

kern_return_t process_signal(struct process *process, int signal, int32_t sender)
{
    unsigned bit = PROC_SIGNAL_BIT(signal);
    if ((process->caught & bit) != 0 && process->pid != sender) {
        return interrupt(process, signal, sender);
    }
    if ((process->ignored & bit) == 0 && (PROC_SIGNALS_HARMLESS & bit) == 0) {
        process_end(process, PROC_STATUS_SIGNAL(signal));
    }
    return KERN_SUCCESS;
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
