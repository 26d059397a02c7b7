/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whom a message that waits in a queue is charged to, and what happens beyond the limit:
 *
 *      sent by a send right            its sender              MACH_SEND_NO_BUFFER
 *      sent by a send-once right:      the task that made the  it is lost; its sender is told
 *      answers of programs and of      port: whoever asks and  nothing, as if the port had died
 *      the kernel, unused rights       does not listen
 *      asked-for notification          who asked, when asking  KERN_RESOURCE_SHORTAGE
 *
 * A message that finds its receiver waiting at the port is not charged.
 */
#pragma once

#include <lib/compiler.h>
#include <mem/quota.h>
#include <sched/thread.h>
#include <ipc/ipc_kmsg.h>
#include <ipc/ipc_space.h>

/* The quota of the running thread's task; null: the kernel's own thread. */
static inline struct quota *ipc_current_quota(void)
{
    const struct ipc_space *space = current_thread()->space;
    return space != nullptr ? space->quota : nullptr;
}

/* Charge KMSG, whose destination is known and which SENDER sends, unless that is done already.
 * Returns: false, it is beyond the limit. */
[[nodiscard]] bool ipc_kmsg_charge(struct ipc_kmsg *kmsg, struct quota *sender);

/* Charge KMSG to QUOTA.  Returns: false, it is beyond the limit. */
[[nodiscard]] bool ipc_kmsg_charge_to(struct ipc_kmsg *kmsg, struct quota *quota);

/* Nobody is charged for KMSG any more. */
void ipc_kmsg_uncharge(struct ipc_kmsg *kmsg);

/* Destroy KMSG, which is beyond the limit, without a notification that it was not used. */
void ipc_kmsg_lose(struct ipc_kmsg *kmsg);
