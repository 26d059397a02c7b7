/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread that waits for messages and sends each back to where its reply right says, with the
 * descriptor that came. So a right makes a whole round trip between two threads, one of which
 * always waits for the other.
 */
#include "conformance.h"

#include <pthread.h>

static void *serve(void *argument)
{
    struct server_message message;
    mach_port_name_t port = *(mach_port_name_t *)argument;
    mach_msg_option_t option = MACH_RCV_MSG;
    mach_msg_size_t size = 0;
    for (;;) {
        mach_msg_return_t result =
            mach_msg(&message.header, option, size, sizeof(message), port, 0, MACH_PORT_NULL);
        option = MACH_RCV_MSG;
        if (result == MACH_MSG_SUCCESS) {
            /* What came is what goes back: received kinds of right are moves when they are sent. */
            message.header.msgh_bits =
                MACH_MSGH_BITS(MACH_MSGH_BITS_REMOTE(message.header.msgh_bits), 0) |
                (message.header.msgh_bits & MACH_MSGH_BITS_COMPLEX);
            message.header.msgh_local_port = MACH_PORT_NULL;
            option |= MACH_SEND_MSG;
            size = message.header.msgh_size;
        }
    }
    return NULL;
}

mach_port_name_t server_port(void)
{
    static mach_port_name_t port;
    if (port == MACH_PORT_NULL) {
        pthread_t thread;
        port = allocate(MACH_PORT_RIGHT_RECEIVE);
        NEED(mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND));
        NEED(pthread_create(&thread, NULL, serve, &port));
    }
    return port;
}
