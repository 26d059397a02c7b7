/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Long chains of servers each of which waits for the next, rings of them, and chains that have lost a link:
 * an important client that comes lends to as many as there are, and the kernel comes to an end with that.
 */
#include "donation_server.h"

#define SERVERS 64
#define SHORT   3
#define BRIEFLY 100 /* milliseconds: for calls that nobody will answer */

static struct server servers[SERVERS];

/* Start COUNT servers, the last of which is held when a request has come to it. */
static void chain_start(uint32_t count)
{
    test_thread_raise();
    patience = MACH_RCV_TIMEOUT;
    call_time = NO_ANSWER;
    for (uint32_t i = count; i-- > 0;) {
        server_start(&servers[i], MACH_PORT_NULL,
                     i + 1 < count ? servers[i + 1].port : MACH_PORT_NULL);
    }
    servers[count - 1].is_held = true;
}

static void chain_end(uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        server_end(&servers[i]);
    }
    test_thread_lower();
}

static void client_end(struct client *client, mach_msg_return_t expected)
{
    worker_join(&client->worker);
    EXPECT_EQ(client->result, expected);
}

/* All servers wait for the last, which works for somebody else. */
CASE(an_important_client_hurries_a_long_chain)
{
    chain_start(SERVERS);
    struct client unimportant = { .port = servers[0].port };
    struct client important = { .port = servers[0].port };
    client_start(&unimportant, LOW);
    EXPECT(systest_wait(is_busy, &servers[SERVERS - 1]));
    hogs_start();
    servers[SERVERS - 1].is_held = false;
    client_start(&important, HIGH);
    client_end(&important, MACH_MSG_SUCCESS);
    stop = true;
    client_end(&unimportant, MACH_MSG_SUCCESS);
    hogs_end();
    chain_end(SERVERS);
}

/* The last server calls the first, which waits for it. */
CASE(a_ring_of_servers_has_an_end)
{
    chain_start(SHORT);
    servers[SHORT - 1].is_held = false;
    servers[SHORT - 1].behind = servers[0].port;
    struct client unimportant = { .port = servers[0].port };
    struct client important = { .port = servers[0].port };
    client_start(&unimportant, LOW);
    EXPECT(systest_wait(is_busy, &servers[SHORT - 1]));
    EXPECT(worker_wait_blocked(&servers[SHORT - 1].worker));
    call_time = BRIEFLY;
    client_start(&important, HIGH);
    client_end(&important, MACH_RCV_TIMED_OUT);
    port_destroy_with_send(servers[0].port); /* so the last one's call ends, and then all do */
    client_end(&unimportant, MACH_MSG_SUCCESS);
    servers[0].source = servers[0].port = port_create_with_send();
    chain_end(SHORT);
}

/* The server in the middle is no more; its port is. */
CASE(a_chain_without_its_middle_ends_there)
{
    chain_start(SHORT);
    struct client unimportant = { .port = servers[0].port };
    struct client important = { .port = servers[0].port };
    client_start(&unimportant, LOW);
    EXPECT(systest_wait(is_busy, &servers[SHORT - 1]));
    worker_kill(&servers[1].worker);
    servers[SHORT - 1].is_held = false;
    EXPECT(worker_wait_blocked(&servers[SHORT - 1].worker));
    call_time = BRIEFLY;
    client_start(&important, HIGH);
    client_end(&important, MACH_RCV_TIMED_OUT);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), servers[1].asker)); /* which answers */
    client_end(&unimportant, MACH_MSG_SUCCESS);
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), servers[1].reply, MACH_PORT_RIGHT_RECEIVE, -1));
    port_destroy_with_send(servers[1].port);
    server_end(&servers[0]);
    server_end(&servers[SHORT - 1]);
    test_thread_lower();
}
