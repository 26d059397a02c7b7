/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Servers answer in two ways, by chance: with one trap that sends and receives, which hands the
 * processor to the client, or with two.
 */
#include "stress_service.h"

#include "systest.h"

#define SERVERS 4 /* at each set */
#define SETS    2

mach_port_t service_ports[SERVICE_PORTS];

static struct helper service;
static mach_port_name_t sets[SETS]; /* names of the helper */
static struct actor *servers[SETS * SERVERS];
static struct actor *mover, *guest;

static mach_msg_header_t *reply_begin(union any_message *message, mach_msg_size_t size)
{
    mach_msg_header_t *header = &message->header;
    header->msgh_bits = (header->msgh_bits & MACH_MSGH_BITS_COMPLEX) |
                        MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
    header->msgh_local_port = MACH_PORT_NULL;
    header->msgh_size = size;
    return header;
}

/* Destroy what the message to a dead reply port left with the caller. */
static void give_up_reply(union any_message *message)
{
    mach_port_name_t reply = message->header.msgh_remote_port;
    (void)_kernelrpc_mach_port_deallocate_trap(mach_task_self(), reply);
    if (message->header.msgh_id == CALL_RIGHT || message->header.msgh_id == CALL_MORTAL) {
        (void)_kernelrpc_mach_port_deallocate_trap(mach_task_self(), message_right(message));
    } else if (message->header.msgh_id == CALL_MEMORY) {
        (void)_kernelrpc_mach_vm_deallocate_trap(mach_task_self(),
                                                 (mach_vm_address_t)message->memory.memory.address,
                                                 message->memory.memory.size);
    }
}

/* The reply in MESSAGE as the request is now. Returns: its size. */
static mach_msg_size_t answer_memory(union any_message *message)
{
    const uint32_t *words = message->memory.memory.address;
    mach_msg_size_t count = message->memory.memory.size / sizeof(*words);
    for (mach_msg_size_t i = 0; i < count; i += 1024) {
        EXPECT_EQ(words[i], words[0] + i);
    }
    message->memory.memory.deallocate = true;
    return sizeof(message->memory);
}

static mach_msg_size_t answer_right(union any_message *message)
{
    message->right.right.disposition = MACH_MSG_TYPE_MOVE_SEND;
    return sizeof(message->right);
}

static mach_msg_size_t answer_drop(union any_message *message)
{
    (void)_kernelrpc_mach_port_deallocate_trap(mach_task_self(), message_right(message));
    message->header.msgh_bits &= ~MACH_MSGH_BITS_COMPLEX;
    message->value.value = 0;
    return sizeof(message->value);
}

/* The receive right's name is the server's to destroy. */
static mach_msg_size_t answer_mortal(union any_message *message, mach_port_name_t *mortal)
{
    *mortal = port_create();
    message->header.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
    message->right.body.msgh_descriptor_count = 1;
    message->right.right = (mach_msg_port_descriptor_t){
        .name = *mortal,
        .disposition = MACH_MSG_TYPE_MAKE_SEND,
        .type = MACH_MSG_PORT_DESCRIPTOR,
    };
    return sizeof(message->right);
}

/* Make the request the reply. Returns: its size. */
static mach_msg_size_t answer(union any_message *message, mach_port_name_t *mortal)
{
    switch (message->header.msgh_id) {
    case CALL_ECHO: message->value.value++; return sizeof(message->value);
    case CALL_MEMORY: return answer_memory(message);
    case CALL_RIGHT: return answer_right(message);
    case CALL_DROP: return answer_drop(message);
    case CALL_MORTAL: return answer_mortal(message, mortal);
    default: EXPECT_EQ(message->header.msgh_id, 0); return sizeof(message->header);
    }
}

/* Send the reply and, if the server MAY_RECEIVE and by chance, receive from PORT with the same trap.
 * Returns: was there a receive, with *RESULT? */
static bool reply(struct actor *self, union any_message *message, mach_msg_size_t size,
                  mach_port_t port, bool may_receive, mach_msg_return_t *result)
{
    bool is_both = may_receive && actor_random(self, 3) != 0;
    actor_doing(self, is_both ? "reply and receive" : "reply");
    *result = mach_msg(reply_begin(message, size), MACH_SEND_MSG | (is_both ? MACH_RCV_MSG : 0),
                       size, sizeof(*message), port, 0, MACH_PORT_NULL);
    if (*result == MACH_SEND_INVALID_DEST) {
        give_up_reply(message);
        return false;
    }
    EXPECT_OK(*result);
    return is_both;
}

/* Do what the request in MESSAGE says, and answer; see reply(). */
static bool serve_one(struct actor *self, union any_message *message, mach_port_t port,
                      mach_msg_return_t *result)
{
    mach_port_name_t mortal = MACH_PORT_NULL;
    self->done++;
    mach_msg_size_t size = answer(message, &mortal);
    bool has_received = reply(self, message, size, port, mortal == MACH_PORT_NULL, result);
    if (mortal != MACH_PORT_NULL) {
        actor_doing(self, "destroy a port");
        for (uint32_t i = actor_random(self, 3); i > 0; i--) {
            (void)thread_switch(MACH_PORT_NULL, SWITCH_OPTION_NONE, 0);
        }
        port_destroy(mortal);
    }
    return has_received;
}

void serve(struct actor *self, mach_port_t port)
{
    union any_message message;
    mach_msg_return_t result = MACH_MSG_SUCCESS;
    bool has_received = false;
    for (;;) {
        if (!has_received) {
            actor_doing(self, "receive");
            bool is_timed = actor_random(self, 4) == 0;
            result = receive_option(port, &message, is_timed ? MACH_RCV_TIMEOUT : 0,
                                    actor_random(self, 3));
        }
        if (result == MACH_RCV_TIMED_OUT) {
            has_received = false;
        } else if (result == MACH_MSG_SUCCESS) {
            has_received = serve_one(self, &message, port, &result);
        } else {
            EXPECT_OK(result);
            return;
        }
    }
}

static void be_server(struct actor *self)
{
    serve(self, *(const mach_port_name_t *)self->argument);
}

/* Move the ports about between the sets; now and then one is in both, or in none. */
static void move_members(struct actor *self)
{
    while (actor_step(self)) {
        mach_port_name_t port = HELPER_PORT(actor_random(self, SERVICE_PORTS));
        mach_port_name_t set = sets[actor_random(self, SETS)];
        switch (actor_random(self, 4)) {
        case 0: (void)_kernelrpc_mach_port_insert_member_trap(mach_task_self(), port, set); break;
        case 1:
            (void)_kernelrpc_mach_port_extract_member_trap(mach_task_self(), port, set);
            (void)_kernelrpc_mach_port_insert_member_trap(mach_task_self(), port, set);
            break;
        default:
            EXPECT_OK(_kernelrpc_mach_port_move_member_trap(mach_task_self(), port, set));
            break;
        }
        actor_doing(self, "sleep");
        (void)mach_wait_until_trap(mach_absolute_time() + actor_random(self, 400000));
        actor_doing(self, "move members");
    }
}

/* The service's ports with their receive rights in the helper, and its sets. */
static void make_ports(void)
{
    for (uint32_t i = 0; i < SETS; i++) {
        EXPECT_OK(mach_port_allocate(service.task, MACH_PORT_RIGHT_PORT_SET, &sets[i]));
    }
    for (uint32_t i = 0; i < SERVICE_PORTS; i++) {
        service_ports[i] = port_create_with_send();
        helper_give(&service, i, service_ports[i], MACH_MSG_TYPE_MOVE_RECEIVE);
        EXPECT_OK(mach_port_insert_member(service.task, HELPER_PORT(i), sets[i % SETS]));
    }
}

bool service_begin(void (*run_guest)(struct actor *self))
{
    bool has_begun = true;
    if (!helper_create(&service)) {
        return false;
    }
    make_ports();
    for (uint32_t i = 0; i < SETS; i++) {
        for (uint32_t j = 0; j < SERVERS; j++) {
            struct actor *actor = actor_create_bare("server", be_server, &sets[i]);
            servers[i * SERVERS + j] = actor;
            has_begun &= actor_start(actor, service.task);
        }
    }
    mover = actor_create_bare("mover", move_members, NULL);
    guest = actor_create_bare("guest", run_guest, NULL);
    has_begun &= actor_start(mover, service.task);
    return actor_start(guest, service.task) && has_begun;
}

mach_port_t service_task(void)
{
    return service.task;
}

void service_end(void)
{
    actor_join(mover);
    actor_join(guest);
    helper_destroy(&service);
    for (uint32_t i = 0; i < SETS * SERVERS; i++) {
        actor_join(servers[i]);
    }
    for (uint32_t i = 0; i < SERVICE_PORTS; i++) {
        EXPECT_OK(mach_port_deallocate(mach_task_self(), service_ports[i]));
    }
}
