/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console: the server of the screen, the keyboard and the serial line, which together are a
 * terminal.
 */
#include <stdio.h>

#include <mach/mach.h>

#include "console.h"

/* Room for the largest message of all that is served. */
#define MESSAGE_MAX 8192

int main(void)
{
    /* The log takes whole lines. */
    (void)setvbuf(stderr, nullptr, _IOLBF, BUFSIZ);
    if (!console_init()) {
        return 1;
    }
    mach_msg_return_t result = mach_msg_server(console_demux, MESSAGE_MAX, console_port_set(), 0);
    fprintf(stderr, "console: cannot receive: %s\n", mach_error_string(result));
    return 1;
}
