/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls between threads of one task, whose messages go from buffer to buffer
 * (kernel/ipc/mach_msg_within.c): nobody can tell them from others.  A call with a time-out goes by the queues.
 */
#include <string.h>

#include <mach/mach_vm.h>
#include <mach_debug/ipc_info.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"
#include "within_task_server.h"

static const mach_msg_option_t ways[] = { 0, MACH_RCV_TIMEOUT };
#define WAYS (sizeof(ways) / sizeof(ways[0]))

/* Call with SIZE bytes and look at all that both sides see. */
static void see_exchange(uint32_t size, mach_port_t reply, mach_msg_option_t way)
{
    const mach_msg_header_t *first = &client_buffer.header;
    EXPECT_OK(call_port(server.port, &client_buffer, sizeof(*first), reply, way));
    memset(&client_buffer, UNTOUCHED, ROOM);
    memset(&server_buffer, UNTOUCHED, ROOM);
    EXPECT_OK(call_port(server.port, &client_buffer, size, reply, way));

    const mach_msg_header_t *request = &server.seen.header;
    EXPECT_EQ(request->msgh_bits,
              MACH_MSGH_BITS(MACH_MSG_TYPE_PORT_SEND_ONCE, MACH_MSG_TYPE_PORT_SEND));
    EXPECT_EQ(request->msgh_size, size);
    EXPECT(MACH_PORT_VALID(request->msgh_remote_port) && request->msgh_remote_port != reply);
    EXPECT_EQ(request->msgh_local_port, server.port);
    EXPECT_EQ(request->msgh_voucher_port, MACH_PORT_NULL);
    EXPECT_EQ(request->msgh_id, CALL_ID);
    EXPECT(is_body(&server.seen, size, false));

    const mach_msg_header_t *answer = &client_buffer.header;
    EXPECT_EQ(answer->msgh_bits, MACH_MSGH_BITS(0, MACH_MSG_TYPE_PORT_SEND_ONCE));
    EXPECT_EQ(answer->msgh_size, size);
    EXPECT_EQ(answer->msgh_remote_port, MACH_PORT_NULL);
    EXPECT_EQ(answer->msgh_local_port, reply);
    EXPECT_EQ(answer->msgh_voucher_port, MACH_PORT_NULL);
    EXPECT_EQ(answer->msgh_id, CALL_ID + 100);
    EXPECT(is_body(&client_buffer, size, true));
    EXPECT_EQ(port_type(request->msgh_remote_port), 0);
}

CASE(call_and_answer_are_what_they_always_are)
{
    const uint32_t sizes[] = { 24, 28, 32, 36, 64, 100, INLINE - 4, INLINE, INLINE + 4, 512 };
    const int count = sizeof(sizes) / sizeof(sizes[0]);
    mach_port_t reply = port_create();
    if (server_start(4 * count * (int)WAYS, &server_buffer, ROOM, 0)) {
        uint32_t calls = 0;
        for (int i = 0; i < 2 * count; i++) {
            for (size_t way = 0; way < WAYS; way++) {
                see_exchange(sizes[i % count], reply, ways[way]);
                calls += 2;
                EXPECT_EQ(port_status(server.port).mps_seqno, calls);
                EXPECT_EQ(port_status(reply).mps_seqno, calls);
                EXPECT_EQ(port_status(reply).mps_sorights, 0);
            }
        }
    }
    server_end();
    port_destroy(reply);
}

CASE(a_size_that_is_no_multiple_of_four_is_refused)
{
    mach_port_t reply = port_create();
    if (server_start(4, &server_buffer, ROOM, 0)) {
        EXPECT_EQ(call(&client_buffer, 62, reply, 0), MACH_SEND_MSG_TOO_SMALL);
        EXPECT_EQ(call(&client_buffer, 20, reply, 0), MACH_SEND_MSG_TOO_SMALL);
        EXPECT_OK(call(&client_buffer, 64, reply, 0));
    }
    server_end();
    port_destroy(reply);
}

CASE(a_reply_port_without_a_disposition_is_refused)
{
    mach_port_t reply = port_create();
    if (server_start(6, &server_buffer, ROOM, 0)) {
        server.errs = true;
        see_exchange(64, reply, 0);
        see_exchange(64, reply, 0);
        see_exchange(64, reply, 0);
        server_end();
        EXPECT_EQ(server.refused, MACH_SEND_INVALID_HEADER);
    }
    port_destroy(reply);
}

CASE(who_asks_for_a_trailer_gets_it)
{
    mach_port_t reply = port_create();
    if (server_start(6, &server_buffer, ROOM, MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_CTX))) {
        EXPECT_OK(mach_port_set_context(mach_task_self(), server.port, 0x5eed));
        for (uint32_t i = 0; i < 3; i++) {
            EXPECT_OK(call(&client_buffer, 64, reply, 0));
            mach_msg_context_trailer_t trailer;
            memcpy(&trailer, server.seen.bytes + 64, sizeof(trailer));
            EXPECT_EQ(trailer.msgh_trailer_size, sizeof(trailer));
            EXPECT_EQ(trailer.msgh_seqno, 2 * i + 1);
            EXPECT_EQ(trailer.msgh_context, 0x5eed);
        }
    }
    server_end();
    port_destroy(reply);
}

/* The entries of this task's space, in use or free. */
static uint64_t space_size(void)
{
    ipc_info_space_t info = { 0 };
    ipc_info_name_array_t names;
    ipc_info_tree_name_array_t tree;
    mach_msg_type_number_t count;
    mach_msg_type_number_t tree_count;
    EXPECT_OK(mach_port_space_info(mach_task_self(), &info, &names, &count, &tree, &tree_count));
    EXPECT_OK(
        mach_vm_deallocate(mach_task_self(), (mach_vm_address_t)names, count * sizeof(*names)));
    return info.iis_table_size;
}

/* How many calls of other tasks were answered. */
static int answered;

/* Two calls to the server by a thread of another task, from BUFFER. */
static void call_from_outside(void *buffer)
{
    mach_port_t reply = mach_reply_port();
    const mach_msg_header_t *header = buffer;
    for (int i = 0; i < 2; i++) {
        if (call_port(HELPER_PORT(0), buffer, 64, reply, 0) == MACH_MSG_SUCCESS &&
            header->msgh_id == CALL_ID + 100) {
            answered++;
        }
    }
    bare_task_exit();
}

/* Let a new task call the server, from memory where this one has other memory. */
static void see_call_from_outside(void)
{
    struct helper helper;
    struct worker worker;
    mach_vm_address_t memory = 0;
    if (EXPECT(helper_create(&helper))) {
        helper_give(&helper, 0, server.port, MACH_MSG_TYPE_MAKE_SEND);
        EXPECT_OK(mach_vm_allocate(mach_task_self(), &memory, vm_page_size, VM_FLAGS_ANYWHERE));
        EXPECT_OK(mach_vm_allocate(helper.task, &memory, vm_page_size, VM_FLAGS_FIXED));
        memset((void *)memory, UNTOUCHED, vm_page_size);
        EXPECT(worker_start(&worker, helper.task, call_from_outside, (void *)memory));
        EXPECT(wait_dead(helper.task));
        worker_join(&worker);
        helper_destroy(&helper);
        EXPECT_EQ(*(uint8_t *)memory, UNTOUCHED);
        EXPECT_OK(mach_vm_deallocate(mach_task_self(), memory, vm_page_size));
    }
}

CASE(clients_of_both_kinds_take_turns)
{
    mach_port_t reply = port_create();
    answered = 0;
    if (server_start(24, &server_buffer, ROOM, 0)) {
        for (int i = 0; i < 4; i++) {
            see_exchange(64, reply, 0);
            see_call_from_outside();
            see_exchange(64, reply, 0);
        }
        server_end();
        EXPECT_OK(server.result);
    }
    EXPECT_EQ(answered, 8);
    port_destroy(reply);
}

CASE(the_answer_goes_to_the_port_that_was_named)
{
    mach_port_t reply = port_create();
    mach_port_t other = port_create_with_send();
    EXPECT_OK(send_value(other, 7));
    if (server_start(2, &server_buffer, ROOM, 0)) {
        union any_message message;
        mach_msg_header_t *header = &client_buffer.header;
        EXPECT_OK(call_port(server.port, &client_buffer, sizeof(*header), reply, 0));
        *header = (mach_msg_header_t){
            .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
            .msgh_remote_port = server.port,
            .msgh_local_port = reply,
            .msgh_id = CALL_ID,
        };
        EXPECT_OK(mach_msg(header, MACH_SEND_MSG | MACH_RCV_MSG, sizeof(*header), ROOM, other, 0,
                           MACH_PORT_NULL));
        EXPECT_EQ(header->msgh_local_port, other);
        server_end();
        EXPECT_OK(receive_now(reply, &message));
        EXPECT_EQ(message.header.msgh_id, CALL_ID + 100);
    }
    port_destroy_with_send(other);
    port_destroy(reply);
}

/* The server waits at a set, where calls go by the queues: names of answers that were not needed are free
 * again, so the space does not grow. */
CASE(a_server_at_a_set_is_called_as_ever)
{
    const int calls = 400;
    mach_port_t reply = port_create();
    mach_port_t set = MACH_PORT_NULL;
    EXPECT_OK(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_PORT_SET, &set));
    if (server_start(1 + calls, &server_buffer, ROOM, 0)) {
        mach_port_t port = server.port;
        server.port = set;
        EXPECT_OK(mach_port_insert_member(mach_task_self(), port, set));
        uint64_t before = space_size();
        for (int i = 0; i < calls; i++) {
            EXPECT_OK(call_port(port, &client_buffer, 64, reply, 0));
        }
        EXPECT_EQ(space_size(), before);
        EXPECT_OK(call_port(port, &client_buffer, 64, reply, 0));
        server.port = port;
        server_end();
    }
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), set, MACH_PORT_RIGHT_PORT_SET, -1));
    port_destroy(reply);
}

CASE(the_server_may_leave)
{
    mach_port_t reply = port_create();
    if (server_start(2, &server_buffer, ROOM, 0)) {
        EXPECT_OK(call(&client_buffer, 64, reply, 0));
        worker_join(&server.worker);
        EXPECT_OK(mach_port_mod_refs(mach_task_self(), server.port, MACH_PORT_RIGHT_RECEIVE, -1));
        EXPECT_EQ(call(&client_buffer, 64, reply, 0), MACH_SEND_INVALID_DEST);
        EXPECT_OK(mach_port_deallocate(mach_task_self(), server.port));
    }
    port_destroy(reply);
}
