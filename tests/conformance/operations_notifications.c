/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests for notifications: of each kind, and taking them back. The number in the outcome is 1 if the
 * request that was there before came back.
 */
#include "conformance.h"

#include <mach/mach_port.h>
#include <mach/notify.h>

#define SELF mach_task_self()

static kern_return_t request(struct subject *subject, int kind, int sync, mach_port_t notify,
                             mach_msg_type_name_t disposition)
{
    mach_port_t previous = MACH_PORT_NULL;
    kern_return_t result = mach_port_request_notification(
        SELF, subject->name, kind, (mach_port_mscount_t)sync, notify, disposition, &previous);
    if (result == KERN_SUCCESS) {
        subject->has_value = true;
        subject->value = previous != MACH_PORT_NULL;
    }
    return result;
}

static kern_return_t run_request(struct subject *subject, int kind, int sync)
{
    return request(subject, kind, sync, subject->notify, MACH_MSG_TYPE_MAKE_SEND_ONCE);
}

static kern_return_t run_cancel(struct subject *subject, int kind, int unused)
{
    (void)unused;
    return request(subject, kind, 0, MACH_PORT_NULL, MACH_MSG_TYPE_MAKE_SEND_ONCE);
}

const struct operation notification_operations[] = {
    { "request PORT_DESTROYED", run_request, MACH_NOTIFY_PORT_DESTROYED, 0 },
    { "request PORT_DESTROYED, sync 1", run_request, MACH_NOTIFY_PORT_DESTROYED, 1 },
    { "request NO_SENDERS, sync 0", run_request, MACH_NOTIFY_NO_SENDERS, 0 },
    { "request NO_SENDERS, sync 1", run_request, MACH_NOTIFY_NO_SENDERS, 1 },
    { "request DEAD_NAME, sync 0", run_request, MACH_NOTIFY_DEAD_NAME, 0 },
    { "request DEAD_NAME, sync 1", run_request, MACH_NOTIFY_DEAD_NAME, 1 },
    { "request SEND_POSSIBLE, sync 0", run_request, MACH_NOTIFY_SEND_POSSIBLE, 0 },
    { "request SEND_POSSIBLE, sync 1", run_request, MACH_NOTIFY_SEND_POSSIBLE, 1 },
    { "request PORT_DELETED", run_request, MACH_NOTIFY_PORT_DELETED, 0 },
    { "request SEND_ONCE", run_request, MACH_NOTIFY_SEND_ONCE, 0 },
    { "cancel NO_SENDERS", run_cancel, MACH_NOTIFY_NO_SENDERS, 0 },
    { "cancel DEAD_NAME", run_cancel, MACH_NOTIFY_DEAD_NAME, 0 },
    { NULL, NULL, 0, 0 },
};
