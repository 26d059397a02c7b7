/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * posix_spawn(). File actions are carried out on a table of what the child's descriptors would be:
 * number i stands for the caller's descriptor i. A child whose task is to have ports of its own is made
 * suspended, and runs when it has them.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mach/mach_init.h>
#include <mach/mach_port.h>
#include <mach/task.h>
#include <mach_r/proc_types.h>
#include <mach_r/spawn.h>

#include "../rpc/stubs.h"
#include "errors.h"
#include "files.h"
#include "process.h"
#include "spawn_attributes.h"

struct child_files {
    int from[FILES_MAX];    /* -1: not open in the child */
    bool opened[FILES_MAX]; /* the caller's descriptor of that number is only for the child */
};

static int act(struct child_files *files, const struct spawn_action *action)
{
    switch (action->kind) {
    case SPAWN_CLOSE: files->from[action->fd] = -1; return 0;
    case SPAWN_DUP2: files->from[action->fd] = files->from[action->from]; return 0;
    default: break;
    }
    int fd = open(action->path, action->flags);
    if (fd < 0) {
        return errno;
    }
    files->from[action->fd] = fd;
    files->opened[fd] = true;
    return 0;
}

/* Returns: 0; the error of the first action that failed. */
static int act_all(struct child_files *files, const posix_spawn_file_actions_t *actions)
{
    int error = 0;
    for (int i = 0; i < FILES_MAX; i++) {
        files->from[i] = i;
        files->opened[i] = false;
    }
    if (actions != NULL && *actions != NULL) {
        for (struct spawn_action *a = (*actions)->first; a != NULL && error == 0; a = a->next) {
            error = act(files, a);
        }
    }
    return error;
}

static void close_opened(const struct child_files *files)
{
    for (int i = 0; i < FILES_MAX; i++) {
        if (files->opened[i]) {
            (void)close(i);
        }
    }
}

static kern_return_t set_port(task_t task, const struct spawn_port *port)
{
    if (port->which >= 0) {
        return task_set_special_port(task, port->which, port->port);
    }
    return task_set_exception_ports(task, port->mask, port->port, port->behavior, port->flavor);
}

/* Prepare the child PID, which is suspended, by ATTRIBUTES; it runs afterwards unless they say no. */
static kern_return_t prepare(pid_t pid, const struct __posix_spawnattr *attributes)
{
    kern_return_t result;
    mach_port_t task = MACH_PORT_NULL;
    PROCESS_CALL(result, proc_get_task(process, pid, &task));
    for (int i = 0; result == KERN_SUCCESS && i < attributes->port_count; i++) {
        result = set_port(task, &attributes->ports[i]);
    }
    if (result == KERN_SUCCESS && (attributes->flags & POSIX_SPAWN_START_SUSPENDED) == 0) {
        result = task_resume(task);
    }
    if (MACH_PORT_VALID(task)) {
        (void)mach_port_deallocate(mach_task_self_, task);
    }
    return result;
}

static bool needs_preparation(const struct __posix_spawnattr *attributes)
{
    return attributes != NULL &&
           (attributes->port_count != 0 || (attributes->flags & POSIX_SPAWN_START_SUSPENDED) != 0);
}

typedef pid_t starter_t(const char *program, struct mach_r_spawn *request);

/* Start PROGRAM as REQUEST says, by ATTRIBUTES (or null). Returns: its pid; -1 with errno set. */
static pid_t start(starter_t *starter, const char *program, struct mach_r_spawn *request,
                   const struct __posix_spawnattr *attributes)
{
    bool prepared = needs_preparation(attributes);
    if (attributes != NULL && (attributes->flags & POSIX_SPAWN_SETEXEC) != 0) {
        if (prepared) {
            return fail_errno(ENOTSUP); /* nobody would be there to do it */
        }
        request->flags |= PROC_SPAWN_EXEC;
    }
    request->flags |= prepared ? PROC_SPAWN_SUSPENDED : 0;
    pid_t pid = starter(program, request);
    if (pid < 0) {
        return -1;
    }
    (void)mach_port_deallocate(mach_task_self_, request->process_port);
    kern_return_t result = prepared ? prepare(pid, attributes) : KERN_SUCCESS;
    if (result != KERN_SUCCESS) {
        (void)kill(pid, SIGKILL);
        (void)waitpid(pid, NULL, 0);
        return fail(result);
    }
    return pid;
}

static int spawn(starter_t *starter, pid_t *pid, const char *program,
                 const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
                 char *const *argv, char *const *envp)
{
    struct mach_r_spawn request = MACH_R_SPAWN(argv);
    struct child_files files;
    int error = act_all(&files, actions);
    if (error == 0) {
        request.envp = envp;
        for (int i = 0; i < 3; i++) {
            request.files[i] = files.from[i];
        }
        pid_t child = start(starter, program, &request, attributes != NULL ? *attributes : NULL);
        error = child < 0 ? errno : 0;
        if (child >= 0 && pid != NULL) {
            *pid = child;
        }
    }
    close_opened(&files);
    return error;
}

int posix_spawn(pid_t *restrict pid, const char *restrict path,
                const posix_spawn_file_actions_t *actions,
                const posix_spawnattr_t *restrict attributes, char *const *argv, char *const *envp)
{
    return spawn(mach_r_spawn, pid, path, actions, attributes, argv, envp);
}

int posix_spawnp(pid_t *restrict pid, const char *restrict name,
                 const posix_spawn_file_actions_t *actions,
                 const posix_spawnattr_t *restrict attributes, char *const *argv, char *const *envp)
{
    return spawn(mach_r_spawnp, pid, name, actions, attributes, argv, envp);
}
