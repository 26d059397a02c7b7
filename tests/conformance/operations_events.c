/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What others do to the subject's port: its holder destroys it, the receive right arrives here, its
 * queue gets room.
 */
#include "conformance.h"

#include <mach/mach_port.h>
#include <mach/semaphore.h>
#include <mach/task.h>

#define SELF mach_task_self()

/* Does the port have its receive right elsewhere, where these events can happen to it? */
static kern_return_t run_dies(struct subject *subject, int a, int b)
{
    (void)a;
    (void)b;
    if (subject->holder != MACH_PORT_NULL) {
        return mach_port_mod_refs(SELF, subject->holder, MACH_PORT_RIGHT_RECEIVE, -1);
    }
    if (subject->port != MACH_PORT_NULL) {
        return mach_port_mod_refs(SELF, subject->port, MACH_PORT_RIGHT_RECEIVE, -1);
    }
    if (subject->remote != MACH_PORT_NULL) {
        return mach_port_mod_refs(other_task(), subject->remote, MACH_PORT_RIGHT_RECEIVE, -1);
    }
    return subject->is_semaphore ? semaphore_destroy(SELF, subject->name) : KERN_NOT_SUPPORTED;
}

static kern_return_t run_arrives(struct subject *subject, int a, int b)
{
    (void)a;
    (void)b;
    subject->has_other = true;
    subject->other = receive_right(subject->holder);
    return KERN_SUCCESS;
}

/* The receive right arrives, and the message that fills its queue is taken. */
static kern_return_t run_room(struct subject *subject, int a, int b)
{
    struct {
        mach_msg_header_t header;
        mach_msg_trailer_t trailer;
    } message;
    mach_port_name_t port = receive_right(subject->holder);
    (void)a;
    (void)b;
    return mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(message), port, 0,
                    MACH_PORT_NULL);
}

const struct operation event_operations[] = {
    { "the port dies", run_dies, 0, 0 },
    { "the receive right arrives", run_arrives, 0, 0 },
    { "the queue gets room", run_room, 0, 0 },
    { NULL, NULL, 0, 0 },
};
