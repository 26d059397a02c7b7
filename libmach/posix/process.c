/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processes: identity, end, signals to others, waiting for children.
 */
#include "process.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mach/mach_init.h>
#include <mach/mach_port.h>
#include <mach/task.h>
#include <mach_r/services.h>
#include <mach_r/startup.h>
#include <servers/bootstrap.h>

#include "../rpc/stubs.h"
#include "../threads/cancel.h"
#include "../threads/park.h"
#include "errors.h"
#include "fork.h"

static struct {
    uint32_t lock;
    bool ready;
    mach_port_t port;
} process_state;

mach_port_t process_port(void)
{
    word_lock(&process_state.lock);
    if (!process_state.ready) {
        process_state.ready = true;
        process_state.port = startup_port(STARTUP_PORT_PROC);
    }
    mach_port_t port = process_state.port;
    word_unlock(&process_state.lock);
    return port;
}

static kern_return_t attach(mach_port_t *port)
{
    mach_port_t service;
    int pid;
    kern_return_t result = bootstrap_look_up(bootstrap_port, SERVICE_PROC, &service);
    if (result == KERN_SUCCESS) {
        result = proc_attach(service, mach_task_self_, port, &pid);
        (void)mach_port_deallocate(mach_task_self_, service);
    }
    return result;
}

/* The dead name stays: another thread may be about to use it, and it must not mean something else. */
kern_return_t process_reconnect(mach_port_t port)
{
    kern_return_t result = KERN_SUCCESS;
    mach_port_t found;
    word_lock(&process_state.lock);
    if (process_state.port == port) {
        result = attach(&found);
        if (result == KERN_SUCCESS) {
            process_state.port = found;
        }
    }
    word_unlock(&process_state.lock);
    return result;
}

const char *program_path(void)
{
    const struct startup_info *block = startup_block();
    return block->path_offset == 0 ? "?" : (const char *)block + block->path_offset;
}

const char *program_name(void)
{
    const char *path = program_path();
    const char *slash = strrchr(path, '/');
    return slash == NULL ? path : slash + 1;
}

pid_t getpid(void)
{
    return startup_block()->pid;
}

pid_t getppid(void)
{
    return startup_block()->ppid;
}

/* The status reaches the process server first, or it would see a task that just vanished. */
void _exit(int status)
{
    if (process_port() != MACH_PORT_NULL) {
        kern_return_t result;
        PROCESS_CALL(result, proc_exit(process, status));
        (void)result;
    }
    for (;;) {
        (void)task_terminate(mach_task_self_);
    }
}

int process_kill(pid_t pid, int signal)
{
    kern_return_t result;
    PROCESS_CALL(result, proc_kill(process, pid, signal));
    return result == KERN_SUCCESS ? 0 : fail(result);
}

int kill(pid_t pid, int signal)
{
    kern_return_t result;
    proc_info_t info;
    if (pid <= 0 || signal < 0) {
        return fail_errno(EINVAL);
    }
    if (signal != 0) {
        return pid == getpid() ? raise(signal) : process_kill(pid, signal);
    }
    PROCESS_CALL(result, proc_get_info(process, pid, &info));
    return result == KERN_SUCCESS ? 0 : fail(result);
}

pid_t waitpid(pid_t pid, int *status, int options)
{
    kern_return_t result;
    int child = 0;
    int how = 0;
    int flags = (options & WNOHANG) != 0 ? PROC_NO_WAIT : 0;
    cancel_point_begin();
    PROCESS_CALL(result, proc_wait(process, pid == -1 ? PROC_ANY : pid, flags, &child, &how));
    cancel_point_end();
    if (result != KERN_SUCCESS) {
        return fail(result);
    }
    if (status != NULL) {
        *status = how;
    }
    return child;
}

pid_t wait(int *status)
{
    return waitpid(-1, status, 0);
}

void process_after_fork(void)
{
    process_state.lock = 0;
}
