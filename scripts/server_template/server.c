/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The routines of idl/@name@.defs.
 * mach_msg_server() calls one at a time, so nothing is locked.
 */
#include <mach_r/@name@_server.h>

#include "greeting.h"

static unsigned greetings_given;

kern_return_t serve_@name@_greet(mach_port_t server, @name@_text_t name, @name@_text_t greeting)
{
    (void)server;
    switch (greeting_write(greeting, sizeof(@name@_text_t), name)) {
    case GREETING_BAD_NAME: return SERVER_ERROR_INVALID;
    case GREETING_NO_ROOM: return SERVER_ERROR_NAME_TOO_LONG;
    case GREETING_WRITTEN: break;
    }
    greetings_given++;
    return KERN_SUCCESS;
}

kern_return_t serve_@name@_count(mach_port_t server, unsigned *count)
{
    (void)server;
    *count = greetings_given;
    return KERN_SUCCESS;
}
