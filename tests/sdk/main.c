/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Client and server of adder.defs in one program: the sum goes through a port of its own.
 */
#include <pthread.h>

#include <mach/mach.h>

#include "adder.h"
#include "adder_server.h"
#include "words.h"

kern_return_t serve_add(mach_port_t server, int left, int right, int *sum)
{
    (void)server;
    *sum = left + right;
    return KERN_SUCCESS;
}

static void *serve(void *port)
{
    (void)mach_msg_server_once(adder_server, 1024, *(mach_port_t *)port, 0);
    return NULL;
}

int main(void)
{
    mach_port_t port;
    pthread_t thread;
    int sum = 0;
    if (mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port) != KERN_SUCCESS ||
        mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND) !=
            KERN_SUCCESS ||
        pthread_create(&thread, NULL, serve, &port) != 0 ||
        add(port, 40, 2, &sum) != KERN_SUCCESS) {
        return 1;
    }
    pthread_join(thread, NULL);
    print_sum(sum);
    return 0;
}
