/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From process numbers to task ports and back. On Darwin these are traps; here the process server
 * answers, and the number stands in a task's audit token.
 */
#include <unistd.h>

#include <bsm/libbsm.h>
#include <mach/mach.h>

#include "../posix/errors.h"
#include "../posix/process.h"
#include "../rpc/stubs.h"

kern_return_t task_for_pid(mach_port_name_t target, int pid, mach_port_name_t *task)
{
    if (!mach_task_is_self(target)) {
        return KERN_INVALID_ARGUMENT;
    }
    if (pid == getpid()) {
        *task = task_self_trap(); /* a reference of the caller's own */
        return KERN_SUCCESS;
    }
    mach_port_t found = MACH_PORT_NULL;
    kern_return_t result = KERN_FAILURE;
    if (pid > 0) {
        PROCESS_CALL(result, proc_get_task(process, pid, &found));
    }
    *task = result == KERN_SUCCESS ? found : MACH_PORT_NULL;
    return result == KERN_SUCCESS ? KERN_SUCCESS : KERN_FAILURE;
}

/* The special port WHICH of the task of PID. */
static kern_return_t special_for_pid(mach_port_name_t target, int pid, int which,
                                     mach_port_name_t *port)
{
    mach_port_t task = MACH_PORT_NULL;
    *port = MACH_PORT_NULL;
    kern_return_t result = task_for_pid(target, pid, &task);
    if (result == KERN_SUCCESS) {
        result = task_get_special_port(task, which, port);
        (void)mach_port_deallocate(mach_task_self(), task);
    }
    return result == KERN_SUCCESS || result == KERN_INVALID_ARGUMENT ? result : KERN_FAILURE;
}

kern_return_t task_name_for_pid(mach_port_name_t target, int pid, mach_port_name_t *task)
{
    return special_for_pid(target, pid, TASK_NAME_PORT, task);
}

kern_return_t task_inspect_for_pid(mach_port_name_t target, int pid, mach_port_name_t *task)
{
    return special_for_pid(target, pid, TASK_INSPECT_PORT, task);
}

kern_return_t task_read_for_pid(mach_port_name_t target, int pid, mach_port_name_t *task)
{
    return special_for_pid(target, pid, TASK_READ_PORT, task);
}

kern_return_t pid_for_task(mach_port_name_t task, int *pid)
{
    audit_token_t token;
    mach_msg_type_number_t count = TASK_AUDIT_TOKEN_COUNT;
    *pid = -1;
    if (task_info(task, TASK_AUDIT_TOKEN, (task_info_t)&token, &count) != KERN_SUCCESS ||
        audit_token_to_pid(token) == 0) {
        return KERN_FAILURE;
    }
    *pid = audit_token_to_pid(token);
    return KERN_SUCCESS;
}
