/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Notifications: each event one message, exactly once, to the right that was registered for it.
 */
#include <mach/notify.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

/* A notification as it arrives. */
union notification {
    union any_message any;
    mach_port_deleted_notification_t name;
    mach_no_senders_notification_t count;
    mach_port_destroyed_notification_t right;
};

/* Ask for ID about NAME, to be sent to NOTIFY (a receive right). Returns: the right that was
 * registered before. */
static mach_port_t request(mach_port_t name, mach_msg_id_t id, uint32_t sync, mach_port_t notify)
{
    mach_port_t previous = ~0u;
    EXPECT_OK(mach_port_request_notification(mach_task_self(), name, id, sync, notify,
                                             MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous));
    return previous;
}

/* Ask for ID about PORT, for which nothing was asked yet. Returns: a new port, where it will come. */
static mach_port_t watch(mach_port_t port, mach_msg_id_t id)
{
    mach_port_t notify = port_create();
    EXPECT_EQ(request(port, id, 0, notify), MACH_PORT_NULL);
    return notify;
}

/* The next message on NOTIFY has to be notification ID. */
static void expect_notification(mach_port_t notify, mach_msg_id_t id, union notification *got)
{
    EXPECT_OK(receive(notify, &got->any));
    EXPECT_EQ(got->any.header.msgh_id, id);
    EXPECT_EQ(got->any.header.msgh_local_port, notify);
    EXPECT_EQ(got->any.header.msgh_remote_port, MACH_PORT_NULL);
    EXPECT_EQ(MACH_MSGH_BITS_LOCAL(got->any.header.msgh_bits), MACH_MSG_TYPE_PORT_SEND_ONCE);
}

static void expect_nothing(mach_port_t notify)
{
    union any_message message;
    EXPECT_EQ(receive_now(notify, &message), MACH_RCV_TIMED_OUT);
}

CASE(dead_name_comes_with_a_reference)
{
    union notification got;
    mach_port_t port = port_create_with_send(), notify = watch(port, MACH_NOTIFY_DEAD_NAME);
    EXPECT_EQ(port_type(port), MACH_PORT_TYPE_SEND_RECEIVE | MACH_PORT_TYPE_DNREQUEST);
    expect_nothing(notify);
    port_destroy(port);
    expect_notification(notify, MACH_NOTIFY_DEAD_NAME, &got);
    EXPECT_EQ(got.name.not_port, port);
    EXPECT_EQ(port_type(port), MACH_PORT_TYPE_DEAD_NAME);
    EXPECT_EQ(port_refs(port, MACH_PORT_RIGHT_DEAD_NAME), 2);
    expect_nothing(notify);
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_DEAD_NAME, -2));
    port_destroy(notify);
}

CASE(dead_name_request_on_a_dead_name_is_answered_at_once)
{
    union notification got;
    mach_port_t previous;
    mach_port_t notify = port_create(), port = port_create_with_send();
    port_destroy(port);
    EXPECT_EQ(mach_port_request_notification(mach_task_self(), port, MACH_NOTIFY_DEAD_NAME, 0,
                                             notify, MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous),
              KERN_INVALID_ARGUMENT);
    expect_notification(notify, MACH_NOTIFY_SEND_ONCE, &got); /* of the refused request's right */
    EXPECT_EQ(request(port, MACH_NOTIFY_DEAD_NAME, 1, notify), MACH_PORT_NULL);
    expect_notification(notify, MACH_NOTIFY_DEAD_NAME, &got);
    EXPECT_EQ(got.name.not_port, port);
    expect_nothing(notify);
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_DEAD_NAME, -2));
    port_destroy(notify);
}

CASE(a_new_request_gives_the_old_one_back)
{
    union notification got;
    mach_port_t first = port_create(), second = port_create(), port = port_create_with_send();
    EXPECT_EQ(request(port, MACH_NOTIFY_DEAD_NAME, 0, first), MACH_PORT_NULL);
    mach_port_t previous = request(port, MACH_NOTIFY_DEAD_NAME, 0, second);
    EXPECT_EQ(port_type(previous), MACH_PORT_TYPE_SEND_ONCE);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), previous));
    expect_notification(first, MACH_NOTIFY_SEND_ONCE, &got);
    port_destroy(port);
    expect_notification(second, MACH_NOTIFY_DEAD_NAME, &got);
    expect_nothing(first);
    EXPECT_OK(mach_port_destroy(mach_task_self(), port));
    port_destroy(first);
    port_destroy(second);
}

CASE(a_cancelled_request_stays_silent)
{
    union notification got;
    mach_port_t previous;
    mach_port_t port = port_create_with_send(), notify = watch(port, MACH_NOTIFY_DEAD_NAME);
    EXPECT_OK(mach_port_request_notification(mach_task_self(), port, MACH_NOTIFY_DEAD_NAME, 0,
                                             MACH_PORT_NULL, MACH_MSG_TYPE_MOVE_SEND_ONCE,
                                             &previous));
    EXPECT_EQ(port_type(port), MACH_PORT_TYPE_SEND_RECEIVE);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), previous));
    expect_notification(notify, MACH_NOTIFY_SEND_ONCE, &got);
    port_destroy(port);
    expect_nothing(notify);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), port));
    port_destroy(notify);
}

CASE(port_deleted_when_the_name_is_given_up)
{
    union notification got;
    mach_port_t notify = port_create(), port = port_create_with_send();
    /* To hold only the send right, the test gives the receive right away. */
    mach_port_t via = port_create_with_send();
    EXPECT_OK(send_right(via, port, MACH_MSG_TYPE_MOVE_RECEIVE));
    EXPECT_EQ(request(port, MACH_NOTIFY_DEAD_NAME, 0, notify), MACH_PORT_NULL);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), port));
    expect_notification(notify, MACH_NOTIFY_PORT_DELETED, &got);
    EXPECT_EQ(got.name.not_port, port);
    EXPECT_EQ(port_type(port), 0);
    port_destroy(receive_right(via));
    expect_nothing(notify);
    port_destroy_with_send(via);
    port_destroy(notify);
}

CASE(a_request_stays_with_the_receive_right)
{
    union notification got;
    mach_port_t port = port_create_with_send(), notify = watch(port, MACH_NOTIFY_DEAD_NAME);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), port));
    EXPECT_EQ(port_type(port), MACH_PORT_TYPE_RECEIVE | MACH_PORT_TYPE_DNREQUEST);
    expect_nothing(notify);
    port_destroy(port);
    expect_notification(notify, MACH_NOTIFY_PORT_DELETED, &got);
    EXPECT_EQ(got.name.not_port, port);
    expect_nothing(notify);
    port_destroy(notify);
}

/* Fill the queue of PORT, whose limit becomes 1. */
static void fill(mach_port_t port)
{
    mach_port_limits_t limits = { .mpl_qlimit = 1 };
    EXPECT_OK(mach_port_set_attributes(mach_task_self(), port, MACH_PORT_LIMITS_INFO,
                                       (mach_port_info_t)&limits, MACH_PORT_LIMITS_INFO_COUNT));
    EXPECT_OK(send_value(port, 1));
}

CASE(send_possible_when_there_is_room_again)
{
    union notification got;
    mach_port_t notify = port_create(), port = port_create_with_send();
    EXPECT_EQ(request(port, MACH_NOTIFY_SEND_POSSIBLE, 1, notify), MACH_PORT_NULL);
    expect_notification(notify, MACH_NOTIFY_SEND_POSSIBLE, &got); /* there is room */
    EXPECT_EQ(got.name.not_port, port);
    fill(port);
    EXPECT_EQ(request(port, MACH_NOTIFY_SEND_POSSIBLE, 1, notify), MACH_PORT_NULL);
    expect_nothing(notify);
    EXPECT_EQ(receive_value(port), 1);
    expect_notification(notify, MACH_NOTIFY_SEND_POSSIBLE, &got);
    EXPECT_EQ(got.name.not_port, port);
    EXPECT_EQ(port_type(port), MACH_PORT_TYPE_SEND_RECEIVE);
    port_destroy_with_send(port);
    expect_nothing(notify);
    port_destroy(notify);
}

CASE(send_possible_waits_for_a_send_that_failed)
{
    union notification got;
    mach_port_t notify = port_create(), port = port_create_with_send();
    fill(port);
    EXPECT_EQ(request(port, MACH_NOTIFY_SEND_POSSIBLE, 0, notify), MACH_PORT_NULL);
    EXPECT_EQ(send_value_option(port, MACH_MSG_TYPE_COPY_SEND, 2, MACH_SEND_TIMEOUT, 0),
              MACH_SEND_TIMED_OUT);
    EXPECT_EQ(receive_value(port), 1);
    expect_nothing(notify); /* nobody said MACH_SEND_NOTIFY */
    EXPECT_OK(send_value(port, 1));
    EXPECT_EQ(send_value_option(port, MACH_MSG_TYPE_COPY_SEND, 2,
                                MACH_SEND_TIMEOUT | MACH_SEND_NOTIFY, 0),
              MACH_SEND_TIMED_OUT);
    EXPECT_EQ(receive_value(port), 1);
    expect_notification(notify, MACH_NOTIFY_SEND_POSSIBLE, &got);
    expect_nothing(notify);
    /* Each message that came back brought a reference. */
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_SEND, -2));
    port_destroy_with_send(port);
    expect_nothing(notify);
    port_destroy(notify);
}

CASE(send_possible_on_a_port_that_dies_is_a_dead_name)
{
    union notification got;
    mach_port_t port = port_create_with_send(), notify = watch(port, MACH_NOTIFY_SEND_POSSIBLE);
    port_destroy(port);
    expect_notification(notify, MACH_NOTIFY_DEAD_NAME, &got);
    EXPECT_EQ(port_refs(port, MACH_PORT_RIGHT_DEAD_NAME), 2);
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_DEAD_NAME, -2));
    expect_nothing(notify);
    port_destroy(notify);
}

CASE(no_senders_once_and_with_the_count)
{
    union notification got;
    mach_port_t port = port_create_with_send(), notify = watch(port, MACH_NOTIFY_NO_SENDERS);
    expect_nothing(notify);
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_SEND, 1));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), port));
    expect_nothing(notify);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), port));
    expect_notification(notify, MACH_NOTIFY_NO_SENDERS, &got);
    EXPECT_EQ(got.count.not_count, 1);
    EXPECT_OK(mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), port));
    expect_nothing(notify); /* it was for once */
    port_destroy(port);
    port_destroy(notify);
}

CASE(no_senders_waits_for_the_count_asked_for)
{
    union notification got;
    mach_port_t notify = port_create(), port = port_create();
    EXPECT_EQ(request(port, MACH_NOTIFY_NO_SENDERS, 1, notify), MACH_PORT_NULL);
    expect_nothing(notify); /* no right was made yet */
    EXPECT_OK(mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), port));
    expect_notification(notify, MACH_NOTIFY_NO_SENDERS, &got);
    EXPECT_EQ(request(port, MACH_NOTIFY_NO_SENDERS, 1, notify), MACH_PORT_NULL);
    expect_notification(notify, MACH_NOTIFY_NO_SENDERS, &got); /* true already */
    port_destroy(port);
    port_destroy(notify);
}

CASE(a_right_in_a_message_is_a_sender)
{
    union notification got;
    mach_port_t notify = port_create(), port = port_create_with_send();
    mach_port_t via = port_create_with_send();
    EXPECT_EQ(request(port, MACH_NOTIFY_NO_SENDERS, 0, notify), MACH_PORT_NULL);
    EXPECT_OK(send_right(via, port, MACH_MSG_TYPE_MOVE_SEND));
    EXPECT_EQ(port_type(port), MACH_PORT_TYPE_RECEIVE);
    expect_nothing(notify);
    port_destroy_with_send(via); /* and the message with it */
    expect_notification(notify, MACH_NOTIFY_NO_SENDERS, &got);
    port_destroy(port);
    port_destroy(notify);
}

CASE(port_destroyed_returns_the_receive_right)
{
    union notification got;
    mach_port_t port = port_create_with_send(), notify = watch(port, MACH_NOTIFY_PORT_DESTROYED);
    EXPECT_OK(send_value(port, 17));
    port_destroy(port);
    EXPECT_EQ(port_type(port), MACH_PORT_TYPE_SEND);
    expect_notification(notify, MACH_NOTIFY_PORT_DESTROYED, &got);
    EXPECT_EQ(got.right.not_body.msgh_descriptor_count, 1);
    EXPECT_EQ(got.right.not_port.disposition, MACH_MSG_TYPE_PORT_RECEIVE);
    EXPECT_EQ(got.right.not_port.name, port);
    EXPECT_EQ(receive_value(port), 17);
    port_destroy_with_send(port); /* the request is used up */
    expect_nothing(notify);
    port_destroy(notify);
}

CASE(wrong_requests_are_refused)
{
    mach_port_t previous;
    mach_port_t notify = port_create_with_send(), set;
    EXPECT_OK(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_PORT_SET, &set));
    EXPECT_EQ(mach_port_request_notification(mach_task_self(), notify, 3, 0, notify,
                                             MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous),
              KERN_INVALID_VALUE);
    EXPECT_EQ(mach_port_request_notification(mach_task_self(), set, MACH_NOTIFY_NO_SENDERS, 0,
                                             notify, MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous),
              KERN_INVALID_RIGHT);
    EXPECT_EQ(mach_port_request_notification(mach_task_self(), 0x12345600, MACH_NOTIFY_DEAD_NAME, 0,
                                             notify, MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous),
              KERN_INVALID_NAME);
    EXPECT_EQ(_kernelrpc_mach_port_request_notification_trap(mach_task_self(), notify,
                                                             MACH_NOTIFY_NO_SENDERS, 9, notify,
                                                             MACH_MSG_TYPE_MAKE_SEND, &previous),
              KERN_INVALID_VALUE);
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), set, MACH_PORT_RIGHT_PORT_SET, -1));
    port_destroy_with_send(notify);
}

CASE(a_dying_task_gives_everything_up)
{
    union notification got;
    struct helper helper;
    mach_port_t dead = port_create(), senders = port_create(), once = port_create();
    mach_port_t mine = port_create(), moved = port_create_with_send();
    if (!helper_create(&helper)) {
        return;
    }
    helper_give(&helper, 0, mine, MACH_MSG_TYPE_MAKE_SEND);
    helper_give(&helper, 1, moved, MACH_MSG_TYPE_MOVE_RECEIVE);
    helper_give(&helper, 2, once, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    EXPECT_EQ(request(mine, MACH_NOTIFY_NO_SENDERS, 0, senders), MACH_PORT_NULL);
    EXPECT_EQ(request(moved, MACH_NOTIFY_DEAD_NAME, 0, dead), MACH_PORT_NULL);
    expect_nothing(senders);
    helper_destroy(&helper);
    expect_notification(senders, MACH_NOTIFY_NO_SENDERS, &got);
    expect_notification(dead, MACH_NOTIFY_DEAD_NAME, &got);
    EXPECT_EQ(got.name.not_port, moved);
    expect_notification(once, MACH_NOTIFY_SEND_ONCE, &got);
    EXPECT_OK(mach_port_destroy(mach_task_self(), moved));
    port_destroy(mine);
    port_destroy(dead);
    port_destroy(senders);
    port_destroy(once);
}
