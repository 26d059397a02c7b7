/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Receive rights that are sent with a guard.
 */
#include <mach/mach_vm.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

#define SELF  mach_task_self()
#define GUARD UINT64_C(0x123456789a)

#pragma pack(push, 4)

/* A message that carries a guarded right, and the same as it is received. */
struct guarded_message {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_guarded_port_descriptor_t right;
};

struct received_message {
    struct guarded_message message;
    mach_msg_trailer_t trailer;
};

#pragma pack(pop)

/* Send NAME to PORT as guarded with GUARD, waiting for room as OPTION says, with no time. */
static mach_msg_return_t send_guarded(struct guarded_message *message, mach_port_t port,
                                      mach_port_t name, mach_msg_guard_flags_t flags,
                                      uint64_t guard)
{
    *message = (struct guarded_message){
        .header = { .msgh_bits =
                        MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                    .msgh_size = sizeof(*message),
                    .msgh_remote_port = port },
        .body = { 1 },
        .right = { .context = guard,
                   .flags = flags,
                   .disposition = MACH_MSG_TYPE_MOVE_RECEIVE,
                   .type = MACH_MSG_GUARDED_PORT_DESCRIPTOR,
                   .name = name },
    };
    return mach_msg(&message->header, MACH_SEND_MSG | MACH_SEND_TIMEOUT, sizeof(*message), 0,
                    MACH_PORT_NULL, 0, MACH_PORT_NULL);
}

static mach_msg_return_t receive_guarded(struct received_message *message, mach_port_t port,
                                         mach_msg_option_t option)
{
    return mach_msg(&message->message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT | option, 0,
                    sizeof(*message), port, 0, MACH_PORT_NULL);
}

CASE(guarded_right_arrives_with_a_guard)
{
    mach_port_t port = port_create_with_send();
    mach_port_t name = port_create();
    struct guarded_message message;
    struct received_message received;
    EXPECT_OK(mach_port_guard(SELF, name, GUARD, FALSE));
    EXPECT_EQ(send_guarded(&message, port, name, MACH_MSG_GUARD_FLAGS_IMMOVABLE_RECEIVE, 1),
              MACH_SEND_INVALID_RIGHT);
    EXPECT_EQ(send_guarded(&message, port, name, MACH_MSG_GUARD_FLAGS_NONE, GUARD),
              MACH_SEND_INVALID_TYPE);
    EXPECT_OK(send_guarded(&message, port, name, MACH_MSG_GUARD_FLAGS_IMMOVABLE_RECEIVE, GUARD));
    EXPECT_OK(receive_guarded(&received, port, MACH_RCV_GUARDED_DESC));
    name = received.message.right.name;
    EXPECT_EQ(received.message.right.context, (uintptr_t)&received);
    EXPECT_EQ(received.message.right.flags, MACH_MSG_GUARD_FLAGS_IMMOVABLE_RECEIVE);
    EXPECT_EQ(port_type(name), MACH_PORT_TYPE_RECEIVE);
    EXPECT_EQ(mach_port_mod_refs(SELF, name, MACH_PORT_RIGHT_RECEIVE, -1), KERN_INVALID_RIGHT);
    EXPECT_EQ(send_right(port, name, MACH_MSG_TYPE_MOVE_RECEIVE), MACH_SEND_INVALID_RIGHT);
    mach_msg_destroy(&received.message.header); /* knows the guard */
    EXPECT_EQ(port_type(name), 0);
    port_destroy_with_send(port);
}

static mach_port_t waited_for;
static _Atomic mach_msg_return_t result;

static void wait_for_message(void *argument)
{
    union any_message message;
    (void)argument;
    result = mach_msg(&message.header, MACH_RCV_MSG, 0, sizeof(message), waited_for,
                      MACH_MSG_TIMEOUT_NONE, MACH_PORT_NULL);
}

CASE(who_waits_is_told_that_a_guarded_right_goes_away)
{
    mach_port_t port = port_create_with_send();
    struct guarded_message message;
    struct worker waiter;
    waited_for = port_create();
    EXPECT(worker_start(&waiter, SELF, wait_for_message, NULL));
    EXPECT(worker_wait_blocked(&waiter));
    EXPECT_OK(send_guarded(&message, port, waited_for, MACH_MSG_GUARD_FLAGS_UNGUARDED_ON_SEND, 0));
    worker_join(&waiter);
    EXPECT_EQ(result, MACH_RCV_PORT_CHANGED);
    port_destroy_with_send(port);
}

CASE(who_does_not_ask_for_guarded_rights_gets_none)
{
    mach_port_t port = port_create_with_send();
    mach_port_t name = port_create();
    struct guarded_message message;
    struct received_message received;
    EXPECT_OK(send_guarded(
        &message, port, name,
        MACH_MSG_GUARD_FLAGS_IMMOVABLE_RECEIVE | MACH_MSG_GUARD_FLAGS_UNGUARDED_ON_SEND, 0));
    EXPECT_OK(receive_guarded(&received, port, 0));
    EXPECT_EQ(received.message.right.name, MACH_PORT_NULL);
    EXPECT_EQ(received.message.right.context, 0);
    port_destroy_with_send(port);
}

CASE(a_send_that_fails_gives_the_right_back)
{
    mach_port_t port = port_create_with_send();
    mach_port_t name = port_create();
    struct guarded_message message;
    mach_port_limits_t none = { 0 };
    EXPECT_OK(mach_port_set_attributes(SELF, port, MACH_PORT_LIMITS_INFO, (mach_port_info_t)&none,
                                       MACH_PORT_LIMITS_INFO_COUNT));
    EXPECT_EQ(send_guarded(&message, port, name, MACH_MSG_GUARD_FLAGS_UNGUARDED_ON_SEND, 0),
              MACH_SEND_TIMED_OUT);
    EXPECT_OK(mach_port_deallocate(SELF, port)); /* the message had its own reference */
    EXPECT_EQ(port_type(message.right.name), MACH_PORT_TYPE_RECEIVE);
    EXPECT_EQ(message.right.flags, MACH_MSG_GUARD_FLAGS_UNGUARDED_ON_SEND);
    port_destroy(message.right.name);
    port_destroy_with_send(port);
}

CASE(an_unwritable_buffer_loses_the_right)
{
    mach_port_t port = port_create_with_send();
    mach_port_t name = port_create();
    struct guarded_message message;
    mach_vm_address_t buffer = 0;
    EXPECT_OK(mach_vm_allocate(SELF, &buffer, vm_page_size, VM_FLAGS_ANYWHERE));
    EXPECT_OK(mach_vm_protect(SELF, buffer, vm_page_size, FALSE, VM_PROT_READ));
    EXPECT_OK(send_guarded(
        &message, port, name,
        MACH_MSG_GUARD_FLAGS_IMMOVABLE_RECEIVE | MACH_MSG_GUARD_FLAGS_UNGUARDED_ON_SEND, 0));
    EXPECT_EQ(receive_guarded((struct received_message *)buffer, port, MACH_RCV_GUARDED_DESC),
              MACH_RCV_INVALID_DATA);
    EXPECT_OK(mach_vm_deallocate(SELF, buffer, vm_page_size));
    port_destroy_with_send(port);
}
