/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Running commands: programs are started through the process server and waited for; the one in the
 * foreground gets the terminal's interrupt key. One in the background has no standard input: it
 * would take lines away from the shell, and a shell there would take the interrupt key.
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

/*
 * Let the interrupt key end PROCESS. Null: nobody, who asks is at the prompt; but a shell that runs
 * a text is itself what the key shall end. Without a terminal there is no such key.
 */
static void set_foreground(const struct shell *shell, mach_port_t process)
{
    mach_port_t terminal = mach_r_fd_port(STDIN_FILENO);
    if (process == MACH_PORT_NULL && !shell->is_interactive) {
        process = startup_port(STARTUP_PORT_PROC);
    }
    if (terminal != MACH_PORT_NULL) {
        (void)terminal_set_foreground(terminal, process);
    }
}

void shell_claim_terminal(const struct shell *shell)
{
    set_foreground(shell, MACH_PORT_NULL);
}

/* The status of an ended program as one number. */
static int exit_status(int wait_status)
{
    return WIFEXITED(wait_status) ? WEXITSTATUS(wait_status)
                                  : STATUS_SIGNAL_BASE + WTERMSIG(wait_status);
}

/* Wait for the foreground program PID.  Returns: its status. */
static int wait_for(struct shell *shell, pid_t pid)
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
        shell->is_interrupted = true;
    }
    return exit_status(status);
}

/* Say why NAME could not be started.  Returns: the status for that. */
static int report_failure(const char *name)
{
    if (errno == ENOENT) {
        fprintf(stderr, "sh: %s: no such program (see ls /bin, or help)\n",
                name[0] == '\0' ? "''" : name);
        return STATUS_NOT_FOUND;
    }
    if (errno == ENOMEM) {
        fprintf(stderr,
                "sh: %s: cannot be started: there is no memory for it, or there are too many "
                "processes (kill ends some)\n",
                name);
    } else if (errno == ENOEXEC) {
        fprintf(stderr, "sh: %s: is no program for this machine (cat shows it)\n", name);
    } else if (errno == EISDIR) {
        fprintf(stderr, "sh: %s: is a directory (go there with cd)\n", name);
    } else {
        fprintf(stderr, "sh: %s: cannot be started: %s\n", name, strerror(errno));
    }
    return STATUS_CANNOT_RUN;
}

void shell_run_program(struct shell *shell, const struct shell_command *command)
{
    struct mach_r_spawn request = MACH_R_SPAWN(command->argv);
    bool in_background = command->separator == SHELL_BACKGROUND;
    if (startup_port(STARTUP_PORT_HOST_PRIV) != MACH_PORT_NULL) {
        request.flags |= PROC_SPAWN_PRIVILEGED;
    }
    if (in_background) {
        request.files[STDIN_FILENO] = -1;
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
        set_foreground(shell, request.process_port);
        shell->status = wait_for(shell, pid);
        shell_claim_terminal(shell);
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
    while (!shell->is_finished && !shell->is_interrupted) {
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
