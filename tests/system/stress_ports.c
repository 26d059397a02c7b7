/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What was sent is counted where it was sent, what came where it came; a notification that comes
 * twice is found behind the one that was waited for.
 */
#include "stress_ports.h"

#include <mach/notify.h>

#include "stress_call.h"
#include "systest.h"

#define RIGHTS_MAX   4
#define MESSAGES_MAX 9 /* more than a queue takes */
#define TRIES_MS     2

static mach_port_t any_service(struct actor *self)
{
    return service_ports[actor_random(self, SERVICE_PORTS)];
}

static void request(mach_port_t name, mach_msg_id_t id, uint32_t sync, mach_port_t notify)
{
    mach_port_t previous = MACH_PORT_NULL;
    EXPECT_OK(mach_port_request_notification(mach_task_self(), name, id, sync, notify,
                                             MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous));
    EXPECT_EQ(previous, MACH_PORT_NULL);
}

/* The next message at PORT bears ID, and there are no more than COUNT of them. */
static void expect_messages(mach_port_t port, mach_msg_id_t id, uint32_t count)
{
    union any_message message;
    for (uint32_t i = 0; i < count; i++) {
        EXPECT_OK(receive_option(port, &message, 0, 0));
        EXPECT_EQ(message.header.msgh_id, id);
    }
    EXPECT_EQ(receive_now(port, &message), MACH_RCV_TIMED_OUT);
}

void be_owner(struct actor *self)
{
    mach_port_t reply = port_create(), notify = port_create();
    while (actor_step(self)) {
        uint32_t count = 1 + actor_random(self, RIGHTS_MAX);
        uint32_t early = actor_random(self, count + 1); /* rights sent before the request */
        mach_port_t port = port_create();
        for (uint32_t i = 0; i < early; i++) {
            call_drop(self, any_service(self), reply, port);
        }
        request(port, MACH_NOTIFY_NO_SENDERS, count, notify);
        for (uint32_t i = early; i < count; i++) {
            call_drop(self, any_service(self), reply, port);
        }
        actor_doing(self, "wait for no senders");
        expect_messages(notify, MACH_NOTIFY_NO_SENDERS, 1);
        actor_doing(self, "wait for answers");
        expect_messages(reply, CALL_DROP, count);
        port_destroy(port);
    }
    port_destroy(reply);
    port_destroy(notify);
}

/* Send a message with memory and a reply right to PORT. Returns: false, if it was dead. */
static bool send_to_mortal(mach_port_t port, mach_port_t reply)
{
    static uint8_t page[4096];
    struct memory_message message = {
        .header = {
            .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE) |
                         MACH_MSGH_BITS_COMPLEX,
            .msgh_remote_port = port,
            .msgh_local_port = reply,
        },
        .body = { 1 },
        .memory = {
            .address = page,
            .size = sizeof(page),
            .copy = MACH_MSG_VIRTUAL_COPY,
            .type = MACH_MSG_OOL_DESCRIPTOR,
        },
    };
    mach_msg_return_t result = mach_msg(&message.header, MACH_SEND_MSG, sizeof(message), 0,
                                        MACH_PORT_NULL, 0, MACH_PORT_NULL);
    if (result == MACH_SEND_INVALID_DEST) {
        return false;
    }
    return EXPECT_OK(result);
}

void be_mourner(struct actor *self)
{
    mach_port_t reply = port_create(), notify = port_create();
    while (actor_step(self)) {
        uint32_t count = actor_random(self, MESSAGES_MAX), sent = 0;
        mach_port_t port = call_mortal(self, any_service(self), reply);
        if (port == MACH_PORT_DEAD) {
            continue; /* it died on the way */
        }
        actor_doing(self, "send to a mortal port");
        bool is_told = actor_random(self, 4) != 0;
        if (is_told) {
            request(port, MACH_NOTIFY_DEAD_NAME, 1, notify);
        }
        for (uint32_t i = 0; i < count; i++) {
            sent += send_to_mortal(port, reply);
        }
        actor_doing(self, "wait for the end of messages");
        expect_messages(reply, MACH_NOTIFY_SEND_ONCE, sent);
        actor_doing(self, "wait for the end of the port");
        expect_messages(notify, MACH_NOTIFY_DEAD_NAME, is_told);
        EXPECT(is_told || wait_dead(port));
        EXPECT_OK(mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_DEAD_NAME,
                                     is_told ? -2 : -1));
    }
    port_destroy(reply);
    port_destroy(notify);
}

static mach_port_t queue, set;
static _Atomic uint32_t sent_count, sent_sum, received_count, received_sum;

void queue_begin(void)
{
    queue = port_create_with_send();
    EXPECT_OK(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_PORT_SET, &set));
    EXPECT_OK(mach_port_insert_member(mach_task_self(), queue, set));
    sent_count = sent_sum = received_count = received_sum = 0;
}

void be_sender(struct actor *self)
{
    while (actor_step(self)) {
        uint32_t value = actor_random(self, UINT32_MAX);
        bool is_timed = actor_random(self, 2) == 0;
        actor_doing(self, is_timed ? "send for a moment" : "send");
        mach_msg_return_t result =
            send_value_option(queue, MACH_MSG_TYPE_COPY_SEND, value,
                              is_timed ? MACH_SEND_TIMEOUT : 0, actor_random(self, TRIES_MS));
        if (result == MACH_MSG_SUCCESS) {
            sent_count++;
            sent_sum += value;
        } else {
            EXPECT(is_timed && result == MACH_SEND_TIMED_OUT);
            /* The right that was copied into the message came back. */
            EXPECT_OK(mach_port_deallocate(mach_task_self(), queue));
        }
    }
}

/* Receive a value. Returns: false, if none came in time. */
static bool take(mach_port_t port, uint32_t timeout)
{
    union any_message message;
    mach_msg_return_t result = receive_option(port, &message, MACH_RCV_TIMEOUT, timeout);
    if (result == MACH_RCV_TIMED_OUT) {
        return false;
    }
    if (EXPECT_OK(result)) {
        received_count++;
        received_sum += message.value.value;
    }
    return true;
}

static void take_all(struct actor *self, mach_port_t port)
{
    while (actor_step(self)) {
        actor_doing(self, "receive for a moment");
        (void)take(port, actor_random(self, TRIES_MS));
    }
}

void be_receiver(struct actor *self)
{
    take_all(self, queue);
}

void be_set_receiver(struct actor *self)
{
    take_all(self, set);
}

void queue_end(void)
{
    while (take(queue, 0)) {
    }
    EXPECT_EQ(received_count, sent_count);
    EXPECT_EQ(received_sum, sent_sum);
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), set, MACH_PORT_RIGHT_PORT_SET, -1));
    port_destroy_with_send(queue);
}
