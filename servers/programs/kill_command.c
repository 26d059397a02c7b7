/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All digits are a number, whatever programs are called.
 */
#include "kill_command.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mach/mach.h>
#include <mach/mach_vm.h>
#include <mach_r/proc.h>
#include <mach_r/startup.h>

#include "usage.h"

#define USAGE "kill [-SIGNAL] PID|NAME..."

static bool is_number(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    return digits != 0 && text[digits] == '\0';
}

/* The number that TEXT is; one that no process and no signal has if it is too large. */
static int parse_number(const char *text)
{
    long value = strtol(text, NULL, 10);
    return value < INT_MAX ? (int)value : INT_MAX;
}

static int kill_pid(int pid, int signal, const char *shown)
{
    kern_return_t result = proc_kill(startup_port(STARTUP_PORT_PROC), pid, signal);
    /* Who ends the process server itself gets no answer. */
    if (result == KERN_SUCCESS || result == MIG_SERVER_DIED) {
        return 0;
    }
    if (result == SERVER_ERROR_INVALID) {
        fprintf(stderr, "kill: there is no signal %d\n", signal);
    } else {
        fprintf(stderr, "kill: %s: %s\n", shown, mach_error_string(result));
    }
    return 1;
}

/* End all of the COUNT processes at INFOS whose name is NAME. */
static int kill_matching(const proc_info_t *infos, size_t count, const char *name, int signal)
{
    int status = 0;
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        if (strncmp(infos[i].name, name, PROC_NAME_MAX) == 0 &&
            infos[i].state != PROC_STATE_ZOMBIE) {
            found = true;
            status |= kill_pid(infos[i].pid, signal, name);
        }
    }
    if (!found) {
        fprintf(stderr, "kill: %s: no such process\n", name);
        return 1;
    }
    return status;
}

static int kill_name(const char *name, int signal)
{
    proc_info_array_t infos;
    mach_msg_type_number_t count;
    kern_return_t result = proc_list(startup_port(STARTUP_PORT_PROC), &infos, &count);
    if (result != KERN_SUCCESS) {
        fprintf(stderr, "kill: cannot list the processes: %s\n", mach_error_string(result));
        return 1;
    }
    int status = kill_matching(infos, count, name, signal);
    (void)mach_vm_deallocate(mach_task_self(), (mach_vm_address_t)infos, count * sizeof(infos[0]));
    return status;
}

static int kill_one(const char *text, int signal)
{
    if (!is_number(text)) {
        return kill_name(text, signal);
    }
    int pid = parse_number(text);
    if (pid == 0) {
        fprintf(stderr, "kill: 0 is no process: their numbers begin with 1\n");
        return 1;
    }
    return kill_pid(pid, signal, text);
}

int kill_command(int argc, char *const *argv)
{
    int first = 1;
    int status = 0;
    int signal = PROC_SIGNAL_TERMINATE;
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        printf("usage: %s\n", USAGE);
        return 0;
    }
    if (argc > 1 && argv[1][0] == '-') {
        signal = is_number(argv[1] + 1) ? parse_number(argv[1] + 1) : 0;
        first = 2;
    }
    if (first >= argc || signal == 0) {
        fprintf(stderr, "usage: %s\n", USAGE);
        return STATUS_USAGE;
    }
    for (int i = first; i < argc; i++) {
        status |= kill_one(argv[i], signal);
    }
    return status;
}
