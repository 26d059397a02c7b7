/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Client and server of adder.defs in one program: the sum goes through a port of its own.
 */
#include <pthread.h>
#include <stdint.h>
#include <sys/types.h>

#include <mach/mach.h>

#include "adder.h"
#include "adder_server.h"
#include "words.h"

/* As on Darwin. */
_Static_assert(_Generic((uint64_t)0, unsigned long long: 1, default: 0), "uint64_t");
_Static_assert(_Generic((mach_vm_address_t)0, unsigned long long: 1, default: 0), "addresses");
_Static_assert(_Generic((off_t)0, long long: 1, default: 0), "off_t");
_Static_assert(_Generic(UINT64_MAX, unsigned long long: 1, default: 0), "UINT64_MAX");
_Static_assert(_Generic(INT64_C(1), long long: 1, default: 0), "INT64_C");

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
