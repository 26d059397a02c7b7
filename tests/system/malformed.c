/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages that are not well formed: refused with the error that says why, without loss; and
 * requests to the kernel's own objects that are too short, too long or unknown.
 */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include <mach/mach_vm.h>
#include <mach/notify.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

/* Send SIZE bytes at MESSAGE. */
static uint32_t send_raw(const void *message, uint32_t size)
{
    return (uint32_t)mach_msg((mach_msg_header_t *)message, MACH_SEND_MSG | MACH_SEND_TIMEOUT, size,
                              0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
}

/* Send a plain message to PORT with these bits and this local port. */
static uint32_t send_bits(mach_port_t port, mach_msg_bits_t bits, mach_port_t local)
{
    struct value_message message = {
        .header = { .msgh_bits = bits, .msgh_remote_port = port, .msgh_local_port = local },
    };
    return send_raw(&message, sizeof(message));
}

CASE(headers)
{
    mach_port_t port = port_create_with_send();
    for (uint32_t bit = 21; bit < 31; bit++) {
        EXPECT_EQ(send_bits(port, MACH_MSG_TYPE_COPY_SEND | (1u << bit), 0),
                  MACH_SEND_INVALID_HEADER);
    }
    for (uint32_t type = 0; type < 32; type++) {
        bool is_send = type >= MACH_MSG_TYPE_MOVE_SEND && type <= MACH_MSG_TYPE_MAKE_SEND_ONCE;
        if (!is_send) {
            EXPECT_EQ(send_bits(port, type, 0), MACH_SEND_INVALID_HEADER);
            EXPECT_EQ(send_bits(port, MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, type), port),
                      MACH_SEND_INVALID_HEADER);
        }
    }
    EXPECT_EQ(send_bits(port, MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_COPY_SEND),
                        0x12345600),
              MACH_SEND_INVALID_REPLY);
    EXPECT_EQ(send_bits(port, MACH_MSG_TYPE_MOVE_SEND_ONCE, 0), MACH_SEND_INVALID_DEST);
    EXPECT_EQ(port_refs(port, MACH_PORT_RIGHT_SEND), 1);
    port_destroy_with_send(port);
}

CASE(sizes)
{
    static uint8_t buffer[4096];
    mach_port_t port = port_create_with_send();
    mach_msg_header_t *header = (mach_msg_header_t *)buffer;
    *header = (mach_msg_header_t){ .msgh_bits = MACH_MSG_TYPE_COPY_SEND, .msgh_remote_port = port };
    for (uint32_t size = 0; size < sizeof(*header); size++) {
        EXPECT_EQ(send_raw(buffer, size), MACH_SEND_MSG_TOO_SMALL);
    }
    EXPECT_EQ(send_raw(buffer, 25), MACH_SEND_MSG_TOO_SMALL);
    EXPECT_EQ(send_raw(buffer, 0x7ffffffc), MACH_SEND_TOO_LARGE);
    EXPECT_EQ(send_raw(buffer, 0xfffffffc), MACH_SEND_TOO_LARGE);
    EXPECT_OK(send_raw(buffer, sizeof(buffer)));
    port_destroy_with_send(port);
}

CASE(descriptor_counts)
{
    struct right_message message = {
        .header = {
            .msgh_bits = MACH_MSG_TYPE_COPY_SEND | MACH_MSGH_BITS_COMPLEX,
        },
        .right = { .disposition = MACH_MSG_TYPE_COPY_SEND },
    };
    mach_port_t port = port_create_with_send();
    message.header.msgh_remote_port = message.right.name = port;
    EXPECT_EQ(send_raw(&message, sizeof(message.header)), MACH_SEND_MSG_TOO_SMALL);
    for (uint32_t count = 2; count < 20000; count = count * 3 / 2) {
        message.body.msgh_descriptor_count = count;
        uint32_t result = send_raw(&message, sizeof(message));
        EXPECT(result == MACH_SEND_MSG_TOO_SMALL || result == MACH_SEND_TOO_LARGE);
    }
    message.body.msgh_descriptor_count = ~0u;
    EXPECT(send_raw(&message, sizeof(message)) != MACH_MSG_SUCCESS);
    message.body.msgh_descriptor_count = 1;
    for (uint32_t size = sizeof(mach_msg_base_t); size < sizeof(message); size += 4) {
        EXPECT_EQ(send_raw(&message, size), MACH_SEND_MSG_TOO_SMALL);
    }
    EXPECT_EQ(port_refs(port, MACH_PORT_RIGHT_SEND), 1);
    message.body.msgh_descriptor_count = 0;
    EXPECT_OK(send_raw(&message, sizeof(message)));
    port_destroy_with_send(port);
}

CASE(descriptor_types_and_dispositions)
{
    struct {
        struct memory_message message;
        uint32_t room[4];
    } all = { .message.header.msgh_bits = MACH_MSG_TYPE_COPY_SEND | MACH_MSGH_BITS_COMPLEX,
              .message.body = { 1 } };
    struct right_message *right = (struct right_message *)&all;
    mach_port_t port = port_create_with_send();
    all.message.header.msgh_remote_port = port;
    for (uint32_t type = MACH_MSG_GUARDED_PORT_DESCRIPTOR; type < 256; type++) {
        all.message.memory.type = type;
        EXPECT_EQ(send_raw(&all, sizeof(all)), MACH_SEND_INVALID_TYPE);
    }
    all.message.memory.type = MACH_MSG_OOL_DESCRIPTOR;
    for (uint32_t copy = 2; copy < 256; copy++) {
        all.message.memory.copy = copy;
        EXPECT_EQ(send_raw(&all, sizeof(all)), MACH_SEND_INVALID_TYPE);
    }
    right->right.name = port;
    right->right.type = MACH_MSG_PORT_DESCRIPTOR;
    for (uint32_t type = 0; type < 256; type++) {
        right->right.disposition = type;
        if (!MACH_MSG_TYPE_PORT_ANY(type)) {
            EXPECT_EQ(send_raw(&all, sizeof(all)), MACH_SEND_INVALID_TYPE);
        }
    }
    all.message.ports = (mach_msg_ool_ports_descriptor_t){
        .type = MACH_MSG_OOL_PORTS_DESCRIPTOR,
        .disposition = MACH_MSG_TYPE_COPY_SEND,
        .count = 0x40000000,
    };
    EXPECT(send_raw(&all, sizeof(all)) != MACH_MSG_SUCCESS);
    all.message.ports.count = ~0u;
    EXPECT(send_raw(&all, sizeof(all)) != MACH_MSG_SUCCESS);
    EXPECT_EQ(port_refs(port, MACH_PORT_RIGHT_SEND), 1);
    port_destroy_with_send(port);
}

CASE(a_failure_half_way_keeps_nothing)
{
    struct {
        mach_msg_header_t header;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t first;
        mach_msg_ool_descriptor_t second;
        mach_msg_port_descriptor_t third;
    } message;
    mach_vm_address_t memory = 0;
    mach_port_t port = port_create_with_send(), moved = port_create_with_send();
    EXPECT_OK(mach_vm_allocate(mach_task_self(), &memory, 65536, VM_FLAGS_ANYWHERE));
    memset((void *)memory, 1, 65536);
    memset(&message, 0, sizeof(message));
    message.header.msgh_bits = MACH_MSG_TYPE_COPY_SEND | MACH_MSGH_BITS_COMPLEX;
    message.header.msgh_remote_port = port;
    message.body.msgh_descriptor_count = 3;
    message.first.name = moved;
    message.first.disposition = MACH_MSG_TYPE_MOVE_RECEIVE;
    message.second.address = (void *)memory;
    message.second.size = 65536;
    message.second.deallocate = TRUE;
    message.second.copy = MACH_MSG_VIRTUAL_COPY;
    message.second.type = MACH_MSG_OOL_DESCRIPTOR;
    message.third.name = 0x12345600;
    message.third.disposition = MACH_MSG_TYPE_COPY_SEND;
    EXPECT_EQ(send_raw(&message, sizeof(message)), MACH_SEND_INVALID_RIGHT);
    EXPECT_EQ(port_type(moved), MACH_PORT_TYPE_DEAD_NAME);
    (void)mach_vm_deallocate(mach_task_self(), memory, 65536);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), moved));
    port_destroy_with_send(port);
}

/* Ids of the kernel's interfaces, first and end. */
static const struct {
    mach_msg_id_t first, end;
} subsystems[] = {
    { 196, 240 },   { 396, 440 },   { 596, 620 },   { 2396, 2420 },     { 2996, 3020 },
    { 3196, 3250 }, { 3396, 3450 }, { 3596, 3640 }, { 3796, 3840 },     { 3996, 4030 },
    { 4796, 4830 }, { 4896, 4910 }, { 64, 80 },     { 900996, 901010 },
};

/* Ask TARGET routine ID, with SIZE bytes of which those behind the header are FILLER. Each request
 * has to be answered. */
static void ask(mach_port_t target, mach_msg_id_t id, uint32_t size, uint8_t filler,
                mach_port_t reply)
{
    static union {
        mach_msg_header_t header;
        uint8_t room[8192];
    } message;
    memset(message.room, filler, size);
    message.header = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
        .msgh_remote_port = target,
        .msgh_local_port = reply,
        .msgh_id = id,
    };
    mach_msg_return_t result =
        mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG | MACH_RCV_TIMEOUT, size,
                 sizeof(message), reply, 5000, MACH_PORT_NULL);
    if (result == MACH_MSG_SUCCESS) {
        EXPECT_EQ(message.header.msgh_id, id + 100); /* not just the end of the reply right */
        mach_msg_destroy(&message.header);
    } else {
        EXPECT_EQ(result, MACH_MSG_SUCCESS);
        EXPECT_EQ(id, size); /* shows both */
    }
}

CASE(an_unknown_request_gives_up_what_it_brought)
{
    mach_port_t carried = port_create_with_send(), reply = port_create();
    union {
        struct right_message request;
        mig_reply_error_t reply;
        uint8_t room[256];
    } message = {
        .request = {
            .header = {
                .msgh_bits = MACH_MSGH_BITS_COMPLEX |
                             MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
                .msgh_remote_port = mach_task_self(),
                .msgh_local_port = reply,
                .msgh_id = 99999,
            },
            .body = { 1 },
            .right = { .name = carried, .disposition = MACH_MSG_TYPE_MOVE_SEND },
        },
    };
    EXPECT_OK(mach_msg(&message.request.header, MACH_SEND_MSG | MACH_RCV_MSG,
                       sizeof(message.request), sizeof(message), reply, 0, MACH_PORT_NULL));
    EXPECT_EQ(message.reply.RetCode, MIG_BAD_ID);
    EXPECT_EQ(port_type(carried), MACH_PORT_TYPE_RECEIVE);
    port_destroy(carried); /* if the kernel has kept the right, the ledger tells */
    port_destroy(reply);
}

/* Well-formed requests after which there would be nobody to ask: task_ and thread_terminate. */
static bool ends_target(mach_msg_id_t id, uint32_t size)
{
    return (id == 3401 || id == 3600) && size == sizeof(mach_msg_header_t);
}

static void ask_everything(mach_port_t target, mach_port_t reply)
{
    for (uint32_t s = 0; s < sizeof(subsystems) / sizeof(subsystems[0]); s++) {
        for (mach_msg_id_t id = subsystems[s].first; id < subsystems[s].end; id++) {
            for (uint32_t size = sizeof(mach_msg_header_t); size < 100; size += 4) {
                if (!ends_target(id, size)) {
                    ask(target, id, size, 0, reply);
                    ask(target, id, size, 0xff, reply);
                }
            }
            ask(target, id, 3000, 1, reply);
        }
    }
}

static void spin(void *argument)
{
    (void)argument;
    for (;;) {
        systest_pause();
    }
}

CASE(requests_of_any_length_and_number_are_answered)
{
    struct helper helper;
    struct worker worker;
    mach_port_t reply = port_create(), host = mach_host_self();
    if (helper_create(&helper)) {
        EXPECT(worker_start(&worker, helper.task, spin, NULL));
        ask_everything(worker.thread, reply);
        ask_everything(helper.task, reply);
        ask_everything(host, reply);
        helper_destroy(&helper);
        worker_join(&worker);
    }
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
    port_destroy(reply);
}

#define BAD_REPLY  1
#define GOOD_REPLY 2

/* A reply with a right that is none, or a plain one. */
static boolean_t demux_badly(mach_msg_header_t *request, mach_msg_header_t *reply)
{
    struct {
        mach_msg_header_t header;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t port;
    } *message = (void *)reply;
    reply->msgh_bits = MACH_MSGH_BITS(MACH_MSGH_BITS_REMOTE(request->msgh_bits), 0);
    reply->msgh_remote_port = request->msgh_remote_port;
    reply->msgh_local_port = MACH_PORT_NULL;
    reply->msgh_voucher_port = MACH_PORT_NULL;
    reply->msgh_id = request->msgh_id + 100;
    reply->msgh_size = sizeof(mig_reply_error_t);
    ((mig_reply_error_t *)reply)->RetCode = KERN_SUCCESS;
    if (request->msgh_id == BAD_REPLY) {
        reply->msgh_bits |= MACH_MSGH_BITS_COMPLEX;
        reply->msgh_size = sizeof(*message);
        message->body.msgh_descriptor_count = 1;
        message->port = (mach_msg_port_descriptor_t){ .name = 0x12345600,
                                                      .disposition = MACH_MSG_TYPE_COPY_SEND,
                                                      .type = MACH_MSG_PORT_DESCRIPTOR };
    }
    return TRUE;
}

static void *serve_badly(void *argument)
{
    (void)mach_msg_server(demux_badly, 256, *(mach_port_t *)argument, 0);
    return NULL;
}

/* Call the server behind PORT with ID. Returns: the id of the answer. */
static mach_msg_id_t call(mach_port_t port, mach_port_t reply_port, mach_msg_id_t id)
{
    struct {
        mach_msg_header_t header;
        uint8_t room[128];
    } message = {
        .header = { .msgh_bits =
                        MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
                    .msgh_remote_port = port,
                    .msgh_local_port = reply_port,
                    .msgh_id = id },
    };
    EXPECT_EQ((uint32_t)mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG | MACH_RCV_TIMEOUT,
                                 sizeof(message.header), sizeof(message), reply_port, 20000,
                                 MACH_PORT_NULL),
              MACH_MSG_SUCCESS);
    return message.header.msgh_id;
}

static void *nothing(void *argument)
{
    return argument;
}

/* What pthreads make once: the library's streams, and the port on which this thread waits for
 * others, which a join makes only if the thread has not ended. */
void systest_prepare(void)
{
    pthread_t thread;
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t never = PTHREAD_COND_INITIALIZER;
    const struct timespec no_time = { 0 };
    EXPECT_EQ(pthread_mutex_lock(&mutex), 0);
    EXPECT_EQ(pthread_cond_timedwait_relative_np(&never, &mutex, &no_time), ETIMEDOUT);
    EXPECT_EQ(pthread_mutex_unlock(&mutex), 0);
    if (EXPECT_EQ(pthread_create(&thread, NULL, nothing, NULL), 0)) {
        EXPECT_EQ(pthread_join(thread, NULL), 0);
    }
}

/* Its client is told that there will be no answer, and the next one gets his. */
CASE(a_server_survives_its_own_bad_reply)
{
    pthread_t server;
    mach_port_t reply_port;
    mach_port_t port = port_create_with_send();
    EXPECT_EQ(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &reply_port),
              KERN_SUCCESS);
    if (EXPECT_EQ(pthread_create(&server, NULL, serve_badly, &port), 0)) {
        EXPECT_EQ(call(port, reply_port, BAD_REPLY), MACH_NOTIFY_SEND_ONCE);
        EXPECT_EQ(call(port, reply_port, GOOD_REPLY), GOOD_REPLY + 100);
        port_destroy_with_send(port);
        EXPECT_EQ(pthread_join(server, NULL), 0);
    }
    EXPECT_EQ(mach_port_mod_refs(mach_task_self(), reply_port, MACH_PORT_RIGHT_RECEIVE, -1),
              KERN_SUCCESS);
}
