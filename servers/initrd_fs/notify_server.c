/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notifications: only that a node's port has no senders left was asked for. The others say nothing
 * to this server.
 */
#include <mach_r/notify_server.h>

#include "node_ports.h"

kern_return_t do_mach_notify_no_senders(mach_port_t notify, mach_port_mscount_t mscount)
{
    (void)mscount;
    node_port_without_senders(notify);
    return KERN_SUCCESS;
}
