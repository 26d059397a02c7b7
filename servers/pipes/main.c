/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pipes: the server of idl/pipe.defs.
 */
#include <stdio.h>

#include <mach/mach.h>

#include "pipes.h"

/* Room for the largest message of all that is served. */
#define MESSAGE_MAX 8192

int main(void)
{
    /* The log takes whole lines. */
    (void)setvbuf(stderr, nullptr, _IOLBF, BUFSIZ);
    if (!pipes_start()) {
        return 1;
    }
    mach_msg_return_t result = mach_msg_server(pipes_demux, MESSAGE_MAX, pipes_port_set(), 0);
    fprintf(stderr, "pipes: cannot receive: %s\n", mach_error_string(result));
    return 1;
}
