/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A reply port for each thread. A client stub needs one for every call, and a new one each time
 * would be two kernel calls and, when forgotten, a leak. So each thread keeps one in its block;
 * taking it is one load. It is thrown away when a reply might still arrive late on it.
 */
#include <mach/mach_init.h>
#include <mach/mach_port.h>
#include <mach/mach_traps.h>
#include <mach/mig.h>

#include "../posix/fork.h"
#include "../threads/reply_port.h"

mach_port_t mig_new_reply_port(void)
{
    mach_port_t port = mach_reply_port();
    *thread_reply_port() = port;
    return port;
}

/* For those that do not have it inline. */
mach_port_t mig_get_reply_port(void)
{
    mach_port_t port = *thread_reply_port();
    return port != MACH_PORT_NULL ? port : mig_new_reply_port();
}

void mig_put_reply_port(mach_port_t port)
{
    (void)port; /* it stays this thread's reply port */
}

void mig_dealloc_reply_port(mach_port_t port)
{
    mach_port_t *kept = thread_reply_port();
    mach_port_t mine = *kept;
    *kept = MACH_PORT_NULL;
    if (mine != MACH_PORT_NULL) {
        (void)mach_port_mod_refs(mach_task_self_, mine, MACH_PORT_RIGHT_RECEIVE, -1);
    }
    if (port != mine && MACH_PORT_VALID(port)) {
        (void)mach_port_mod_refs(mach_task_self_, port, MACH_PORT_RIGHT_RECEIVE, -1);
    }
}

void mig_after_fork(void)
{
    *thread_reply_port() = MACH_PORT_NULL;
}
