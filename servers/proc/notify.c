/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notifications that proc has asked for: of tasks that die, and of nodes of /proc that nobody has
 * open any more.
 */
#include <mach/mach.h>
#include <mach_r/notify_server.h>

#include "lifecycle.h"
#include "node.h"
#include "proc.h"

kern_return_t do_mach_notify_dead_name(mach_port_t notify, mach_port_name_t name)
{
    /* Anybody can send such a message elsewhere; only the kernel has rights to this port. */
    if (notify != proc_notify_port()) {
        return KERN_SUCCESS;
    }
    struct process *process = process_by_task(name);
    if (process != nullptr) {
        process_end(process, PROC_STATUS_SIGNAL(PROC_SIGNAL_KILL));
    }
    /* The reference that came with the notification. */
    (void)mach_port_deallocate(mach_task_self(), name);
    return KERN_SUCCESS;
}

kern_return_t do_mach_notify_no_senders(mach_port_t notify, mach_port_mscount_t mscount)
{
    node_no_senders(notify, mscount);
    return KERN_SUCCESS;
}
