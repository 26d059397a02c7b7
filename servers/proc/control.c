/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waiting for processes and ending them: routines of proc.defs, where they and their errors are
 * described.
 */
#include <mach/mach.h>
#include <mach_r/proc_server.h>

#include "lifecycle.h"
#include "proc.h"
#include "adopt.h"
#include "signalling.h"

kern_return_t serve_proc_wait(mach_port_t port, mach_port_t reply, int pid, int flags, int *child,
                              int *status)
{
    struct process *ended;
    struct process *parent = process_by_port(port);
    if ((flags & ~PROC_NO_WAIT) != 0) {
        return SERVER_ERROR_INVALID;
    }
    switch (parent != nullptr ? wait_look(parent, pid, &ended) : WAIT_NO_CHILD) {
    case WAIT_ENDED:
        if (!process_is_answerable(reply)) {
            right_release(&reply);
            return MIG_NO_REPLY;
        }
        *child = ended->pid;
        *status = ended->status;
        process_reap(ended);
        return KERN_SUCCESS;
    case WAIT_RUNNING:
        if ((flags & PROC_NO_WAIT) != 0) {
            *child = 0;
            return KERN_SUCCESS;
        }
        return wait_add(parent, pid, reply) ? MIG_NO_REPLY : SERVER_ERROR_NO_MEMORY;
    default: return SERVER_ERROR_NO_CHILD;
    }
}

/* Nobody stops or continues here. */
static bool is_signal(int signal)
{
    return signal > 0 && signal < PROC_SIGNAL_COUNT &&
           (PROC_SIGNALS_STOPPING & PROC_SIGNAL_BIT(signal)) == 0;
}

kern_return_t serve_proc_kill(mach_port_t port, int pid, int signal)
{
    const struct process *sender = process_by_port(port);
    struct process *process = process_by_pid(pid);
    if (!is_signal(signal)) {
        return SERVER_ERROR_INVALID;
    }
    if (process == nullptr) {
        return SERVER_ERROR_NO_PROCESS;
    }
    if (process->pid == PID_INIT) {
        return SERVER_ERROR_NOT_PERMITTED;
    }
    if (process->is_zombie) {
        return KERN_SUCCESS;
    }
    if (process->task == mach_task_self()) {
        proc_end_self();
        return KERN_SUCCESS;
    }
    return process_signal(process, signal, sender != nullptr ? sender->pid : 0);
}

kern_return_t serve_proc_interrupt(mach_port_t port)
{
    struct process *process = process_by_port(port);
    if (process != nullptr && process->pid != PID_INIT && process->task != mach_task_self()) {
        (void)process_signal(process, PROC_SIGNAL_INTERRUPT, 0);
    }
    return KERN_SUCCESS;
}

kern_return_t serve_proc_exit(mach_port_t port, int status)
{
    struct process *process = process_by_port(port);
    if (process == nullptr) {
        return SERVER_ERROR_NO_PROCESS;
    }
    process_end(process, PROC_STATUS_EXIT(status));
    return KERN_SUCCESS;
}

kern_return_t serve_proc_attach(mach_port_t service, mach_port_t task, mach_port_t *port,
                                mach_msg_type_name_t *type, int *pid)
{
    if (service != proc_service_port()) {
        return SERVER_ERROR_INVALID;
    }
    struct process *process = adopt_task(task);
    if (process == nullptr) {
        return adopt_is_task(task) ? SERVER_ERROR_NO_MEMORY : SERVER_ERROR_INVALID;
    }
    right_release(&task);
    *type = proc_port_send_right(process->port, port);
    *pid = process->pid;
    return KERN_SUCCESS;
}
