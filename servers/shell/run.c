/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running commands: programs are started through the process server and waited for; the one in the
 * foreground gets the terminal's interrupt key.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <mach/mach.h>
#include <mach_r/console.h>
#include <mach_r/proc_types.h>
#include <mach_r/spawn.h>
#include <mach_r/startup.h>

#include "shell.h"

/* Let the interrupt key end PROCESS; null: nobody.  Without a terminal there is no such key. */
static void set_foreground(mach_port_t process)
{
    mach_port_t terminal = mach_r_fd_port(STDIN_FILENO);
    if (terminal != MACH_PORT_NULL) {
        (void)terminal_set_foreground(terminal, process);
    }
}

/* The status of an ended program as one number. */
static int exit_status(int wait_status)
{
    return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status)
                                  : STATUS_SIGNAL_BASE + WTERMSIG(wait_status);
}

/* Wait for the foreground program PID. */
static int wait_for(pid_t pid)
{
    int status;
    pid_t ended;
    do {
        ended = waitpid(pid, &status, 0);
    } while (ended < 0 && errno == EINTR);
    if (ended < 0) {
        fprintf(stderr, "sh: the status of process %d is lost: %s\n", (int)pid, strerror(errno));
        return STATUS_NOT_FOUND;
    }
    if (WIFSIGNALED(status) && WTERMSIG(status) == PROC_SIGNAL_INTERRUPT) {
        fputc('\n', stdout);
    }
    return exit_status(status);
}

/* Say why NAME could not be started.  Returns: the status for that. */
static int report_failure(const char *name)
{
    if (errno == ENOENT) {
        fprintf(stderr, "sh: %s: no such program (see ls /bin, or help)\n", name);
        return STATUS_NOT_FOUND;
    }
    fprintf(stderr, "sh: %s: cannot be started: %s\n", name, strerror(errno));
    return STATUS_CANNOT_RUN;
}

void shell_run_program(struct shell *shell, const struct shell_command *command)
{
    struct mach_r_spawn request = MACH_R_SPAWN(command->argv);
    bool in_background = command->separator == SHELL_BACKGROUND;
    if (startup_port(STARTUP_PORT_HOST_PRIV) != MACH_PORT_NULL) {
        request.flags |= PROC_SPAWN_PRIVILEGED;
    }
    fflush(stdout);
    pid_t pid = mach_r_spawnp(command->argv[0], &request);
    if (pid < 0) {
        shell->status = report_failure(command->argv[0]);
        return;
    }
    if (in_background) {
        if (shell->is_interactive) {
            printf("[%d]\n", (int)pid);
        }
        shell->status = 0;
    } else {
        set_foreground(request.process_port);
        shell->status = wait_for(pid);
        set_foreground(MACH_PORT_NULL);
    }
    (void)mach_port_deallocate(mach_task_self(), request.process_port);
}

void shell_reap(const struct shell *shell)
{
    int status;
    pid_t pid;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
        if (shell->is_interactive) {
            printf("[%d] ended with status %d\n", (int)pid, exit_status(status));
        }
    }
}

/* Must COMMAND be left out, after one with SEPARATOR behind it and STATUS? */
static bool is_skipped(enum shell_separator separator, int status)
{
    return (separator == SHELL_AND && status != 0) || (separator == SHELL_OR && status == 0);
}

/* The value of a variable: only the environment has any. */
static const char *variable_value(const char *name)
{
    return getenv(name);
}

void shell_run_text(struct shell *shell, const char *name, const char *text, size_t size)
{
    static struct shell_command command;
    struct shell_parser parser;
    enum shell_separator before = SHELL_END;
    enum shell_parse_result result = SHELL_COMMAND;
    shell_parse_begin(&parser, text, size, variable_value);
    while (!shell->is_finished) {
        unsigned line = parser.line;
        result = shell_parse_next(&parser, shell->status, &command);
        if (result != SHELL_COMMAND) {
            if (result != SHELL_NOTHING_MORE) {
                fprintf(stderr, "%s:%u: %s\n", name, line, shell_parse_error(result));
                shell->status = STATUS_USAGE;
            }
            break;
        }
        if (command.argc != 0 && !is_skipped(before, shell->status) &&
            !shell_run_builtin(shell, &command)) {
            shell_run_program(shell, &command);
        }
        before = command.argc != 0 ? command.separator : before;
    }
}
