/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the program is as a process: its name, its own process port.
 */
#pragma once

#include <sys/types.h>

#include <mach/mach_types.h>

/* The port; null if the program was started without one. References: none given. */
mach_port_t process_port(void);

/* The path that the program was started by; "?" if it does not know. */
const char *program_path(void);

/* The last part of the path that the program was started by; "?" if it does not know. */
const char *program_name(void);

/*
 * A call on PORT showed that the process server has died: get a port from its successor.
 */
kern_return_t process_reconnect(mach_port_t port);

/* What kill() does about other processes, done about PID: the process server ends it. Returns: 0; -1 with
 * errno. */
int process_kill(pid_t pid, int signal);

/* Call the process server by CALL, an expression over `process`; once more if it was restarted. */
#define PROCESS_CALL(result, call)                                               \
    do {                                                                         \
        mach_port_t process = process_port();                                    \
        (result) = (call);                                                       \
        if (server_died(result) && process_reconnect(process) == KERN_SUCCESS) { \
            process = process_port();                                            \
            (result) = (call);                                                   \
        }                                                                        \
    } while (0)
