/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Priority inversion: an important client, two servers of little importance, and threads in between
 * that never let a processor go. Without donation the client waits for ever.
 */
#include "donation_server.h"

static struct server front, back;

static void begin(mach_port_t set)
{
    test_thread_raise();
    patience = MACH_RCV_TIMEOUT;
    server_start(&back, MACH_PORT_NULL, MACH_PORT_NULL);
    server_start(&front, set, back.port);
}

static void end(void)
{
    hogs_end();
    server_end(&front);
    server_end(&back);
    test_thread_lower();
}

CASE(an_important_client_is_served_through_two_servers)
{
    struct client client = { .port = MACH_PORT_NULL, .result = -1 };
    begin(MACH_PORT_NULL);
    hogs_start();
    client.port = front.port;
    client_start(&client, HIGH);
    worker_join(&client.worker);
    EXPECT_EQ(client.result, MACH_MSG_SUCCESS);
    EXPECT_EQ(back.done, 1);
    end();
}

/* Such calls go another way through the kernel. */
CASE(a_client_that_waits_for_ever_is_served_too)
{
    struct client client = { .result = -1 };
    begin(MACH_PORT_NULL);
    patience = 0;
    hogs_start();
    client.port = front.port;
    client_start(&client, HIGH);
    EXPECT(systest_wait(has_result, &client));
    EXPECT_EQ(client.result, MACH_MSG_SUCCESS);
    EXPECT_EQ(back.done, 1);
    stop = true;
    worker_join(&client.worker);
    end();
}

/* The client comes when the front server waits for the back one, which works for another. */
static void come_late(mach_port_t set)
{
    struct client unimportant = { .result = -1 }, important = { .result = -1 };
    begin(set);
    back.is_held = true;
    unimportant.port = important.port = front.port;
    client_start(&unimportant, LOW);
    EXPECT(systest_wait(is_busy, &back));
    hogs_start();
    back.is_held = false;
    client_start(&important, HIGH);
    worker_join(&important.worker);
    EXPECT_EQ(important.result, MACH_MSG_SUCCESS);
    EXPECT_EQ(back.done, 2);
    stop = true;
    worker_join(&unimportant.worker);
    EXPECT_EQ(unimportant.result, MACH_MSG_SUCCESS);
    end();
}

CASE(servers_that_are_busy_with_others_are_hurried)
{
    come_late(MACH_PORT_NULL);
}

CASE(servers_that_receive_from_a_set_are_hurried)
{
    mach_port_t set;
    EXPECT_OK(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_PORT_SET, &set));
    come_late(set);
}

/* A request that was queued brings its sender's importance to whoever takes it. */
CASE(a_request_from_the_queue_brings_importance)
{
    struct client client = { .result = -1 };
    begin(MACH_PORT_NULL);
    EXPECT_OK(thread_suspend(front.worker.thread));
    hogs_start();
    client.port = front.port;
    client_start(&client, HIGH);
    EXPECT(worker_wait_blocked(&client.worker));
    EXPECT_OK(thread_resume(front.worker.thread));
    worker_join(&client.worker);
    EXPECT_EQ(client.result, MACH_MSG_SUCCESS);
    end();
}

/* Keep the server of SET busy with a request that nobody cares for. */
static void begin_busy(mach_port_t set)
{
    begin(set);
    front.behind = MACH_PORT_NULL;
    front.is_held = true;
    EXPECT_OK(send_value(front.port, 1));
    EXPECT(systest_wait(is_busy, &front));
}

/* An important request comes while others take the processors; it is served all the same. */
static void end_with_call(void)
{
    struct client client = { .result = -1 };
    hogs_start();
    client.port = front.port;
    client_start(&client, HIGH);
    EXPECT(worker_wait_blocked(&client.worker));
    front.is_held = false;
    worker_join(&client.worker);
    EXPECT_EQ(client.result, MACH_MSG_SUCCESS);
    end();
}

/* Requests that nobody cares for stand in the queue before the important one, or fill it. */
static void come_behind(mach_port_t set, int others)
{
    begin_busy(set);
    for (int i = 0; i < others; i++) {
        EXPECT_OK(send_value(front.port, 1));
    }
    end_with_call();
}

CASE(what_stands_in_front_in_the_queue_is_hurried)
{
    come_behind(MACH_PORT_NULL, MACH_PORT_QLIMIT_DEFAULT - 1);
}

CASE(who_waits_for_room_lends_too)
{
    come_behind(MACH_PORT_NULL, MACH_PORT_QLIMIT_DEFAULT);
}

/* The server of a set takes the messages of the other member in between. */
CASE(what_stands_at_another_member_is_hurried)
{
    mach_port_t set, other = port_create_with_send();
    EXPECT_OK(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_PORT_SET, &set));
    EXPECT_OK(mach_port_insert_member(mach_task_self(), other, set));
    begin_busy(set);
    for (int i = 0; i < 3; i++) {
        EXPECT_OK(send_value(other, 1));
    }
    end_with_call();
    port_destroy_with_send(other);
}

static bool is_done(void *server)
{
    return ((struct server *)server)->done == 2;
}

/* Afterwards the server does not run while others hog the processors. */
CASE(the_loan_ends_with_the_reply)
{
    struct client client = { .result = -1 };
    begin(MACH_PORT_NULL);
    hogs_start();
    client.port = front.port;
    client_start(&client, HIGH);
    worker_join(&client.worker);
    front.behind = MACH_PORT_NULL;
    EXPECT_OK(send_value(front.port, 1));
    for (int i = 0; i < 50; i++) {
        systest_pause();
    }
    EXPECT_EQ(front.done, 1);
    stop = true;
    EXPECT(systest_wait(is_done, &front));
    end();
}

static bool has_kept(void *server)
{
    return ((struct server *)server)->kept != MACH_PORT_NULL;
}

CASE(the_loan_ends_when_the_server_receives_again)
{
    struct client client = { .result = -1 };
    begin(MACH_PORT_NULL);
    front.behind = MACH_PORT_NULL;
    front.is_silent = true;
    hogs_start();
    client.port = front.port;
    client_start(&client, HIGH);
    EXPECT(systest_wait(has_kept, &front));
    EXPECT_OK(send_value(front.port, 1));
    for (int i = 0; i < 50; i++) {
        systest_pause();
    }
    EXPECT_EQ(front.done, 1);
    stop = true;
    EXPECT(systest_wait(is_done, &front));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), front.kept)); /* which answers, too */
    worker_join(&client.worker);
    EXPECT_EQ(client.result, MACH_MSG_SUCCESS);
    end();
}
