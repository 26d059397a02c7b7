/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A call whose wait is over before the answer is there waits again: no answer may get lost.
 */
#include "stress_call.h"

#include <mach/notify.h>

#include "systest.h"

#define WORDS_MAX 16384 /* of memory in a message */

static mach_msg_header_t *request_begin(union any_message *message, enum service_call call,
                                        mach_port_t port, mach_port_t reply)
{
    mach_msg_header_t *header = &message->header;
    *header = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
        .msgh_remote_port = port,
        .msgh_local_port = reply,
        .msgh_id = call,
    };
    return header;
}

/* Send MESSAGE of SIZE, and put the answer in its place. Returns: as mach_msg(), but never that time
 * is over. */
static mach_msg_return_t exchange(struct actor *self, union any_message *message,
                                  mach_msg_size_t size, mach_port_t reply)
{
    uint32_t way = actor_random(self, 4);
    mach_msg_option_t timed = way % 2 == 0 ? MACH_RCV_TIMEOUT : 0;
    mach_msg_return_t result;
    if (way < 2) {
        actor_doing(self, "call");
        result = mach_msg(&message->header, MACH_SEND_MSG | MACH_RCV_MSG | timed, size,
                          sizeof(*message), reply, actor_random(self, 3), MACH_PORT_NULL);
    } else {
        actor_doing(self, "send a request");
        result =
            mach_msg(&message->header, MACH_SEND_MSG, size, 0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
        if (result == MACH_MSG_SUCCESS) {
            actor_doing(self, "receive an answer");
            result = receive_option(reply, message, timed, actor_random(self, 3));
        }
    }
    if (result == MACH_RCV_TIMED_OUT) {
        actor_doing(self, "receive a late answer");
        result = receive_option(reply, message, 0, 0);
    }
    return result;
}

enum call_end call_echo(struct actor *self, mach_port_t port, mach_port_t reply)
{
    union any_message message;
    uint32_t value = actor_random(self, UINT32_MAX);
    request_begin(&message, CALL_ECHO, port, reply);
    message.value.value = value;
    mach_msg_return_t result = exchange(self, &message, sizeof(message.value), reply);
    if (result == MACH_SEND_INVALID_DEST) {
        return CALL_DEAD;
    }
    if (EXPECT_OK(result) && message.header.msgh_id == MACH_NOTIFY_SEND_ONCE) {
        return CALL_LOST;
    }
    EXPECT_EQ(message.header.msgh_id, CALL_ECHO);
    EXPECT_EQ(message.value.value, value + 1);
    return CALL_ANSWERED;
}

void call_memory(struct actor *self, mach_port_t port, mach_port_t reply)
{
    union any_message message;
    mach_vm_address_t address = 0;
    uint32_t first = actor_random(self, UINT32_MAX);
    uint32_t count = 1 + actor_random(self, WORDS_MAX);
    mach_vm_size_t size = count * sizeof(uint32_t);
    if (!EXPECT_OK(_kernelrpc_mach_vm_allocate_trap(mach_task_self(), &address, size,
                                                    VM_FLAGS_ANYWHERE))) {
        return;
    }
    uint32_t *words = (uint32_t *)address;
    for (uint32_t i = 0; i < count; i += 1024) {
        words[i] = first + i;
    }
    request_begin(&message, CALL_MEMORY, port, reply)->msgh_bits |= MACH_MSGH_BITS_COMPLEX;
    message.memory.body.msgh_descriptor_count = 1;
    message.memory.memory = (mach_msg_ool_descriptor_t){
        .address = words,
        .size = (mach_msg_size_t)size,
        .deallocate = actor_random(self, 2) != 0,
        .copy = actor_random(self, 2) != 0 ? MACH_MSG_VIRTUAL_COPY : MACH_MSG_PHYSICAL_COPY,
        .type = MACH_MSG_OOL_DESCRIPTOR,
    };
    bool is_ours = !message.memory.memory.deallocate;
    if (EXPECT_OK(exchange(self, &message, sizeof(message.memory), reply)) &&
        EXPECT_EQ(message.header.msgh_id, CALL_MEMORY)) {
        const uint32_t *got = message.memory.memory.address;
        EXPECT_EQ(message.memory.memory.size, size);
        for (uint32_t i = 0; i < count; i += 1024) {
            EXPECT_EQ(got[i], first + i);
        }
        EXPECT_OK(
            _kernelrpc_mach_vm_deallocate_trap(mach_task_self(), (mach_vm_address_t)got, size));
    }
    if (is_ours) {
        EXPECT_OK(_kernelrpc_mach_vm_deallocate_trap(mach_task_self(), address, size));
    }
}

/* Make MESSAGE a call with a send right made from the receive right NAME. */
static void request_with_right(union any_message *message, enum service_call call, mach_port_t port,
                               mach_port_t reply, mach_port_t name)
{
    request_begin(message, call, port, reply)->msgh_bits |= MACH_MSGH_BITS_COMPLEX;
    message->right.body.msgh_descriptor_count = 1;
    message->right.right = (mach_msg_port_descriptor_t){
        .name = name,
        .disposition = MACH_MSG_TYPE_MAKE_SEND,
        .type = MACH_MSG_PORT_DESCRIPTOR,
    };
}

void call_right(struct actor *self, mach_port_t port, mach_port_t reply)
{
    union any_message message;
    request_with_right(&message, CALL_RIGHT, port, reply, reply);
    if (EXPECT_OK(exchange(self, &message, sizeof(message.right), reply)) &&
        EXPECT_EQ(message.header.msgh_id, CALL_RIGHT)) {
        EXPECT_EQ(message_right(&message), reply);
        EXPECT_OK(_kernelrpc_mach_port_deallocate_trap(mach_task_self(), reply));
    }
}

void call_drop(struct actor *self, mach_port_t port, mach_port_t reply, mach_port_t name)
{
    union any_message message;
    request_with_right(&message, CALL_DROP, port, reply, name);
    actor_doing(self, "send a right");
    EXPECT_OK(mach_msg(&message.header, MACH_SEND_MSG, sizeof(message.right), 0, MACH_PORT_NULL, 0,
                       MACH_PORT_NULL));
}

mach_port_t call_mortal(struct actor *self, mach_port_t port, mach_port_t reply)
{
    union any_message message;
    request_begin(&message, CALL_MORTAL, port, reply);
    return EXPECT_OK(exchange(self, &message, sizeof(message.header), reply)) &&
                   EXPECT_EQ(message.header.msgh_id, CALL_MORTAL)
               ? message_right(&message)
               : MACH_PORT_NULL;
}

void be_client(struct actor *self)
{
    mach_port_t reply = port_create();
    while (actor_step(self)) {
        mach_port_t port = service_ports[actor_random(self, SERVICE_PORTS)];
        switch (actor_random(self, 8)) {
        case 0: call_memory(self, port, reply); break;
        case 1: call_right(self, port, reply); break;
        default: EXPECT_EQ(call_echo(self, port, reply), CALL_ANSWERED); break;
        }
    }
    port_destroy(reply);
}
