/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The states that a right is put into before each operation. A receive right that has to be
 * elsewhere, so that its send right stands under a name of its own, waits in the queue of another port
 * (in transit), or is in a second task if the system lets one be made.
 */
#include "conformance.h"

#include <mach/mach_port.h>
#include <mach/notify.h>
#include <mach/semaphore.h>
#include <mach/sync_policy.h>
#include <mach/task.h>

#define SELF mach_task_self()

mach_port_name_t allocate(mach_port_right_t right)
{
    mach_port_name_t name;
    NEED(mach_port_allocate(SELF, right, &name));
    return name;
}

void ask_for(struct subject *subject, mach_msg_id_t kind, mach_port_mscount_t sync)
{
    mach_port_t previous;
    NEED(mach_port_request_notification(SELF, subject->name, kind, sync, subject->notify,
                                        MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous));
}

task_t other_task(void)
{
    static task_t task;
    static bool was_tried;
    if (!was_tried && task_create(SELF, NULL, 0, false, &task) != KERN_SUCCESS) {
        task = MACH_PORT_NULL;
    }
    was_tried = true;
    return task;
}

/* Add COUNT user references of a send right to a receive right's name. */
static void add_send(mach_port_name_t name, int count)
{
    NEED(mach_port_insert_right(SELF, name, name, MACH_MSG_TYPE_MAKE_SEND));
    if (count > 1) {
        NEED(mach_port_mod_refs(SELF, name, MACH_PORT_RIGHT_SEND, count - 1));
    }
}

/* Let one message fill the queue of a receive right that has a send right. */
static void fill(mach_port_name_t name)
{
    mach_port_limits_t limits = { .mpl_qlimit = 1 };
    NEED(mach_port_set_attributes(SELF, name, MACH_PORT_LIMITS_INFO, (mach_port_info_t)&limits,
                                  MACH_PORT_LIMITS_INFO_COUNT));
    NEED(send_plain(name, MACH_MSG_TYPE_COPY_SEND));
}

/* Send the receive right NAME into the queue of a new port. */
static void put_in_transit(struct subject *subject, mach_port_name_t name)
{
    subject->holder = allocate(MACH_PORT_RIGHT_RECEIVE);
    NEED(send_right(subject->holder, name, MACH_MSG_TYPE_MOVE_RECEIVE));
}

static bool receive_alone(struct subject *subject)
{
    subject->name = allocate(MACH_PORT_RIGHT_RECEIVE);
    return true;
}

static bool receive_send(struct subject *subject)
{
    (void)receive_alone(subject);
    add_send(subject->name, 1);
    return true;
}

static bool receive_send_3(struct subject *subject)
{
    (void)receive_alone(subject);
    add_send(subject->name, 3);
    return true;
}

static bool receive_in_set(struct subject *subject)
{
    (void)receive_send(subject);
    NEED(mach_port_insert_member(SELF, subject->name, subject->set));
    return true;
}

static bool receive_full(struct subject *subject)
{
    (void)receive_send(subject);
    fill(subject->name);
    return true;
}

static bool receive_guarded(struct subject *subject)
{
    (void)receive_send(subject);
    NEED(mach_port_guard(SELF, subject->name, GUARD, false));
    return true;
}

static bool receive_no_senders(struct subject *subject)
{
    (void)receive_send(subject);
    ask_for(subject, MACH_NOTIFY_NO_SENDERS, 1);
    return true;
}

static bool receive_dead_name(struct subject *subject)
{
    (void)receive_send(subject);
    ask_for(subject, MACH_NOTIFY_DEAD_NAME, 0);
    return true;
}

static bool receive_port_destroyed(struct subject *subject)
{
    (void)receive_send(subject);
    ask_for(subject, MACH_NOTIFY_PORT_DESTROYED, 0);
    return true;
}

static bool receive_send_away(struct subject *subject)
{
    (void)receive_no_senders(subject);
    subject->holder = allocate(MACH_PORT_RIGHT_RECEIVE);
    NEED(send_right(subject->holder, subject->name, MACH_MSG_TYPE_MOVE_SEND));
    return true;
}

static bool receive_once_away(struct subject *subject)
{
    (void)receive_alone(subject);
    subject->holder = allocate(MACH_PORT_RIGHT_RECEIVE);
    NEED(send_right(subject->holder, subject->name, MACH_MSG_TYPE_MAKE_SEND_ONCE));
    return true;
}

static bool send_in_transit(struct subject *subject)
{
    (void)receive_send(subject);
    put_in_transit(subject, subject->name);
    return true;
}

static bool send_3(struct subject *subject)
{
    (void)receive_send_3(subject);
    put_in_transit(subject, subject->name);
    return true;
}

/* Make a port in the other task. Returns: false if there is none. */
static bool make_remote(struct subject *subject)
{
    if (other_task() == MACH_PORT_NULL) {
        return false;
    }
    NEED(mach_port_allocate(other_task(), MACH_PORT_RIGHT_RECEIVE, &subject->remote));
    return true;
}

/* Take a right to the other task's port from there. */
static bool take_remote(struct subject *subject, mach_msg_type_name_t disposition)
{
    mach_msg_type_name_t type;
    if (!make_remote(subject)) {
        return false;
    }
    NEED(
        mach_port_extract_right(other_task(), subject->remote, disposition, &subject->name, &type));
    return true;
}

static bool send_other_task(struct subject *subject)
{
    return take_remote(subject, MACH_MSG_TYPE_MAKE_SEND);
}

static bool send_kernel(struct subject *subject)
{
    subject->is_semaphore = true;
    NEED(semaphore_create(SELF, &subject->name, SYNC_POLICY_FIFO, 0));
    return true;
}

static bool send_full(struct subject *subject)
{
    (void)receive_full(subject);
    put_in_transit(subject, subject->name);
    return true;
}

static bool send_dead_name(struct subject *subject)
{
    (void)send_in_transit(subject);
    ask_for(subject, MACH_NOTIFY_DEAD_NAME, 0);
    return true;
}

static bool send_possible(struct subject *subject)
{
    (void)send_full(subject);
    ask_for(subject, MACH_NOTIFY_SEND_POSSIBLE, 1);
    return true;
}

static bool send_possible_later(struct subject *subject)
{
    (void)send_full(subject);
    ask_for(subject, MACH_NOTIFY_SEND_POSSIBLE, 0);
    return true;
}

/* A port whose receive right stays here under its own name, and a send-once right to it. */
static bool once_ours(struct subject *subject)
{
    mach_msg_type_name_t type;
    subject->is_once = true;
    subject->port = allocate(MACH_PORT_RIGHT_RECEIVE);
    NEED(mach_port_extract_right(SELF, subject->port, MACH_MSG_TYPE_MAKE_SEND_ONCE, &subject->name,
                                 &type));
    return true;
}

static bool once_in_transit(struct subject *subject)
{
    (void)once_ours(subject);
    put_in_transit(subject, subject->port);
    subject->is_once = false;
    subject->port = MACH_PORT_NULL;
    return true;
}

static bool once_other_task(struct subject *subject)
{
    return take_remote(subject, MACH_MSG_TYPE_MAKE_SEND_ONCE);
}

static bool once_dead_name(struct subject *subject)
{
    (void)once_ours(subject);
    ask_for(subject, MACH_NOTIFY_DEAD_NAME, 0);
    return true;
}

static bool set_empty(struct subject *subject)
{
    subject->name = allocate(MACH_PORT_RIGHT_PORT_SET);
    return true;
}

static bool set_member(struct subject *subject)
{
    (void)set_empty(subject);
    subject->port = allocate(MACH_PORT_RIGHT_RECEIVE);
    NEED(mach_port_insert_member(SELF, subject->port, subject->name));
    return true;
}

static bool set_message(struct subject *subject)
{
    (void)set_member(subject);
    NEED(send_plain(subject->port, MACH_MSG_TYPE_MAKE_SEND));
    return true;
}

static bool dead_allocated(struct subject *subject)
{
    subject->name = allocate(MACH_PORT_RIGHT_DEAD_NAME);
    return true;
}

static bool dead_3(struct subject *subject)
{
    (void)dead_allocated(subject);
    NEED(mach_port_mod_refs(SELF, subject->name, MACH_PORT_RIGHT_DEAD_NAME, 2));
    return true;
}

/* Destroy the queue in which the subject's receive right is. */
static void destroy_holder(struct subject *subject)
{
    NEED(mach_port_mod_refs(SELF, subject->holder, MACH_PORT_RIGHT_RECEIVE, -1));
    subject->holder = MACH_PORT_NULL;
}

static bool dead_send(struct subject *subject)
{
    (void)send_in_transit(subject);
    destroy_holder(subject);
    return true;
}

static bool dead_send_3(struct subject *subject)
{
    (void)send_3(subject);
    destroy_holder(subject);
    return true;
}

static bool dead_once(struct subject *subject)
{
    (void)once_ours(subject);
    NEED(mach_port_mod_refs(SELF, subject->port, MACH_PORT_RIGHT_RECEIVE, -1));
    subject->is_once = false;
    subject->port = MACH_PORT_NULL;
    return true;
}

static bool dead_told(struct subject *subject)
{
    char ignored[OUTCOME_MAX] = "";
    (void)send_dead_name(subject);
    destroy_holder(subject);
    describe_notifications(ignored, subject->notify);
    return true;
}

static bool none_given_up(struct subject *subject)
{
    (void)receive_alone(subject);
    NEED(mach_port_mod_refs(SELF, subject->name, MACH_PORT_RIGHT_RECEIVE, -1));
    return true;
}

static bool none_in_transit(struct subject *subject)
{
    (void)receive_alone(subject);
    put_in_transit(subject, subject->name);
    return true;
}

static bool none_null(struct subject *subject)
{
    subject->name = MACH_PORT_NULL;
    return true;
}

static bool none_dead(struct subject *subject)
{
    subject->name = MACH_PORT_DEAD;
    return true;
}

const struct state states[] = {
    { "receive right", "alone", receive_alone },
    { "receive right", "send right too", receive_send },
    { "receive right", "send x3", receive_send_3 },
    { "receive right", "in a set", receive_in_set },
    { "receive right", "queue full", receive_full },
    { "receive right", "guarded", receive_guarded },
    { "receive right", "no-senders asked", receive_no_senders },
    { "receive right", "dead-name asked", receive_dead_name },
    { "receive right", "port-destroyed asked", receive_port_destroyed },
    { "receive right", "its send right away", receive_send_away },
    { "receive right", "its send-once away", receive_once_away },
    { "send right", "in transit", send_in_transit },
    { "send right", "x3", send_3 },
    { "send right", "other task", send_other_task },
    { "send right", "kernel object", send_kernel },
    { "send right", "queue full", send_full },
    { "send right", "dead-name asked", send_dead_name },
    { "send right", "send-possible asked", send_possible },
    { "send right", "send-possible later", send_possible_later },
    { "send-once right", "receiver here", once_ours },
    { "send-once right", "in transit", once_in_transit },
    { "send-once right", "other task", once_other_task },
    { "send-once right", "dead-name asked", once_dead_name },
    { "port set", "empty", set_empty },
    { "port set", "a member", set_member },
    { "port set", "a message", set_message },
    { "dead name", "allocated", dead_allocated },
    { "dead name", "x3", dead_3 },
    { "dead name", "was send", dead_send },
    { "dead name", "was send x3", dead_send_3 },
    { "dead name", "was send-once", dead_once },
    { "dead name", "dead-name told", dead_told },
    { "no right", "given up", none_given_up },
    { "no right", "in transit", none_in_transit },
    { "no right", "MACH_PORT_NULL", none_null },
    { "no right", "MACH_PORT_DEAD", none_dead },
    { NULL, NULL, NULL },
};
