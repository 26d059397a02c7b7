/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kill [-SIGNAL] PID|NAME...: end processes, named by number or by the name of their program.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mach/mach.h>
#include <mach_r/proc.h>
#include <mach_r/startup.h>

#define USAGE "usage: kill [-SIGNAL] PID|NAME...\n"

/* Read all of TEXT as a number above 0. Returns: -1, it is none. */
static int parse_number(const char *text)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    bool is_number = end != text && *end == '\0' && errno == 0;
    return is_number && value > 0 && value < 0x7fffffff ? (int)value : -1;
}

static int kill_pid(int pid, int signal, const char *shown)
{
    kern_return_t result = proc_kill(startup_port(STARTUP_PORT_PROC), pid, signal);
    /* Who ends the process server itself gets no answer. */
    if (result == KERN_SUCCESS || result == MIG_SERVER_DIED) {
        return 0;
    }
    fprintf(stderr, "kill: %s: %s\n", shown, mach_error_string(result));
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

int main(int argc, char **argv)
{
    int first = 1;
    int status = 0;
    int signal = PROC_SIGNAL_TERMINATE;
    if (argc > 1 && argv[1][0] == '-') {
        signal = parse_number(argv[1] + 1);
        first = 2;
    }
    if (first >= argc || signal < 0) {
        fputs(USAGE, stderr);
        return 2;
    }
    for (int i = first; i < argc; i++) {
        int pid = parse_number(argv[i]);
        status |= pid > 0 ? kill_pid(pid, signal, argv[i]) : kill_name(argv[i], signal);
    }
    return status;
}
