/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Queues: order, limits, waiting to send and to receive, time-outs.
 */
#include <string.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

#define SHORT_MS 20

static kern_return_t set_limit(mach_port_t port, uint32_t limit)
{
    mach_port_limits_t limits = { limit };
    return mach_port_set_attributes(mach_task_self(), port, MACH_PORT_LIMITS_INFO,
                                    (mach_port_info_t)&limits, MACH_PORT_LIMITS_INFO_COUNT);
}

/* Send until PORT is full. Returns: how many messages it took. */
static uint32_t fill(mach_port_t port)
{
    uint32_t sent = 0;
    while (send_value_option(port, MACH_MSG_TYPE_COPY_SEND, sent, MACH_SEND_TIMEOUT, 0) ==
           MACH_MSG_SUCCESS) {
        sent++;
    }
    /* The send that failed has given its copy of the right back. */
    EXPECT_OK(mach_port_deallocate(mach_task_self(), port));
    return sent;
}

CASE(messages_keep_their_order)
{
    mach_port_t port = port_create_with_send();
    EXPECT_OK(set_limit(port, MACH_PORT_QLIMIT_MAX));
    for (uint32_t i = 0; i < 200; i++) {
        EXPECT_OK(send_value(port, i));
    }
    EXPECT_EQ(port_status(port).mps_msgcount, 200);
    for (uint32_t i = 0; i < 200; i++) {
        EXPECT_EQ(receive_value(port), i);
    }
    EXPECT_EQ(port_status(port).mps_seqno, 200);
    port_destroy_with_send(port);
}

CASE(limits_are_kept)
{
    mach_port_t port = port_create_with_send();
    EXPECT_EQ(port_status(port).mps_qlimit, MACH_PORT_QLIMIT_DEFAULT);
    EXPECT_EQ(fill(port), MACH_PORT_QLIMIT_DEFAULT);
    EXPECT_OK(set_limit(port, 8));
    EXPECT_EQ(fill(port), 3);
    EXPECT_OK(set_limit(port, 1));
    EXPECT_EQ(receive_value(port), 0);
    EXPECT_EQ(fill(port), 0);
    EXPECT_EQ(set_limit(port, MACH_PORT_QLIMIT_MAX + 1), KERN_INVALID_VALUE);
    EXPECT_EQ(port_status(port).mps_qlimit, 1);
    port_destroy_with_send(port);
}

CASE(send_once_rights_pass_a_full_queue)
{
    mach_port_t port = port_create_with_send();
    uint32_t count = fill(port);
    EXPECT_OK(send_value_option(port, MACH_MSG_TYPE_MAKE_SEND_ONCE, 99, 0, 0));
    EXPECT_EQ(port_status(port).mps_msgcount, count + 1);
    port_destroy_with_send(port);
}

CASE(time_outs_take_their_time)
{
    union any_message message;
    mach_port_t port = port_create_with_send();
    uint64_t start = mach_absolute_time();
    EXPECT_EQ(receive_option(port, &message, MACH_RCV_TIMEOUT, SHORT_MS), MACH_RCV_TIMED_OUT);
    EXPECT(mach_absolute_time() - start >= SHORT_MS * UINT64_C(1000000));
    (void)fill(port);
    start = mach_absolute_time();
    EXPECT_EQ(send_value_option(port, MACH_MSG_TYPE_COPY_SEND, 0, MACH_SEND_TIMEOUT, SHORT_MS),
              MACH_SEND_TIMED_OUT);
    EXPECT(mach_absolute_time() - start >= SHORT_MS * UINT64_C(1000000));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), port));
    port_destroy_with_send(port);
}

CASE(a_timed_out_send_gives_its_rights_back)
{
    mach_port_t port = port_create_with_send();
    mach_port_t moved = port_create_with_send();
    (void)fill(port);
    struct right_message message = {
        .header = {
            .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0) | MACH_MSGH_BITS_COMPLEX,
            .msgh_remote_port = port,
        },
        .body = { 1 },
        .right = { .name = moved, .disposition = MACH_MSG_TYPE_MOVE_SEND },
    };
    EXPECT_EQ(mach_msg(&message.header, MACH_SEND_MSG | MACH_SEND_TIMEOUT, sizeof(message), 0,
                       MACH_PORT_NULL, 0, MACH_PORT_NULL),
              MACH_SEND_TIMED_OUT);
    EXPECT_EQ(message.right.name, moved);
    EXPECT_EQ(message.right.disposition, MACH_MSG_TYPE_PORT_SEND);
    EXPECT_EQ(port_refs(moved, MACH_PORT_RIGHT_SEND), 1);
    mach_msg_destroy(&message.header); /* the copied right to the destination came back as well */
    EXPECT_EQ(port_type(moved), MACH_PORT_TYPE_RECEIVE);
    EXPECT_EQ(port_refs(port, MACH_PORT_RIGHT_SEND), 1);
    port_destroy(moved);
    port_destroy_with_send(port);
}

/* Send ten messages to the port at ARGUMENT, waiting whenever it is full. */
static void send_ten(void *argument)
{
    for (uint32_t i = 0; i < 10; i++) {
        EXPECT_OK(send_value(*(mach_port_t *)argument, 100 + i));
    }
}

CASE(senders_wait_for_room_and_keep_order)
{
    struct worker worker;
    mach_port_t port = port_create_with_send();
    EXPECT_OK(set_limit(port, 2));
    EXPECT(worker_start(&worker, mach_task_self(), send_ten, &port));
    (void)worker_wait_blocked(&worker);
    EXPECT_EQ(port_status(port).mps_msgcount, 2);
    for (uint32_t i = 0; i < 10; i++) {
        EXPECT_EQ(receive_value(port), 100 + i);
    }
    worker_join(&worker);
    port_destroy_with_send(port);
}

CASE(a_waiting_sender_can_be_killed)
{
    struct worker worker;
    mach_port_t port = port_create_with_send();
    mach_port_t send = port;
    (void)fill(port);
    EXPECT(worker_start(&worker, mach_task_self(), send_ten, &send));
    (void)worker_wait_blocked(&worker);
    worker_kill(&worker);
    EXPECT_OK(mach_port_destroy(mach_task_self(), port)); /* the send may give its right back */
}

static void send_one(void *argument)
{
    EXPECT_OK(send_value(*(mach_port_t *)argument, 1));
}

CASE(a_higher_limit_lets_senders_go_on)
{
    struct worker worker;
    mach_port_t port = port_create_with_send();
    EXPECT_OK(set_limit(port, 1));
    (void)fill(port);
    EXPECT(worker_start(&worker, mach_task_self(), send_one, &port));
    (void)worker_wait_blocked(&worker);
    EXPECT_OK(set_limit(port, 2));
    worker_join(&worker);
    EXPECT_EQ(port_status(port).mps_msgcount, 2);
    port_destroy_with_send(port);
}

CASE(a_killed_sender_leaves_its_turn_to_the_next)
{
    struct worker first, second;
    mach_port_t port = port_create_with_send();
    uint32_t count = fill(port);
    EXPECT(worker_start(&first, mach_task_self(), send_ten, &port));
    (void)worker_wait_blocked(&first);
    EXPECT(worker_start(&second, mach_task_self(), send_one, &port));
    (void)worker_wait_blocked(&second);
    worker_kill(&first);
    (void)receive_value(port);
    worker_join(&second);
    EXPECT_EQ(port_status(port).mps_msgcount, count);
    EXPECT_OK(mach_port_destroy(mach_task_self(), port));
}

CASE(a_waiting_sender_is_freed_by_the_ports_death)
{
    struct worker worker;
    mach_port_t port = port_create_with_send();
    (void)fill(port);
    EXPECT(worker_start(&worker, mach_task_self(), send_one, &port));
    (void)worker_wait_blocked(&worker);
    port_destroy(port);
    worker_join(&worker);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), port));
}

static struct {
    mach_port_t port;
    _Atomic uint32_t got;
    _Atomic mach_msg_return_t result;
} waiter;

static void receive_one(void *argument)
{
    union any_message message;
    (void)argument;
    waiter.result = receive_option(waiter.port, &message, 0, 0);
    waiter.got += waiter.result == MACH_MSG_SUCCESS;
}

CASE(each_message_reaches_one_of_many_receivers)
{
    enum {
        COUNT = 5
    };
    struct worker workers[COUNT];
    waiter.port = port_create_with_send();
    waiter.got = 0;
    for (int i = 0; i < COUNT; i++) {
        EXPECT(worker_start(&workers[i], mach_task_self(), receive_one, NULL));
        (void)worker_wait_blocked(&workers[i]);
    }
    for (uint32_t i = 0; i < COUNT; i++) {
        EXPECT_OK(send_value(waiter.port, i));
    }
    for (int i = 0; i < COUNT; i++) {
        worker_join(&workers[i]);
    }
    EXPECT_EQ(waiter.got, COUNT);
    EXPECT_EQ(port_status(waiter.port).mps_msgcount, 0);
    port_destroy_with_send(waiter.port);
}

/* A call whose receive fails at once has sent all the same. */
CASE(a_call_without_a_reply_port_reaches_the_server)
{
    struct worker worker;
    union any_message message = { 0 };
    waiter.port = port_create_with_send();
    waiter.got = 0;
    EXPECT(worker_start(&worker, mach_task_self(), receive_one, NULL));
    (void)worker_wait_blocked(&worker);
    message.header.msgh_bits = MACH_MSG_TYPE_COPY_SEND;
    message.header.msgh_remote_port = waiter.port;
    EXPECT_EQ(mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG, sizeof(struct value_message),
                       sizeof(message), MACH_PORT_DEAD, 0, MACH_PORT_NULL),
              MACH_RCV_INVALID_NAME);
    worker_join(&worker);
    EXPECT_EQ(waiter.got, 1);
    port_destroy_with_send(waiter.port);
}

CASE(a_receiver_learns_that_its_port_died)
{
    struct worker worker;
    waiter.port = port_create();
    EXPECT(worker_start(&worker, mach_task_self(), receive_one, NULL));
    (void)worker_wait_blocked(&worker);
    port_destroy(waiter.port);
    worker_join(&worker);
    EXPECT_EQ(waiter.result, MACH_RCV_PORT_DIED);
    union any_message message;
    EXPECT_EQ(receive_now(waiter.port, &message), MACH_RCV_INVALID_NAME);
    EXPECT_EQ(receive_now(mach_task_self(), &message), MACH_RCV_INVALID_NAME);
}

CASE(a_receiver_learns_that_its_port_moved)
{
    struct worker worker;
    mach_port_t via = port_create_with_send();
    waiter.port = port_create();
    EXPECT(worker_start(&worker, mach_task_self(), receive_one, NULL));
    (void)worker_wait_blocked(&worker);
    EXPECT_OK(send_right(via, waiter.port, MACH_MSG_TYPE_MOVE_RECEIVE));
    worker_join(&worker);
    EXPECT_EQ(waiter.result, MACH_RCV_PORT_CHANGED);
    port_destroy(receive_right(via));
    port_destroy_with_send(via);
}
