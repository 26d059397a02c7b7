/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Cycles (cycles_check.h) of ports, rights, notifications, and messages with each kind of contents.
 */
#include <string.h>

#include <mach/mach.h>

#include "cycles_check.h"
#include "systest.h"
#include "systest_msg.h"

#define SELF     mach_task_self()
#define OOL_SIZE (3 * 4096)
#define GUARD    17

static void cycle_port(void)
{
    port_destroy_with_send(port_create_with_send());
}

static void cycle_constructed_port(void)
{
    mach_port_options_t options = { .flags = MPO_INSERT_SEND_RIGHT | MPO_QLIMIT,
                                    .mpl = { .mpl_qlimit = 7 } };
    mach_port_name_t name;
    EXPECT_OK(mach_port_construct(SELF, &options, GUARD, &name));
    EXPECT_OK(mach_port_destruct(SELF, name, -1, GUARD));
}

static void cycle_guarded_port(void)
{
    mach_port_options_t options = { .flags = MPO_CONTEXT_AS_GUARD | MPO_STRICT };
    mach_port_name_t name;
    EXPECT_OK(mach_port_construct(SELF, &options, GUARD, &name));
    EXPECT_OK(mach_port_unguard(SELF, name, GUARD));
    EXPECT_OK(mach_port_guard(SELF, name, GUARD, FALSE));
    EXPECT_OK(mach_port_destruct(SELF, name, 0, GUARD));
}

static void cycle_chosen_name(void)
{
    EXPECT_OK(mach_port_allocate_name(SELF, MACH_PORT_RIGHT_RECEIVE, 0x7000));
    EXPECT_OK(mach_port_rename(SELF, 0x7000, 0x7100));
    port_destroy(0x7100);
}

static void cycle_set(void)
{
    mach_port_t set, member = port_create();
    EXPECT_OK(mach_port_allocate(SELF, MACH_PORT_RIGHT_PORT_SET, &set));
    EXPECT_OK(mach_port_insert_member(SELF, member, set));
    EXPECT_OK(mach_port_mod_refs(SELF, set, MACH_PORT_RIGHT_PORT_SET, -1));
    port_destroy(member);
}

/* A send-once right that goes unused, and what the port hears of that. */
static void cycle_send_once(void)
{
    union any_message message;
    mach_port_t port = port_create(), once;
    mach_msg_type_name_t type;
    EXPECT_OK(mach_port_extract_right(SELF, port, MACH_MSG_TYPE_MAKE_SEND_ONCE, &once, &type));
    EXPECT_OK(mach_port_deallocate(SELF, once));
    EXPECT_OK(receive_now(port, &message));
    EXPECT_EQ(message.header.msgh_id, MACH_NOTIFY_SEND_ONCE);
    port_destroy(port);
}

static void cycle_dead_name(void)
{
    mach_port_t dead, port = port_create_with_send();
    EXPECT_OK(mach_port_allocate(SELF, MACH_PORT_RIGHT_DEAD_NAME, &dead));
    EXPECT_OK(mach_port_deallocate(SELF, dead));
    port_destroy(port);
    EXPECT_EQ(port_type(port), MACH_PORT_TYPE_DEAD_NAME);
    EXPECT_OK(mach_port_deallocate(SELF, port));
}

CASE(ports_and_rights)
{
    static const struct cycle cycles[] = {
        { "port", cycle_port, false },
        { "port with options", cycle_constructed_port, false },
        { "port with a guard", cycle_guarded_port, false },
        { "port under a chosen name", cycle_chosen_name, false },
        { "port set", cycle_set, false },
        { "send-once right", cycle_send_once, false },
        { "dead name", cycle_dead_name, false },
    };
    CYCLES_CHECK(cycles);
}

static mach_port_t notified;

/* Ask for the notification KIND about PORT, and if NOTIFY is null take that back. */
static void request(mach_port_t port, mach_msg_id_t kind, mach_port_t notify)
{
    mach_port_t previous;
    EXPECT_OK(mach_port_request_notification(SELF, port, kind, 0, notify,
                                             MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous));
    if (previous != MACH_PORT_NULL) {
        EXPECT_OK(mach_port_deallocate(SELF, previous));
    }
}

/* Receive the notification KIND. */
static void hear(mach_msg_id_t kind)
{
    union any_message message;
    EXPECT_OK(receive_now(notified, &message));
    EXPECT_EQ(message.header.msgh_id, kind);
    mach_msg_destroy(&message.header);
}

/* The notification brings a reference of the dead name along. */
static void cycle_dead_name_request(void)
{
    mach_port_t port = port_create_with_send();
    request(port, MACH_NOTIFY_DEAD_NAME, notified);
    port_destroy_with_send(port);
    hear(MACH_NOTIFY_DEAD_NAME);
    EXPECT_OK(mach_port_deallocate(SELF, port));
}

static void cycle_no_senders_request(void)
{
    mach_port_t port = port_create_with_send();
    request(port, MACH_NOTIFY_NO_SENDERS, notified);
    EXPECT_OK(mach_port_deallocate(SELF, port));
    hear(MACH_NOTIFY_NO_SENDERS);
    port_destroy(port);
}

/* The port comes back in the message. */
static void cycle_port_destroyed_request(void)
{
    mach_port_t port = port_create();
    request(port, MACH_NOTIFY_PORT_DESTROYED, notified);
    port_destroy(port);
    hear(MACH_NOTIFY_PORT_DESTROYED);
}

/* The queue is full when it is asked, and has room again. */
static void cycle_send_possible_request(void)
{
    union any_message message;
    mach_port_limits_t limits = { .mpl_qlimit = 1 };
    mach_port_t previous, port = port_create_with_send();
    EXPECT_OK(mach_port_set_attributes(SELF, port, MACH_PORT_LIMITS_INFO, (mach_port_info_t)&limits,
                                       MACH_PORT_LIMITS_INFO_COUNT));
    EXPECT_OK(send_value(port, 1));
    EXPECT_OK(mach_port_request_notification(SELF, port, MACH_NOTIFY_SEND_POSSIBLE, 1, notified,
                                             MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous));
    EXPECT_OK(receive_now(port, &message));
    hear(MACH_NOTIFY_SEND_POSSIBLE);
    port_destroy_with_send(port);
}

static void cycle_cancelled_requests(void)
{
    static const mach_msg_id_t kinds[] = { MACH_NOTIFY_DEAD_NAME, MACH_NOTIFY_NO_SENDERS,
                                           MACH_NOTIFY_PORT_DESTROYED };
    mach_port_t port = port_create_with_send();
    for (uint32_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        request(port, kinds[i], notified);
        request(port, kinds[i], MACH_PORT_NULL);
        hear(MACH_NOTIFY_SEND_ONCE);
    }
    port_destroy_with_send(port);
}

CASE(notifications)
{
    static const struct cycle cycles[] = {
        { "request for a dead name", cycle_dead_name_request, false },
        { "request for no senders", cycle_no_senders_request, false },
        { "request for a destroyed port", cycle_port_destroyed_request, false },
        { "request for room in a queue", cycle_send_possible_request, true },
        { "requests taken back", cycle_cancelled_requests, true },
    };
    notified = port_create();
    CYCLES_CHECK(cycles);
    port_destroy(notified);
}

static mach_port_t queue;

/* A message of SIZE bytes goes through the queue. */
static void pass_bytes(mach_msg_size_t size)
{
    static union {
        mach_msg_header_t header;
        uint8_t room[5 * 4096];
    } message;
    message.header =
        (mach_msg_header_t){ .msgh_bits = MACH_MSG_TYPE_COPY_SEND, .msgh_remote_port = queue };
    EXPECT_OK(mach_msg(&message.header, MACH_SEND_MSG, size, 0, MACH_PORT_NULL, 0, MACH_PORT_NULL));
    EXPECT_OK(mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(message), queue,
                       0, MACH_PORT_NULL));
}

static void cycle_short_message(void)
{
    pass_bytes(64);
}

static void cycle_page_message(void)
{
    pass_bytes(2048);
}

static void cycle_long_message(void)
{
    pass_bytes(4 * 4096);
}

/* MESSAGE, with one descriptor, goes through the queue. */
static void pass(union any_message *message)
{
    message->header.msgh_bits = MACH_MSGH_BITS_COMPLEX | MACH_MSG_TYPE_COPY_SEND;
    message->header.msgh_remote_port = queue;
    message->memory.body.msgh_descriptor_count = 1;
    EXPECT_OK(mach_msg(&message->header, MACH_SEND_MSG, sizeof(message->memory), 0, MACH_PORT_NULL,
                       0, MACH_PORT_NULL));
    EXPECT_OK(receive_now(queue, message));
    mach_msg_destroy(&message->header);
}

static void cycle_memory_in_message(void)
{
    static char data[OOL_SIZE];
    union any_message message = { .memory.memory = { .address = data,
                                                     .size = sizeof(data),
                                                     .copy = MACH_MSG_VIRTUAL_COPY,
                                                     .type = MACH_MSG_OOL_DESCRIPTOR } };
    pass(&message);
}

static void cycle_rights_in_message(void)
{
    mach_port_t rights[] = { queue, queue, MACH_PORT_NULL };
    union any_message message = { .memory.ports = { .address = rights,
                                                    .count = 3,
                                                    .disposition = MACH_MSG_TYPE_COPY_SEND,
                                                    .type = MACH_MSG_OOL_PORTS_DESCRIPTOR } };
    pass(&message);
}

static void cycle_right_in_message(void)
{
    EXPECT_OK(send_right(queue, queue, MACH_MSG_TYPE_MAKE_SEND));
    EXPECT_OK(mach_port_deallocate(SELF, receive_right(queue)));
}

static void cycle_receive_right_in_message(void)
{
    EXPECT_OK(send_right(queue, port_create(), MACH_MSG_TYPE_MOVE_RECEIVE));
    port_destroy(receive_right(queue));
}

static void cycle_guarded_right_in_message(void)
{
    struct {
        mach_msg_header_t header;
        mach_msg_body_t body;
        mach_msg_guarded_port_descriptor_t right;
        mach_msg_trailer_t trailer;
    } message = {
        .header = { .msgh_bits = MACH_MSGH_BITS_COMPLEX | MACH_MSG_TYPE_COPY_SEND,
                    .msgh_remote_port = queue },
        .body = { 1 },
        .right = { .flags = MACH_MSG_GUARD_FLAGS_IMMOVABLE_RECEIVE |
                            MACH_MSG_GUARD_FLAGS_UNGUARDED_ON_SEND,
                   .disposition = MACH_MSG_TYPE_MOVE_RECEIVE,
                   .type = MACH_MSG_GUARDED_PORT_DESCRIPTOR,
                   .name = port_create() },
    };
    EXPECT_OK(mach_msg(&message.header, MACH_SEND_MSG, sizeof(message) - sizeof(message.trailer), 0,
                       MACH_PORT_NULL, 0, MACH_PORT_NULL));
    EXPECT_OK(mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT | MACH_RCV_GUARDED_DESC, 0,
                       sizeof(message), queue, 0, MACH_PORT_NULL));
    EXPECT_OK(mach_port_destruct(SELF, message.right.name, 0, message.right.context));
}

/* Messages that end with the port whose queue they are in. */
static void cycle_message_nobody_receives(void)
{
    mach_port_t port = port_create_with_send();
    EXPECT_OK(send_value(port, 1));
    EXPECT_OK(send_right(port, port_create(), MACH_MSG_TYPE_MOVE_RECEIVE));
    port_destroy_with_send(port);
}

/* The first use of the static buffers divides the program's memory once and for all. */
void systest_prepare(void)
{
    queue = port_create_with_send();
    cycle_memory_in_message();
    cycle_rights_in_message();
    cycle_long_message();
    port_destroy_with_send(queue);
}

CASE(messages)
{
    static const struct cycle cycles[] = {
        { "short message", cycle_short_message, false },
        { "message of half a page", cycle_page_message, false },
        { "message of pages", cycle_long_message, true },
        { "message with memory", cycle_memory_in_message, true },
        { "message with an array of rights", cycle_rights_in_message, true },
        { "message with a send right", cycle_right_in_message, false },
        { "message with a receive right", cycle_receive_right_in_message, false },
        { "message with a guarded right", cycle_guarded_right_in_message, false },
        { "message that nobody receives", cycle_message_nobody_receives, false },
    };
    queue = port_create_with_send();
    CYCLES_CHECK(cycles);
    port_destroy_with_send(queue);
}
