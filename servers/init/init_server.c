/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The main thread's ports and dispatcher.
 */
#include <mach/mach.h>
#include <mach/mig.h>
#include <mach_r/notify_server.h>
#include <mach_r/bootstrap_server.h>
#include <mach_r/io_server.h>

#include "init.h"

static const void *const interfaces[] = {
    &serve_bootstrap_subsystem,
    &serve_io_subsystem,
    &do_notify_subsystem,
};

static struct mig_server server;

mach_port_t init_port_set(void)
{
    static mach_port_t set;
    if (set == MACH_PORT_NULL) {
        (void)mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_PORT_SET, &set);
    }
    return set;
}

mach_port_t init_notify_port(void)
{
    static mach_port_t port;
    if (port == MACH_PORT_NULL &&
        mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port) == KERN_SUCCESS) {
        (void)mach_port_insert_member(mach_task_self(), port, init_port_set());
    }
    return port;
}

kern_return_t init_server_create(void)
{
    return mig_server_init(&server, interfaces, sizeof(interfaces) / sizeof(interfaces[0]));
}

boolean_t init_demux(mach_msg_header_t *request, mach_msg_header_t *reply)
{
    return mig_demux(&server, request, reply);
}
