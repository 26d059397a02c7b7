/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The session on the console: a thread of its own, because it calls servers, which in turn call
 * init.  Whatever fails is tried again from the start: the server behind it may just have been
 * replaced.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <mach/host_priv.h>
#include <mach/host_reboot.h>
#include <mach/mach.h>
#include <mach_r/console.h>
#include <mach_r/fs.h>
#include <mach_r/io.h>
#include <mach_r/proc.h>
#include <mach_r/services.h>
#include <mach_r/startup.h>

#include "init.h"

#define EXEC_SHELL  "/bin/sh"
#define EXEC_SCRIPT "/etc/exec"

/* A session that fails at once is tried again after this time. */
#define RETRY_SECONDS 1

struct session {
    const char *program;
    bool is_exec;
};

/* The rights that starting a program on the console takes. */
struct session_ports {
    mach_port_t console; /* services */
    mach_port_t proc;
    mach_port_t root;
    mach_port_t terminal;
    mach_port_t process; /* init's own */
    mach_port_t executable;
};

static void release(mach_port_t *port)
{
    if (MACH_PORT_VALID(*port)) {
        (void)mach_port_deallocate(mach_task_self(), *port);
    }
    *port = MACH_PORT_NULL;
}

static void release_all(struct session_ports *ports)
{
    release(&ports->console);
    release(&ports->proc);
    release(&ports->root);
    release(&ports->terminal);
    release(&ports->process);
    release(&ports->executable);
}

/* Wait for the service NAME. */
static kern_return_t wait_for(const char *name, mach_port_t *service)
{
    return mach_r_look_up_wait(bootstrap_port, name, service);
}

/* Collect the ports for starting PROGRAM. */
static kern_return_t gather(struct session_ports *ports, const char *program)
{
    int pid;
    int found;
    fs_path_t path = "";
    fs_path_t rest;
    kern_return_t result = wait_for(SERVICE_CONSOLE, &ports->console);
    if (result == KERN_SUCCESS) {
        result = console_open_terminal(ports->console, 0, &ports->terminal);
    }
    if (result == KERN_SUCCESS) {
        result = wait_for(SERVICE_PROC, &ports->proc);
    }
    if (result == KERN_SUCCESS) {
        result = proc_attach(ports->proc, mach_task_self(), &ports->process, &pid);
    }
    if (result == KERN_SUCCESS) {
        result = wait_for(SERVICE_ROOT, &ports->root);
    }
    if (result == KERN_SUCCESS) {
        strlcpy(path, program, sizeof(path));
        result = dir_lookup(ports->root, path, 0, &found, &ports->executable, rest);
    }
    return result;
}

/* Start PROGRAM with SIZE bytes of ARGUMENTS.  *PID is its process. */
static kern_return_t spawn(const struct session_ports *ports, const char *program,
                           const char *arguments, size_t size, int *pid)
{
    static const char environment[] = "PATH=/bin\0TERM=ansi\0HOME=/";
    proc_path_t path = "";
    proc_path_t cwd = "/";
    mach_port_t child = MACH_PORT_NULL;
    mach_port_t terminal = ports->terminal;
    strlcpy(path, program, sizeof(path));
    kern_return_t result =
        proc_spawn(ports->process, ports->executable, path, (char *)(uintptr_t)arguments,
                   (mach_msg_type_number_t)size, (char *)(uintptr_t)environment,
                   sizeof(environment), ports->root, ports->root, cwd, terminal, terminal, terminal,
                   terminal, PROC_SPAWN_PRIVILEGED, pid, &child);
    release(&child);
    return result;
}

/* Write one line to the terminal: the frame of an exec session. The console may have been replaced
 * since the terminal was opened. */
static void write_terminal(struct session_ports *ports, const char *line)
{
    io_data_t data;
    unsigned written;
    mach_msg_type_number_t size = (mach_msg_type_number_t)strlen(line);
    strlcpy(data, line, sizeof(data));
    if (io_write(ports->terminal, 0, 0, data, size, &written) == KERN_SUCCESS) {
        return;
    }
    release(&ports->terminal);
    if (console_open_terminal(ports->console, 0, &ports->terminal) != KERN_SUCCESS ||
        io_write(ports->terminal, 0, 0, data, size, &written) != KERN_SUCCESS) {
        init_log("the console does not take: %s", line);
    }
}

/* Wait for PID, also across a restart of the process server. */
static kern_return_t wait_for_process(struct session_ports *ports, int pid, int *status)
{
    int child;
    kern_return_t result = proc_wait(ports->process, pid, 0, &child, status);
    while (result == MIG_SERVER_DIED || result == MACH_SEND_INVALID_DEST) {
        int own_pid;
        release(&ports->process);
        result = proc_attach(ports->proc, mach_task_self(), &ports->process, &own_pid);
        if (result == KERN_SUCCESS) {
            result = proc_wait(ports->process, pid, 0, &child, status);
        }
    }
    return result;
}

/* Run one program to its end.  Returns: KERN_SUCCESS, *STATUS is its exit status as a shell
 * shows it. */
static kern_return_t run(struct session_ports *ports, const struct session *session, int *status)
{
    static const char script[] = EXEC_SHELL "\0" EXEC_SCRIPT;
    int pid;
    int wait_status = 0;
    const char *program = session->is_exec ? EXEC_SHELL : session->program;
    const char *arguments = session->is_exec ? script : program;
    size_t size = session->is_exec ? sizeof(script) : strlen(program) + 1;
    kern_return_t result = gather(ports, program);
    if (result == KERN_SUCCESS && session->is_exec) {
        write_terminal(ports, "init: exec begins\n");
    }
    if (result == KERN_SUCCESS) {
        result = spawn(ports, program, arguments, size, &pid);
    }
    if (result == KERN_SUCCESS) {
        result = wait_for_process(ports, pid, &wait_status);
    }
    *status = PROC_STATUS_SHELL(wait_status);
    return result;
}

/* Report how the one program of an exec session ended, and switch the machine off. */
static void finish_exec(struct session_ports *ports, kern_return_t result, int status)
{
    char line[64];
    if (result != KERN_SUCCESS) {
        init_log("cannot run %s: %s", EXEC_SCRIPT, mach_error_string(result));
        status = 127;
    }
    (void)snprintf(line, sizeof(line), "init: exec finished with status %d\n", status);
    write_terminal(ports, line);
    (void)host_reboot(startup_port(STARTUP_PORT_HOST_PRIV), HOST_REBOOT_HALT);
}

static void *session_thread(void *argument)
{
    const struct session *session = argument;
    for (;;) {
        struct session_ports ports = {};
        int status;
        kern_return_t result = run(&ports, session, &status);
        if (session->is_exec) {
            finish_exec(&ports, result, status);
        } else if (result != KERN_SUCCESS) {
            init_log("cannot run %s on the console: %s; trying again", session->program,
                     mach_error_string(result));
            (void)sleep(RETRY_SECONDS);
        }
        release_all(&ports);
    }
    return nullptr;
}

void session_start(const char *program, bool exec)
{
    static struct session session;
    pthread_t thread;
    session = (struct session){ .program = program, .is_exec = exec };
    if (pthread_create(&thread, nullptr, session_thread, &session) != 0) {
        init_log("no memory for the console's session");
    }
}
