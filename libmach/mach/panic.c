/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * panic() of programs: a last word, the host's debugger if the program may ask for it, and the end.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mach/host_reboot.h>
#include <mach/mach.h>

#define LINE_SHOWN_MAX 1024

static mach_port_t privileged_host;

void panic_init(mach_port_t host_priv)
{
    privileged_host = host_priv;
}

void panic(const char *format, ...)
{
    char line[LINE_SHOWN_MAX] = "panic: ";
    size_t length = strlen(line);
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(line + length, sizeof(line) - length - 1, format, arguments);
    va_end(arguments);
    (void)strlcat(line, "\n", sizeof(line));
    (void)write(STDERR_FILENO, line, strlen(line));
    if (privileged_host != MACH_PORT_NULL) {
        (void)host_reboot(privileged_host, HOST_REBOOT_DEBUGGER);
    }
    abort();
}
