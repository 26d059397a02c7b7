/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vouchers in the headers of messages: who gets them, and where they are when something fails.
 */
#include <mach/mach_vm.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"
#include "voucher_recipes.h"
#include "voucher_sends.h"

#define SELF mach_task_self()
#define DATA MACH_VOUCHER_ATTR_KEY_USER_DATA

void systest_prepare(void)
{
    task_warm_up();
    thread_warm_up();
}

CASE(a_voucher_arrives_with_who_wants_it)
{
    mach_port_t port = port_create_with_send();
    mach_voucher_t voucher = voucher_with("sent");
    EXPECT_OK(send_voucher(port, voucher, COPY));
    EXPECT_EQ(refs_of(voucher), 1);
    EXPECT_EQ(receive_voucher(port, MACH_RCV_VOUCHER), voucher);
    EXPECT_EQ(refs_of(voucher), 2);
    EXPECT_OK(send_voucher(port, voucher, MOVE));
    EXPECT_EQ(refs_of(voucher), 1);
    EXPECT_OK(send_voucher(port, voucher, MOVE));
    EXPECT_EQ(port_type(voucher), 0);
    mach_voucher_t first = receive_voucher(port, MACH_RCV_VOUCHER);
    EXPECT(voucher_has(first, DATA, "sent"));
    EXPECT_EQ(receive_voucher(port, MACH_RCV_VOUCHER), first);
    EXPECT_EQ(refs_of(first), 2);
    voucher_drop(first);
    voucher_drop(first);
    port_destroy_with_send(port);
}

CASE(others_are_not_bothered_with_it)
{
    mach_port_t port = port_create_with_send();
    mach_voucher_t voucher = voucher_with("unwanted");
    uint64_t vouchers = systest_count("vouchers");
    EXPECT_OK(send_voucher(port, voucher, COPY));
    EXPECT_EQ(receive_voucher(port, 0), MACH_PORT_NULL);
    EXPECT_EQ(refs_of(voucher), 1);
    EXPECT_OK(send_voucher(port, voucher, MOVE));
    EXPECT_EQ(systest_count("vouchers"), vouchers);
    EXPECT_EQ(receive_voucher(port, 0), MACH_PORT_NULL);
    EXPECT_EQ(systest_count("vouchers"), vouchers - 1);
    EXPECT_OK(send_value(port, 5));
    EXPECT_EQ(receive_voucher(port, MACH_RCV_VOUCHER), MACH_PORT_NULL);
    port_destroy_with_send(port);
}

CASE(no_voucher_may_be_named_too)
{
    mach_port_t port = port_create_with_send();
    union any_message message;
    EXPECT_OK(send_voucher(port, MACH_PORT_NULL, MOVE));
    EXPECT_EQ(receive_voucher(port, 0), MACH_PORT_NULL);
    EXPECT_OK(send_voucher(port, MACH_PORT_NULL, COPY));
    EXPECT_OK(receive_option(port, &message, MACH_RCV_VOUCHER, 0));
    EXPECT_EQ(MACH_MSGH_BITS_VOUCHER(message.header.msgh_bits), MOVE);
    EXPECT_EQ(message.header.msgh_voucher_port, MACH_PORT_NULL);
    port_destroy_with_send(port);
}

CASE(what_is_no_voucher_is_refused)
{
    mach_port_t port = port_create_with_send();
    mach_voucher_t voucher = voucher_with("refused");
    struct value_message message = with_voucher(port, voucher, COPY);
    EXPECT_EQ(send_voucher(port, SELF, COPY), MACH_SEND_INVALID_VOUCHER);
    EXPECT_EQ(send_voucher(port, 0x1234, COPY), MACH_SEND_INVALID_VOUCHER);
    EXPECT_EQ(send_voucher(port, MACH_PORT_DEAD, MOVE), MACH_SEND_INVALID_VOUCHER);
    EXPECT_EQ(send_voucher(port, voucher, MACH_MSG_TYPE_MAKE_SEND), MACH_SEND_INVALID_VOUCHER);
    EXPECT_EQ(send_voucher(port, voucher, MACH_MSG_TYPE_MOVE_SEND_ONCE), MACH_SEND_INVALID_VOUCHER);
    EXPECT_EQ(send_voucher(0x1234, voucher, MOVE), MACH_SEND_INVALID_DEST);
    EXPECT_EQ(send_voucher(0x1234, voucher, COPY), MACH_SEND_INVALID_DEST);
    message.header.msgh_bits = MACH_MSGH_BITS_SET(COPY, COPY, MOVE, 0);
    message.header.msgh_local_port = voucher;
    EXPECT_EQ(send_now(&message), MACH_SEND_INVALID_REPLY);
    message.header.msgh_local_port = 0x1234;
    EXPECT_EQ(send_now(&message), MACH_SEND_INVALID_REPLY);
    EXPECT_EQ(refs_of(voucher), 1);
    voucher_drop(voucher);
    port_destroy_with_send(port);
}

/* Call VOUCHER itself, by DESTINATION, with itself as voucher, by DISPOSITION. */
static mach_msg_return_t call_with_itself(mach_voucher_t voucher, mach_msg_type_name_t destination,
                                          mach_msg_type_name_t disposition)
{
    union {
        mach_msg_header_t header;
        mig_reply_error_t reply;
        uint8_t room[128];
    } call = { .header = { .msgh_bits = MACH_MSGH_BITS_SET(
                               destination, MACH_MSG_TYPE_MAKE_SEND_ONCE, disposition, 0),
                           .msgh_remote_port = voucher,
                           .msgh_local_port = mig_get_reply_port(),
                           .msgh_voucher_port = voucher,
                           .msgh_id = 5499 } };
    mach_msg_return_t result =
        mach_msg(&call.header, MACH_SEND_MSG | MACH_RCV_MSG, sizeof(call.header), sizeof(call),
                 mig_get_reply_port(), 0, MACH_PORT_NULL);
    EXPECT(result != MACH_MSG_SUCCESS || call.reply.RetCode == MIG_BAD_ID);
    return result;
}

CASE(a_voucher_is_sent_to_itself)
{
    mach_voucher_t voucher = voucher_with("itself");
    EXPECT_EQ(call_with_itself(voucher, MOVE, MOVE), MACH_SEND_INVALID_DEST);
    EXPECT_EQ(call_with_itself(voucher, MACH_MSG_TYPE_MAKE_SEND, COPY), MACH_SEND_INVALID_DEST);
    EXPECT_EQ(call_with_itself(voucher, MACH_MSG_TYPE_MOVE_SEND_ONCE, COPY),
              MACH_SEND_INVALID_DEST);
    EXPECT_OK(call_with_itself(voucher, COPY, COPY));
    EXPECT_EQ(refs_of(voucher), 1);
    EXPECT_EQ(voucher_with("itself"), voucher);
    EXPECT_OK(call_with_itself(voucher, COPY, MOVE));
    EXPECT_EQ(refs_of(voucher), 1);
    EXPECT_EQ(voucher_with("itself"), voucher);
    EXPECT_OK(call_with_itself(voucher, MOVE, MOVE));
    EXPECT_EQ(port_type(voucher), 0);
    voucher = voucher_with("itself");
    EXPECT_OK(call_with_itself(voucher, MOVE, COPY));
    EXPECT_EQ(port_type(voucher), 0);
}

/* Fill PORT's queue. */
static void fill(mach_port_t port)
{
    while (send_value_option(port, COPY, 5, MACH_SEND_TIMEOUT, 0) == MACH_MSG_SUCCESS) {
    }
}

CASE(a_send_that_is_given_up_gives_it_back)
{
    mach_port_t port = port_create_with_send();
    mach_voucher_t voucher = voucher_with("back");
    uint32_t ports = port_refs(port, MACH_PORT_RIGHT_SEND);
    fill(port);
    struct value_message copied = with_voucher(port, voucher, COPY);
    EXPECT_EQ(send_now(&copied), MACH_SEND_TIMED_OUT);
    EXPECT_EQ(copied.header.msgh_bits, MACH_MSGH_BITS_SET(MOVE, 0, COPY, 0));
    EXPECT_EQ(copied.header.msgh_voucher_port, voucher);
    EXPECT_EQ(refs_of(voucher), 1);
    mach_msg_destroy(&copied.header);
    EXPECT_EQ(refs_of(voucher), 1);

    struct value_message moved = with_voucher(port, voucher, MOVE);
    EXPECT_EQ(send_now(&moved), MACH_SEND_TIMED_OUT);
    EXPECT_EQ(moved.header.msgh_bits, MACH_MSGH_BITS_SET(MOVE, 0, MOVE, 0));
    voucher = moved.header.msgh_voucher_port;
    EXPECT_EQ(refs_of(voucher), 1);
    EXPECT(voucher_has(voucher, DATA, "back"));
    mach_msg_destroy(&moved.header);
    EXPECT_EQ(port_type(voucher), 0);

    struct value_message none = with_voucher(port, MACH_PORT_NULL, MOVE);
    EXPECT_EQ(send_now(&none), MACH_SEND_TIMED_OUT);
    EXPECT_EQ(none.header.msgh_voucher_port, MACH_PORT_NULL);
    EXPECT_EQ(port_refs(port, MACH_PORT_RIGHT_SEND), ports + 2); /* of this one, and of fill() */
    EXPECT_OK(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_SEND, -2));
    port_destroy_with_send(port);
}

CASE(it_goes_with_a_message_that_nobody_reads)
{
    mach_port_t port = port_create_with_send();
    uint64_t vouchers = systest_count("vouchers");
    EXPECT_OK(send_voucher(port, voucher_with("queued"), MOVE));
    EXPECT_EQ(systest_count("vouchers"), vouchers + 1);
    port_destroy(port);
    EXPECT_EQ(systest_count("vouchers"), vouchers);
    EXPECT_EQ(send_voucher(port, MACH_PORT_NULL, MOVE), MACH_SEND_INVALID_DEST);
    EXPECT_OK(mach_port_deallocate(SELF, port));
}

CASE(a_body_that_is_refused_takes_it_along)
{
    mach_port_t port = port_create_with_send();
    mach_voucher_t voucher = voucher_with("body");
    struct right_message message = {
        .header = { .msgh_bits = MACH_MSGH_BITS_SET(COPY, 0, MOVE, MACH_MSGH_BITS_COMPLEX),
                    .msgh_remote_port = port,
                    .msgh_voucher_port = voucher },
        .body = { 1 },
        .right = { .name = 0x1234, .disposition = COPY, .type = MACH_MSG_PORT_DESCRIPTOR },
    };
    EXPECT_EQ(mach_msg(&message.header, MACH_SEND_MSG, sizeof(message), 0, MACH_PORT_NULL, 0, 0),
              MACH_SEND_INVALID_RIGHT);
    EXPECT_EQ(port_type(voucher), 0);

    voucher = voucher_with("body");
    union any_message received;
    message.header.msgh_voucher_port = voucher;
    message.right.name = voucher;
    message.right.disposition = MOVE;
    EXPECT_EQ(voucher_with("body"), voucher);
    EXPECT_OK(mach_msg(&message.header, MACH_SEND_MSG, sizeof(message), 0, MACH_PORT_NULL, 0, 0));
    EXPECT_OK(receive_option(port, &received, MACH_RCV_VOUCHER, 0));
    EXPECT(MACH_MSGH_BITS_IS_COMPLEX(received.header.msgh_bits));
    EXPECT_EQ(received.header.msgh_voucher_port, message_right(&received));
    EXPECT_EQ(refs_of(message_right(&received)), 2);
    mach_msg_destroy(&received.header);
    EXPECT_EQ(port_type(message_right(&received)), 0);
    port_destroy_with_send(port);
}

CASE(a_buffer_too_small_or_not_there_gets_none)
{
    mach_port_t port = port_create_with_send();
    mach_voucher_t voucher = voucher_with("lost");
    union any_message message;
    mach_vm_address_t page = 0;
    EXPECT_OK(send_voucher(port, voucher, MOVE));
    EXPECT_EQ(mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_VOUCHER, 0,
                       sizeof(mach_msg_header_t) + sizeof(mach_msg_trailer_t), port, 0, 0),
              MACH_RCV_TOO_LARGE);
    EXPECT_EQ(MACH_MSGH_BITS_VOUCHER(message.header.msgh_bits), 0);
    EXPECT_EQ(message.header.msgh_voucher_port, MACH_PORT_NULL);

    voucher = voucher_with("lost");
    uint64_t vouchers = systest_count("vouchers");
    EXPECT_OK(mach_vm_allocate(SELF, &page, vm_page_size, VM_FLAGS_ANYWHERE));
    EXPECT_OK(mach_vm_protect(SELF, page, vm_page_size, FALSE, VM_PROT_READ));
    EXPECT_OK(send_voucher(port, voucher, MOVE));
    EXPECT_EQ(
        mach_msg((mach_msg_header_t *)page, MACH_RCV_MSG | MACH_RCV_VOUCHER, 0, 512, port, 0, 0),
        MACH_RCV_INVALID_DATA);
    EXPECT_EQ(systest_count("vouchers"), vouchers - 1);
    EXPECT_OK(mach_vm_deallocate(SELF, page, vm_page_size));
    port_destroy_with_send(port);
}

/* A task that receives one message with a voucher at HELPER_PORT(0), and sends the same voucher back to
 * HELPER_PORT(1). */
static void send_back([[maybe_unused]] void *argument)
{
    union any_message message;
    EXPECT_OK(receive_option(HELPER_PORT(0), &message, MACH_RCV_VOUCHER, 0));
    EXPECT_EQ(MACH_MSGH_BITS_VOUCHER(message.header.msgh_bits), MOVE);
    EXPECT_OK(send_voucher(HELPER_PORT(1), message.header.msgh_voucher_port, MOVE));
}

CASE(another_task_gets_the_same)
{
    struct helper helper;
    struct worker worker;
    mach_port_t there = port_create_with_send();
    mach_port_t back = port_create_with_send();
    mach_voucher_t voucher = voucher_with("around");
    if (!helper_create(&helper)) {
        return;
    }
    helper_give(&helper, 0, there, MACH_MSG_TYPE_MOVE_RECEIVE);
    helper_give(&helper, 1, back, COPY);
    if (worker_start(&worker, helper.task, send_back, NULL)) {
        EXPECT(worker_wait_blocked(&worker));
        EXPECT_OK(send_voucher(there, voucher, COPY)); /* handed to who waits */
        worker_join(&worker);
        EXPECT_EQ(receive_voucher(back, MACH_RCV_VOUCHER), voucher);
        EXPECT_EQ(refs_of(voucher), 2);
        voucher_drop(voucher);
    }
    helper_destroy(&helper);
    voucher_drop(voucher);
    EXPECT_OK(mach_port_deallocate(SELF, there));
    port_destroy_with_send(back);
}
