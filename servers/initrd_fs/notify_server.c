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

kern_return_t do_mach_notify_port_deleted(mach_port_t notify, mach_port_name_t name)
{
    (void)notify;
    (void)name;
    return KERN_FAILURE;
}

kern_return_t do_mach_notify_send_possible(mach_port_t notify, mach_port_name_t name)
{
    (void)notify;
    (void)name;
    return KERN_FAILURE;
}

/* The failure makes the message loop give the right back. */
kern_return_t do_mach_notify_port_destroyed(mach_port_t notify, mach_port_t rights)
{
    (void)notify;
    (void)rights;
    return KERN_FAILURE;
}

kern_return_t do_mach_notify_send_once(mach_port_t notify)
{
    (void)notify;
    return KERN_FAILURE;
}

kern_return_t do_mach_notify_dead_name(mach_port_t notify, mach_port_name_t name)
{
    (void)notify;
    (void)name;
    return KERN_FAILURE;
}
