/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What others do: the subject's port dies; what is in transit arrives here or is lost with the queue
 * it is in; a full queue gets room.
 */
#include "conformance.h"

#include <mach/mach_port.h>
#include <mach/semaphore.h>
#include <mach/task.h>

#define SELF mach_task_self()

static kern_return_t run_lost(struct subject *subject, int a, int b)
{
    (void)a;
    (void)b;
    return mach_port_mod_refs(SELF, subject->holder, MACH_PORT_RIGHT_RECEIVE, -1);
}

/* Wherever the port's receive right is: destroy it. */
static kern_return_t run_dies(struct subject *subject, int a, int b)
{
    if (subject->holder != MACH_PORT_NULL) {
        return run_lost(subject, a, b);
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

/* A message is refused, and its sender wants to know when there is room; then there is. */
static kern_return_t run_refused(struct subject *subject, int a, int b)
{
    mach_msg_header_t message = {
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
        .msgh_size = sizeof(message),
        .msgh_remote_port = subject->name,
        .msgh_id = PLAIN_ID,
    };
    mach_msg_return_t result =
        mach_msg(&message, MACH_SEND_MSG | MACH_SEND_TIMEOUT | MACH_SEND_NOTIFY, sizeof(message), 0,
                 MACH_PORT_NULL, 0, MACH_PORT_NULL);
    return result == MACH_SEND_TIMED_OUT ? run_room(subject, a, b) : result;
}

const struct operation event_operations[] = {
    { "the port dies", run_dies, 0, 0 },
    { "what is in transit arrives", run_arrives, 0, 0 },
    { "what is in transit is lost", run_lost, 0, 0 },
    { "the queue gets room", run_room, 0, 0 },
    { "refused with notify, then room", run_refused, 0, 0 },
    { NULL, NULL, 0, 0 },
};
