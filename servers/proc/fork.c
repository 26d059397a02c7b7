/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * proc_fork of proc.defs: the copy of itself that a program has made becomes its child. What the copy
 * contains and which rights it has is the program's business; this server only gives it an identity.
 */
#include <mach/mach.h>
#include <mach_r/proc_server.h>

#include "adopt.h"
#include "lifecycle.h"
#include "proc.h"

/* One more reference of the send right PORT. Returns: PORT, or null if there is none. */
static mach_port_t right_copy(mach_port_t port)
{
    bool is_copied =
        MACH_PORT_VALID(port) &&
        mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_SEND, 1) == KERN_SUCCESS;
    return is_copied ? port : MACH_PORT_NULL;
}

kern_return_t serve_proc_fork(mach_port_t port, mach_port_t task, int *pid, mach_port_t *child_port,
                              mach_msg_type_name_t *child_type)
{
    struct process *parent = process_by_port(port);
    if (parent == nullptr) {
        return SERVER_ERROR_NO_PROCESS;
    }
    if (process_by_task(task) != nullptr || !adopt_is_task(task)) {
        return SERVER_ERROR_INVALID;
    }
    struct process *child =
        process_create(0, parent->path, parent->arguments, parent->arguments_size);
    if (child == nullptr) {
        return SERVER_ERROR_NO_MEMORY;
    }
    child->is_privileged = parent->is_privileged;
    child->signal_entry = parent->signal_entry;
    child->caught = parent->caught;
    child->ignored = parent->ignored;
    if (process_bind(child, task) != KERN_SUCCESS) {
        process_forget(child);
        return SERVER_ERROR_NO_MEMORY;
    }
    child->parent = parent;
    child->executable = right_copy(parent->executable);
    child->error_output = right_copy(parent->error_output);
    *pid = child->pid;
    *child_type = proc_port_send_right(child->port, child_port);
    return KERN_SUCCESS;
}
