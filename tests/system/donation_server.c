/* SPDX-License-Identifier: BSD-2-Clause */
#include "donation_server.h"

#include <mach/thread_policy.h>

#define HOGS       12 /* more than processors */
#define REQUEST_ID 4711

mach_msg_option_t patience;
mach_msg_timeout_t call_time = NO_ANSWER;
_Atomic bool stop;

static struct worker hogs[HOGS];
static _Atomic uint32_t hogging;

static void set_priority(thread_act_t thread, integer_t importance)
{
    thread_extended_policy_data_t fixed = { .timeshare = FALSE };
    EXPECT_OK(thread_policy_set(thread, THREAD_EXTENDED_POLICY, (thread_policy_t)&fixed,
                                THREAD_EXTENDED_POLICY_COUNT));
    EXPECT_OK(thread_policy_set(thread, THREAD_PRECEDENCE_POLICY, &importance,
                                THREAD_PRECEDENCE_POLICY_COUNT));
}

void start(struct worker *worker, integer_t importance, void (*function)(void *argument),
           void *argument)
{
    if (EXPECT(worker_create(worker, mach_task_self(), function, argument))) {
        set_priority(worker->thread, importance);
        EXPECT_OK(thread_resume(worker->thread));
    }
}

/* Call PORT; the answer comes to *REPLY. */
static mach_msg_return_t call(mach_port_t port, mach_port_t *reply)
{
    union any_message message;
    *reply = mach_reply_port();
    message.header = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
        .msgh_remote_port = port,
        .msgh_local_port = *reply,
        .msgh_id = REQUEST_ID,
    };
    mach_msg_return_t result =
        mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG | patience, sizeof(message.header),
                 sizeof(message), *reply, patience != 0 ? call_time : 0, MACH_PORT_NULL);
    (void)mach_port_mod_refs(mach_task_self(), *reply, MACH_PORT_RIGHT_RECEIVE, -1);
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
        server->asker = message.header.msgh_remote_port;
        server->is_busy = true;
        while (server->is_held) {
        }
        if (server->behind != MACH_PORT_NULL) {
            (void)call(server->behind, &server->reply);
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

void server_start(struct server *server, mach_port_t set, mach_port_t behind)
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

void server_end(struct server *server)
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

void hogs_start(void)
{
    stop = false;
    hogging = 0;
    for (int i = 0; i < HOGS; i++) {
        start(&hogs[i], MEDIUM, hog, NULL);
    }
    EXPECT(systest_wait(all_hog, NULL));
}

void hogs_end(void)
{
    stop = true;
    for (int i = 0; i < HOGS; i++) {
        worker_join(&hogs[i]);
    }
}

static void call_once(void *argument)
{
    struct client *client = argument;
    mach_port_t reply;
    client->result = call(client->port, &reply);
}

void client_start(struct client *client, integer_t importance)
{
    client->result = -1;
    start(&client->worker, importance, call_once, client);
}

void test_thread_raise(void)
{
    mach_port_t self = mach_thread_self();
    set_priority(self, TEST);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), self));
}

void test_thread_lower(void)
{
    mach_port_t self = mach_thread_self();
    thread_standard_policy_data_t standard;
    EXPECT_OK(thread_policy_set(self, THREAD_STANDARD_POLICY, (thread_policy_t)&standard,
                                THREAD_STANDARD_POLICY_COUNT));
    integer_t importance = 0;
    EXPECT_OK(thread_policy_set(self, THREAD_PRECEDENCE_POLICY, &importance,
                                THREAD_PRECEDENCE_POLICY_COUNT));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), self));
}

bool is_busy(void *server)
{
    return ((struct server *)server)->is_busy;
}

bool has_result(void *client)
{
    return ((struct client *)client)->result != -1;
}
