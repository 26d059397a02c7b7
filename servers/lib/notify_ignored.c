/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a server does with notifications it never asked for: nothing. A server that asks for a kind
 * defines that function itself, which takes the place of the one here. The failure makes the
 * message loop give back what came with the message.
 */
#include <mach_r/notify_server.h>

#define DEFAULT __attribute__((weak))

DEFAULT kern_return_t do_mach_notify_port_deleted(mach_port_t notify, mach_port_name_t name)
{
    (void)notify;
    (void)name;
    return KERN_FAILURE;
}

DEFAULT kern_return_t do_mach_notify_send_possible(mach_port_t notify, mach_port_name_t name)
{
    (void)notify;
    (void)name;
    return KERN_FAILURE;
}

DEFAULT kern_return_t do_mach_notify_port_destroyed(mach_port_t notify, mach_port_t rights)
{
    (void)notify;
    (void)rights;
    return KERN_FAILURE;
}

DEFAULT kern_return_t do_mach_notify_no_senders(mach_port_t notify, mach_port_mscount_t mscount)
{
    (void)notify;
    (void)mscount;
    return KERN_FAILURE;
}

DEFAULT kern_return_t do_mach_notify_send_once(mach_port_t notify)
{
    (void)notify;
    return KERN_FAILURE;
}

DEFAULT kern_return_t do_mach_notify_dead_name(mach_port_t notify, mach_port_name_t name)
{
    (void)notify;
    (void)name;
    return KERN_FAILURE;
}
