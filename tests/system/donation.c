/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Priority inversion: an important client, two servers of little importance, and threads in between
 * that never let a processor go. Without donation the client waits for ever.
 */
#include <mach/thread_policy.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

/* Relative to the priority that threads begin with. */
#define LOW    (-20)
#define MEDIUM 0
#define HIGH   10
#define TEST   20 /* this thread, which has to run at any time */

#define HOGS       12    /* more than processors */
#define NO_ANSWER  60000 /* milliseconds: there to end a hang */
#define REQUEST_ID 4711

/* A server calls BEHIND, if that is not null, before it answers. */
struct server {
    mach_port_t source; /* what it receives from */
    mach_port_t port;
    mach_port_t behind;
    struct worker worker;
    _Atomic bool is_held;  /* works until this is false */
    _Atomic bool is_busy;  /* has begun to work */
    _Atomic uint32_t done; /* requests that it worked for */
    bool is_silent;        /* keeps the right to answer, and goes on */
    _Atomic mach_port_t kept;
};

static struct server front, back;
static struct worker hogs[HOGS];
static _Atomic bool stop;
static _Atomic uint32_t hogging;
static mach_msg_option_t patience; /* of those who call */

static void set_priority(thread_act_t thread, integer_t importance)
{
    thread_extended_policy_data_t fixed = { .timeshare = FALSE };
    EXPECT_OK(thread_policy_set(thread, THREAD_EXTENDED_POLICY, (thread_policy_t)&fixed,
                                THREAD_EXTENDED_POLICY_COUNT));
    EXPECT_OK(thread_policy_set(thread, THREAD_PRECEDENCE_POLICY, &importance,
                                THREAD_PRECEDENCE_POLICY_COUNT));
}

static void start(struct worker *worker, integer_t importance, void (*function)(void *argument),
                  void *argument)
{
    if (EXPECT(worker_create(worker, mach_task_self(), function, argument))) {
        set_priority(worker->thread, importance);
        EXPECT_OK(thread_resume(worker->thread));
    }
}

static mach_msg_return_t call(mach_port_t port)
{
    union any_message message;
    mach_port_t reply = mach_reply_port();
    message.header = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
        .msgh_remote_port = port,
        .msgh_local_port = reply,
        .msgh_id = REQUEST_ID,
    };
    mach_msg_return_t result =
        mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG | patience, sizeof(message.header),
                 sizeof(message), reply, patience != 0 ? NO_ANSWER : 0, MACH_PORT_NULL);
    (void)mach_port_mod_refs(mach_task_self(), reply, MACH_PORT_RIGHT_RECEIVE, -1);
    return result;
}

/* Answer requests with combined sends and receives, as mach_msg_server() does. */
static void serve(void *argument)
{
    struct server *server = argument;
    union any_message message;
    mach_msg_return_t result = mach_msg(&message.header, MACH_RCV_MSG, 0, sizeof(message),
                                        server->source, 0, MACH_PORT_NULL);
    while (result == MACH_MSG_SUCCESS) {
        server->is_busy = true;
        while (server->is_held) {
        }
        if (server->behind != MACH_PORT_NULL) {
            (void)call(server->behind);
        }
        server->done++;
        bool has_reply = message.header.msgh_remote_port != MACH_PORT_NULL;
        if (has_reply && server->is_silent) {
            server->kept = message.header.msgh_remote_port;
            has_reply = false;
        }
        message.header.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
        message.header.msgh_local_port = MACH_PORT_NULL;
        result =
            mach_msg(&message.header, (has_reply ? MACH_SEND_MSG : 0) | MACH_RCV_MSG,
                     sizeof(message.header), sizeof(message), server->source, 0, MACH_PORT_NULL);
    }
}

static void server_start(struct server *server, mach_port_t set, mach_port_t behind)
{
    server->port = port_create_with_send();
    server->source = set != MACH_PORT_NULL ? set : server->port;
    if (set != MACH_PORT_NULL) {
        EXPECT_OK(mach_port_insert_member(mach_task_self(), server->port, set));
    }
    server->behind = behind;
    server->is_held = server->is_busy = server->is_silent = false;
    server->done = 0;
    server->kept = MACH_PORT_NULL;
    start(&server->worker, LOW, serve, server);
    EXPECT(worker_wait_blocked(&server->worker));
}

/* End SERVER, which waits for requests. */
static void server_end(struct server *server)
{
    port_destroy_with_send(server->port);
    if (server->source != server->port) {
        EXPECT_OK(
            mach_port_mod_refs(mach_task_self(), server->source, MACH_PORT_RIGHT_PORT_SET, -1));
    }
    worker_join(&server->worker);
}

static void hog([[maybe_unused]] void *argument)
{
    hogging++;
    while (!stop) {
    }
}

static bool all_hog([[maybe_unused]] void *argument)
{
    return hogging == HOGS;
}

/* From now on nothing of less importance than MEDIUM runs by itself. */
static void hogs_start(void)
{
    stop = false;
    hogging = 0;
    for (int i = 0; i < HOGS; i++) {
        start(&hogs[i], MEDIUM, hog, NULL);
    }
    EXPECT(systest_wait(all_hog, NULL));
}

static void hogs_end(void)
{
    stop = true;
    for (int i = 0; i < HOGS; i++) {
        worker_join(&hogs[i]);
    }
}

static void begin(mach_port_t set)
{
    mach_port_t self = mach_thread_self();
    set_priority(self, TEST);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), self));
    patience = MACH_RCV_TIMEOUT;
    server_start(&back, MACH_PORT_NULL, MACH_PORT_NULL);
    server_start(&front, set, back.port);
}

static void end(void)
{
    mach_port_t self = mach_thread_self();
    thread_standard_policy_data_t standard;
    hogs_end();
    server_end(&front);
    server_end(&back);
    EXPECT_OK(thread_policy_set(self, THREAD_STANDARD_POLICY, (thread_policy_t)&standard,
                                THREAD_STANDARD_POLICY_COUNT));
    integer_t importance = 0;
    EXPECT_OK(thread_policy_set(self, THREAD_PRECEDENCE_POLICY, &importance,
                                THREAD_PRECEDENCE_POLICY_COUNT));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), self));
}

struct client {
    mach_port_t port;
    _Atomic mach_msg_return_t result;
    struct worker worker;
};

static void call_once(void *argument)
{
    struct client *client = argument;
    client->result = call(client->port);
}

static bool is_busy(void *server)
{
    return ((struct server *)server)->is_busy;
}

CASE(an_important_client_is_served_through_two_servers)
{
    struct client client = { .port = MACH_PORT_NULL, .result = -1 };
    begin(MACH_PORT_NULL);
    hogs_start();
    client.port = front.port;
    start(&client.worker, HIGH, call_once, &client);
    worker_join(&client.worker);
    EXPECT_EQ(client.result, MACH_MSG_SUCCESS);
    EXPECT_EQ(back.done, 1);
    end();
}

static bool has_result(void *client)
{
    return ((struct client *)client)->result != -1;
}

/* Such calls go another way through the kernel. */
CASE(a_client_that_waits_for_ever_is_served_too)
{
    struct client client = { .result = -1 };
    begin(MACH_PORT_NULL);
    patience = 0;
    hogs_start();
    client.port = front.port;
    start(&client.worker, HIGH, call_once, &client);
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
    start(&unimportant.worker, LOW, call_once, &unimportant);
    EXPECT(systest_wait(is_busy, &back));
    hogs_start();
    back.is_held = false;
    start(&important.worker, HIGH, call_once, &important);
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
    start(&client.worker, HIGH, call_once, &client);
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
    start(&client.worker, HIGH, call_once, &client);
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
    start(&client.worker, HIGH, call_once, &client);
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
    start(&client.worker, HIGH, call_once, &client);
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
