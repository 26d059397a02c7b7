/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting a program: proc_spawn of proc.defs. What the request brought is taken over only when all
 * has worked; on an error the message loop gives it back.
 */
#include <string.h>

#include <mach/mach_vm.h>
#include <mach_r/proc_server.h>
#include <mach_r/startup.h>
#include <servers/bootstrap.h>

#include "executable.h"
#include "lifecycle.h"
#include "proc.h"

/* What goes into the new program beside its code. */
struct spawn_request {
    const char *path;
    const char *cwd_path;
    const char *arguments;
    size_t arguments_size;
    const char *environment;
    size_t environment_size;
    const struct startup_gift {
        uint32_t kind; /* STARTUP_PORT_* */
        mach_port_t port;
    } *gifts; /* ends with kind 0 */
    int flags;
};

static bool strings_end(const char *strings, size_t size)
{
    return size == 0 || strings[size - 1] == '\0';
}

/* Is REQUEST in itself one that PARENT may make? */
static kern_return_t check(const struct spawn_request *request, const struct process *parent)
{
    if ((request->flags & ~PROC_SPAWN_MASK) != 0 ||
        !strings_end(request->arguments, request->arguments_size) ||
        !strings_end(request->environment, request->environment_size)) {
        return SERVER_ERROR_INVALID;
    }
    if (request->arguments_size + request->environment_size > PROC_STRINGS_MAX) {
        return SERVER_ERROR_TOO_LONG;
    }
    if ((request->flags & PROC_SPAWN_PRIVILEGED) != 0 && !parent->is_privileged) {
        return SERVER_ERROR_NOT_PERMITTED;
    }
    return KERN_SUCCESS;
}

/* The kernel's errors in the server's terms. */
static kern_return_t spawn_error(kern_return_t result)
{
    switch (result) {
    case KERN_SUCCESS: return KERN_SUCCESS;
    case KERN_INVALID_ARGUMENT: return SERVER_ERROR_NOT_EXECUTABLE;
    default: return SERVER_ERROR_NO_MEMORY;
    }
}

/* The new task looks names up where its parent does. Init has nobody to ask: its children ask init. */
static kern_return_t inherit_bootstrap(mach_port_t task, const struct process *parent)
{
    mach_port_t inherited = MACH_PORT_NULL;
    kern_return_t result = task_get_special_port(parent->task, TASK_BOOTSTRAP_PORT, &inherited);
    if (result == KERN_SUCCESS) {
        mach_port_t bootstrap = MACH_PORT_VALID(inherited) ? inherited : bootstrap_port;
        result = task_set_special_port(task, TASK_BOOTSTRAP_PORT, bootstrap);
        right_release(&inherited);
    }
    return result;
}

/* Hand the new task all that REQUEST names, and its process port. */
static kern_return_t give(struct task_builder *builder, const struct process *child,
                          const struct spawn_request *request)
{
    kern_return_t result =
        task_builder_give(builder, STARTUP_PORT_PROC, child->port, MACH_MSG_TYPE_MAKE_SEND);
    for (const struct startup_gift *gift = request->gifts;
         result == KERN_SUCCESS && gift->kind != 0; gift++) {
        if (MACH_PORT_VALID(gift->port)) {
            result = task_builder_give(builder, gift->kind, gift->port, MACH_MSG_TYPE_COPY_SEND);
        }
    }
    if (result == KERN_SUCCESS && child->is_privileged) {
        result = task_builder_give(builder, STARTUP_PORT_HOST_PRIV,
                                   startup_port(STARTUP_PORT_HOST_PRIV), MACH_MSG_TYPE_COPY_SEND);
    }
    return result == KERN_SUCCESS ? KERN_SUCCESS : SERVER_ERROR_INVALID;
}

static void describe(struct task_builder *builder, const struct process *child,
                     const struct spawn_request *request)
{
    builder->block.pid = child->pid;
    builder->block.ppid = child->parent != nullptr ? child->parent->pid : PID_INIT;
    builder->block.path = request->path;
    builder->block.cwd = request->cwd_path[0] != '\0' ? request->cwd_path : nullptr;
    builder->block.arguments = request->arguments;
    builder->block.arguments_size = request->arguments_size;
    builder->block.environment = request->environment;
    builder->block.environment_size = request->environment_size;
}

/* Let CHILD, which has no rights yet, run in the task of BUILDER. */
static kern_return_t run(struct task_builder *builder, struct process *child,
                         const struct spawn_request *request)
{
    mach_port_t task = builder->task;
    kern_return_t result = inherit_bootstrap(task, child->parent);
    if (result == KERN_SUCCESS) {
        result = process_bind(child, task);
    }
    if (result != KERN_SUCCESS) {
        return SERVER_ERROR_NO_MEMORY;
    }
    /* The process has the builder's right now; the builder needs its own. */
    (void)mach_port_mod_refs(mach_task_self(), task, MACH_PORT_RIGHT_SEND, 1);
    result = give(builder, child, request);
    if (result == KERN_SUCCESS) {
        describe(builder, child, request);
        result =
            spawn_error(task_builder_start(builder, (request->flags & PROC_SPAWN_SUSPENDED) != 0));
    }
    if (result != KERN_SUCCESS) {
        right_release(&child->task);
        proc_port_destroy(&child->port);
    }
    return result;
}

/* Make a child of PARENT. *CHILD is alive on success. */
static kern_return_t start(struct process *parent, const struct task_executable *executable,
                           const struct spawn_request *request, struct process **child)
{
    struct task_builder builder;
    const char *error;
    kern_return_t result = spawn_error(task_builder_load(&builder, executable, &error));
    struct process *process = nullptr;
    if (result == KERN_SUCCESS) {
        process = process_create(0, request->path, request->arguments, request->arguments_size);
        result = process != nullptr ? KERN_SUCCESS : SERVER_ERROR_NO_MEMORY;
    }
    if (result == KERN_SUCCESS) {
        process->parent = parent;
        process->is_privileged = (request->flags & PROC_SPAWN_PRIVILEGED) != 0;
        result = run(&builder, process, request);
    }
    task_builder_finish(&builder, result != KERN_SUCCESS);
    if (result != KERN_SUCCESS && process != nullptr) {
        process_forget(process);
    }
    *child = process;
    return result;
}

/* The task of BUILDER, which has not run yet, has all it needs to be that of PROCESS: let it run there
 * and end the one that is there. */
static void replace_task(struct task_builder *builder, struct process *process)
{
    mach_port_t former = process->task;
    process->task = builder->task;
    process->caught = 0;
    process->ignored = 0;
    (void)mach_port_mod_refs(mach_task_self(), builder->task, MACH_PORT_RIGHT_SEND, 1);
    (void)task_resume(builder->task);
    (void)task_terminate(former);
    right_release(&former);
}

/* Let the program in BUILDER take PROCESS's place. */
static kern_return_t take_place(struct task_builder *builder, struct process *process,
                                const struct spawn_request *request)
{
    kern_return_t result = task_suspend(builder->task);
    if (result == KERN_SUCCESS) {
        result = inherit_bootstrap(builder->task, process);
    }
    if (result == KERN_SUCCESS) {
        result = process_enter_task(process, builder->task);
    }
    if (result != KERN_SUCCESS) {
        return SERVER_ERROR_NO_MEMORY;
    }
    result = give(builder, process, request);
    if (result == KERN_SUCCESS) {
        describe(builder, process, request);
        result =
            spawn_error(task_builder_start(builder, (request->flags & PROC_SPAWN_SUSPENDED) != 0));
    }
    if (result == KERN_SUCCESS &&
        !process_set_names(process, request->path, request->arguments, request->arguments_size)) {
        result = SERVER_ERROR_NO_MEMORY;
    }
    if (result == KERN_SUCCESS) {
        replace_task(builder, process);
    }
    return result;
}

/* Start EXECUTABLE in place of PROCESS. */
static kern_return_t start_here(struct process *process, const struct task_executable *executable,
                                const struct spawn_request *request)
{
    struct task_builder builder;
    const char *error;
    kern_return_t result = spawn_error(task_builder_load(&builder, executable, &error));
    if (result == KERN_SUCCESS) {
        result = take_place(&builder, process, request);
    }
    task_builder_finish(&builder, result != KERN_SUCCESS);
    return result;
}

/* Open FILE and start it for the process of PORT, which may end meanwhile. */
static kern_return_t spawn(mach_port_t port, mach_port_t file, const struct spawn_request *request,
                           struct process **child)
{
    struct task_executable executable;
    proc_unlock();
    kern_return_t result = executable_open(file, &executable);
    proc_lock();
    if (result != KERN_SUCCESS) {
        return result;
    }
    struct process *caller = process_by_port(port);
    if (caller == nullptr) {
        result = SERVER_ERROR_NO_PROCESS;
    } else if ((request->flags & PROC_SPAWN_EXEC) != 0) {
        result = start_here(caller, &executable, request);
        *child = caller;
    } else {
        result = start(caller, &executable, request, child);
    }
    executable_close(&executable);
    return result;
}

static void free_strings(proc_strings_t strings, mach_msg_type_number_t size)
{
    if (size != 0) {
        (void)mach_vm_deallocate(mach_task_self(), (mach_vm_address_t)strings, size);
    }
}

kern_return_t serve_proc_spawn(mach_port_t port, mach_port_t executable, proc_path_t path,
                               proc_strings_t arguments, mach_msg_type_number_t arguments_count,
                               proc_strings_t environment, mach_msg_type_number_t environment_count,
                               mach_port_t root, mach_port_t cwd, proc_path_t cwd_path,
                               mach_port_t stdin_port, mach_port_t stdout_port,
                               mach_port_t stderr_port, mach_port_t terminal, int flags, int *pid,
                               mach_port_t *child_port, mach_msg_type_name_t *child_type)
{
    const struct startup_gift gifts[] = {
        { STARTUP_PORT_STDIN, stdin_port },
        { STARTUP_PORT_STDOUT, stdout_port },
        { STARTUP_PORT_STDERR, stderr_port },
        { STARTUP_PORT_ROOT, root },
        { STARTUP_PORT_CWD, cwd },
        { STARTUP_PORT_TERMINAL, terminal },
        { 0, MACH_PORT_NULL },
    };
    const struct spawn_request request = {
        .path = path,
        .cwd_path = cwd_path,
        .arguments = arguments,
        .arguments_size = arguments_count,
        .environment = environment,
        .environment_size = environment_count,
        .gifts = gifts,
        .flags = flags,
    };
    struct process *child;
    struct process *parent = process_by_port(port);
    kern_return_t result = parent != nullptr ? check(&request, parent) : SERVER_ERROR_NO_PROCESS;
    if (result == KERN_SUCCESS) {
        result = spawn(port, executable, &request, &child);
    }
    if (result != KERN_SUCCESS) {
        return result;
    }
    right_release(&child->executable);
    right_release(&child->error_output);
    child->executable = executable;
    child->error_output = stderr_port;
    for (const struct startup_gift *gift = gifts; gift->kind != 0; gift++) {
        mach_port_t right = gift->kind == STARTUP_PORT_STDERR ? MACH_PORT_NULL : gift->port;
        right_release(&right);
    }
    free_strings(arguments, arguments_count);
    free_strings(environment, environment_count);
    *pid = child->pid;
    *child_type = proc_port_send_right(child->port, child_port);
    return KERN_SUCCESS;
}
