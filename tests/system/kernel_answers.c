/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Answers of the kernel, which its caller has in his buffer or finds in a queue, as if a server had sent
 * them. Without a time-out a call goes the direct way.
 */
#include <string.h>

#include <mach/mach_host.h>
#include <mach/mach_vm.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"

#define SHORT_MS 20

#define MACH_PORT_TYPE_ID 3201
#define MEMORY_ENTRY_ID   203 /* mach_memory_object_memory_entry */

/* A way to call: with a time-out, or without. */
static const mach_msg_option_t ways[] = { 0, MACH_RCV_TIMEOUT };
#define WAYS (sizeof(ways) / sizeof(ways[0]))

#pragma pack(push, 4)

/* Requests as stubs make them. */
struct type_request {
    mach_msg_header_t header;
    NDR_record_t ndr;
    mach_port_name_t name;
};

struct entry_request {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t pager;
    NDR_record_t ndr;
    boolean_t internal;
    vm_size_t size;
    vm_prot_t permission;
};

#pragma pack(pop)

static struct type_request type_request(mach_port_t reply_port, mach_msg_type_name_t reply_type)
{
    return (struct type_request){
        .header = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, reply_type),
                    .msgh_size = sizeof(struct type_request),
                    .msgh_remote_port = mach_task_self(),
                    .msgh_local_port = reply_port,
                    .msgh_id = MACH_PORT_TYPE_ID },
        .ndr = NDR_record,
        .name = mach_task_self(),
    };
}

/* Ask with REPLY_PORT, and receive from FROM in the same call, by OPTION into LIMIT bytes of MESSAGE. */
static mach_msg_return_t call_kernel(mach_port_t reply_port, mach_port_t from,
                                     union any_message *message, mach_msg_option_t option,
                                     uint32_t limit)
{
    struct type_request request = type_request(reply_port, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    memcpy(message, &request, sizeof(request));
    return mach_msg(&message->header, MACH_SEND_MSG | MACH_RCV_MSG | option, sizeof(request), limit,
                    from, SHORT_MS, MACH_PORT_NULL);
}

CASE(it_is_in_the_buffer)
{
    mach_port_t port = port_create();
    for (size_t i = 0; i < WAYS; i++) {
        union any_message message;
        mig_reply_error_t *reply = (mig_reply_error_t *)&message;
        EXPECT_OK(call_kernel(port, port, &message, ways[i], sizeof(message)));
        EXPECT_EQ(message.header.msgh_bits, MACH_MSGH_BITS(0, MACH_MSG_TYPE_PORT_SEND_ONCE));
        EXPECT_EQ(message.header.msgh_remote_port, MACH_PORT_NULL);
        EXPECT_EQ(message.header.msgh_local_port, port);
        EXPECT_EQ(message.header.msgh_voucher_port, MACH_PORT_NULL);
        EXPECT_EQ(message.header.msgh_id, MACH_PORT_TYPE_ID + 100);
        EXPECT_EQ(reply->RetCode, KERN_SUCCESS);
        EXPECT_EQ(port_status(port).mps_seqno, i + 1);
        EXPECT_EQ(port_status(port).mps_sorights, 0);
        EXPECT_EQ(port_status(port).mps_msgcount, 0);
    }
    port_destroy(port);
}

CASE(it_waits_behind_older_messages)
{
    mach_port_t port = port_create_with_send();
    for (size_t i = 0; i < WAYS; i++) {
        union any_message message;
        EXPECT_OK(send_value(port, 7));
        EXPECT_OK(call_kernel(port, port, &message, ways[i], sizeof(message)));
        EXPECT_EQ(message.value.value, 7);
        EXPECT_OK(receive(port, &message));
        EXPECT_EQ(message.header.msgh_id, MACH_PORT_TYPE_ID + 100);
        EXPECT_EQ(message.header.msgh_bits, MACH_MSGH_BITS(0, MACH_MSG_TYPE_PORT_SEND_ONCE));
        EXPECT_EQ(port_status(port).mps_seqno, 2 * (i + 1));
    }
    port_destroy_with_send(port);
}

CASE(it_goes_to_the_port_that_was_named)
{
    mach_port_t port = port_create();
    mach_port_t other = port_create();
    union any_message message;
    EXPECT_EQ(call_kernel(port, other, &message, MACH_RCV_TIMEOUT, sizeof(message)),
              MACH_RCV_TIMED_OUT);
    EXPECT_OK(receive(port, &message));
    EXPECT_EQ(message.header.msgh_id, MACH_PORT_TYPE_ID + 100);
    EXPECT_EQ(message.header.msgh_local_port, port);
    EXPECT_EQ(port_status(port).mps_sorights, 0);
    port_destroy(port);
    port_destroy(other);
}

CASE(it_waits_for_who_only_sends)
{
    mach_port_t port = port_create();
    union any_message message;
    struct type_request request = type_request(port, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    EXPECT_OK(mach_msg(&request.header, MACH_SEND_MSG, sizeof(request), 0, MACH_PORT_NULL, 0,
                       MACH_PORT_NULL));
    EXPECT_EQ(port_status(port).mps_msgcount, 1);
    EXPECT_OK(receive(port, &message));
    EXPECT_EQ(message.header.msgh_id, MACH_PORT_TYPE_ID + 100);
    port_destroy(port);
}

CASE(it_stays_if_the_buffer_is_too_small)
{
    mach_port_t port = port_create();
    for (size_t i = 0; i < WAYS; i++) {
        union any_message message;
        EXPECT_EQ(
            call_kernel(port, port, &message, ways[i] | MACH_RCV_LARGE, sizeof(mach_msg_header_t)),
            MACH_RCV_TOO_LARGE);
        EXPECT_OK(receive(port, &message));
        EXPECT_EQ(message.header.msgh_id, MACH_PORT_TYPE_ID + 100);
        uint32_t size = message.header.msgh_size;
        /* All but the last byte of the trailer. */
        EXPECT_EQ(call_kernel(port, port, &message, ways[i],
                              size + (uint32_t)sizeof(mach_msg_trailer_t) - 1),
                  MACH_RCV_TOO_LARGE);
        EXPECT_EQ(message.header.msgh_size, sizeof(mach_msg_header_t));
        EXPECT_OK(call_kernel(port, port, &message, ways[i],
                              size + (uint32_t)sizeof(mach_msg_trailer_t)));
        EXPECT_EQ(port_status(port).mps_sorights, 0);
        EXPECT_EQ(port_status(port).mps_msgcount, 0);
    }
    port_destroy(port);
}

CASE(it_has_the_trailer_that_was_asked_for)
{
    mach_port_t port = port_create();
    const security_token_t kernel = KERNEL_SECURITY_TOKEN_VALUE;
    EXPECT_OK(mach_port_set_context(mach_task_self(), port, 0x5eed));
    for (size_t i = 0; i < WAYS; i++) {
        union any_message message;
        mach_msg_option_t option = ways[i] | MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_CTX);
        EXPECT_OK(call_kernel(port, port, &message, option, sizeof(message)));
        const mach_msg_context_trailer_t *trailer =
            (const mach_msg_context_trailer_t *)(message.room + message.header.msgh_size);
        EXPECT_EQ(trailer->msgh_trailer_size, sizeof(*trailer));
        EXPECT_EQ(trailer->msgh_seqno, i);
        EXPECT_EQ(trailer->msgh_context, 0x5eed);
        EXPECT_EQ(trailer->msgh_sender.val[1], kernel.val[1]);
    }
    port_destroy(port);
}

CASE(it_is_lost_if_the_buffer_cannot_be_written)
{
    mach_port_t port = port_create();
    mach_vm_address_t memory = 0;
    for (size_t i = 0; i < WAYS; i++) {
        EXPECT_OK(mach_vm_allocate(mach_task_self(), &memory, vm_page_size, VM_FLAGS_ANYWHERE));
        struct type_request *request = (struct type_request *)memory;
        *request = type_request(port, MACH_MSG_TYPE_MAKE_SEND_ONCE);
        EXPECT_OK(mach_vm_protect(mach_task_self(), memory, vm_page_size, FALSE, VM_PROT_READ));
        EXPECT_EQ(mach_msg(&request->header, MACH_SEND_MSG | MACH_RCV_MSG | ways[i],
                           sizeof(*request), (mach_msg_size_t)vm_page_size, port, SHORT_MS,
                           MACH_PORT_NULL),
                  MACH_RCV_INVALID_DATA);
        EXPECT_OK(mach_vm_deallocate(mach_task_self(), memory, vm_page_size));
        EXPECT_EQ(port_status(port).mps_sorights, 0);
        EXPECT_EQ(port_status(port).mps_msgcount, 0);
    }
    port_destroy(port);
}

CASE(it_comes_by_a_send_right_too)
{
    mach_port_t port = port_create();
    union any_message message;
    struct type_request request = type_request(port, MACH_MSG_TYPE_MAKE_SEND);
    memcpy(&message, &request, sizeof(request));
    EXPECT_OK(mach_msg(&message.header, MACH_SEND_MSG | MACH_RCV_MSG, sizeof(request),
                       sizeof(message), port, 0, MACH_PORT_NULL));
    EXPECT_EQ(message.header.msgh_bits, MACH_MSGH_BITS(0, MACH_MSG_TYPE_PORT_SEND));
    EXPECT_EQ(port_status(port).mps_srights, 0);
    port_destroy(port);
}

CASE(it_comes_through_a_set)
{
    mach_port_t port = port_create();
    mach_port_t set = MACH_PORT_NULL;
    EXPECT_OK(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_PORT_SET, &set));
    EXPECT_OK(mach_port_insert_member(mach_task_self(), port, set));
    for (size_t i = 0; i < WAYS; i++) {
        union any_message message;
        EXPECT_OK(call_kernel(port, set, &message, ways[i], sizeof(message)));
        EXPECT_EQ(message.header.msgh_id, MACH_PORT_TYPE_ID + 100);
        EXPECT_EQ(message.header.msgh_local_port, port);
        EXPECT_OK(call_kernel(port, port, &message, ways[i], sizeof(message)));
        EXPECT_EQ(message.header.msgh_id, MACH_PORT_TYPE_ID + 100);
    }
    port_destroy(port);
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), set, MACH_PORT_RIGHT_PORT_SET, -1));
}

/* A receiver at the port or at a set of it. */
struct receiver {
    mach_port_t from;
    mach_msg_return_t result;
    union any_message message;
};

static void receive_one(void *argument)
{
    struct receiver *receiver = argument;
    receiver->result = receive_option(receiver->from, &receiver->message, 0, 0);
}

/* Who has waited longer, at FROM, gets the answer to PORT. */
static void see_who_waited_get_it(mach_port_t port, mach_port_t from)
{
    static struct receiver receiver;
    struct worker worker;
    union any_message message;
    receiver = (struct receiver){ .from = from };
    if (EXPECT(worker_start(&worker, mach_task_self(), receive_one, &receiver))) {
        (void)worker_wait_blocked(&worker);
        EXPECT_EQ(call_kernel(port, port, &message, MACH_RCV_TIMEOUT, sizeof(message)),
                  MACH_RCV_TIMED_OUT);
        worker_join(&worker);
        EXPECT_OK(receiver.result);
        EXPECT_EQ(receiver.message.header.msgh_id, MACH_PORT_TYPE_ID + 100);
    }
}

CASE(it_goes_to_who_waited_before)
{
    mach_port_t port = port_create();
    mach_port_t set = MACH_PORT_NULL;
    see_who_waited_get_it(port, port);
    EXPECT_OK(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_PORT_SET, &set));
    EXPECT_OK(mach_port_insert_member(mach_task_self(), port, set));
    see_who_waited_get_it(port, set);
    port_destroy(port);
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), set, MACH_PORT_RIGHT_PORT_SET, -1));
}

/* An answer that brings a right, and that nobody hears: the ledger tells what becomes of the right. */
static void ask_for_an_entry(mach_port_t reply_port)
{
    mach_port_t host = mach_host_self();
    struct entry_request request = {
        .header = { .msgh_bits =
                        MACH_MSGH_BITS_COMPLEX |
                        MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, reply_port == MACH_PORT_NULL
                                                                    ? 0
                                                                    : MACH_MSG_TYPE_MAKE_SEND_ONCE),
                    .msgh_size = sizeof(request),
                    .msgh_remote_port = host,
                    .msgh_local_port = reply_port,
                    .msgh_id = MEMORY_ENTRY_ID },
        .body = { 1 },
        .pager = { .disposition = MACH_MSG_TYPE_COPY_SEND, .type = MACH_MSG_PORT_DESCRIPTOR },
        .ndr = NDR_record,
        .internal = TRUE,
        .size = vm_page_size,
        .permission = VM_PROT_READ,
    };
    EXPECT_OK(mach_msg(&request.header, MACH_SEND_MSG, sizeof(request), 0, MACH_PORT_NULL, 0,
                       MACH_PORT_NULL));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), host));
}

CASE(its_rights_go_with_it)
{
    mach_port_t port = port_create();
    ask_for_an_entry(MACH_PORT_NULL);
    ask_for_an_entry(MACH_PORT_DEAD);
    ask_for_an_entry(port);
    mach_port_t entry = receive_right(port);
    EXPECT_EQ(port_type(entry), MACH_PORT_TYPE_SEND);
    EXPECT_OK(mach_port_deallocate(mach_task_self(), entry));
    ask_for_an_entry(port);
    port_destroy(port);
}
