/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Vouchers in the headers of messages: who gets them, and where they are when something fails.
 */
#include <mach/mach_vm.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"
#include "voucher_recipes.h"

#define SELF mach_task_self()
#define DATA MACH_VOUCHER_ATTR_KEY_USER_DATA
#define COPY MACH_MSG_TYPE_COPY_SEND
#define MOVE MACH_MSG_TYPE_MOVE_SEND

void systest_prepare(void)
{
    task_warm_up();
    thread_warm_up();
}

/* A message to PORT by a copied right, with VOUCHER by DISPOSITION. */
static struct value_message with_voucher(mach_port_t port, mach_voucher_t voucher,
                                         mach_msg_type_name_t disposition)
{
    return (struct value_message){
        .header = { .msgh_bits = MACH_MSGH_BITS_SET(COPY, 0, disposition, 0),
                    .msgh_size = sizeof(struct value_message),
                    .msgh_remote_port = port,
                    .msgh_voucher_port = voucher },
        .value = 5,
    };
}

static mach_msg_return_t send_now(struct value_message *message)
{
    return mach_msg(&message->header, MACH_SEND_MSG | MACH_SEND_TIMEOUT, sizeof(*message), 0,
                    MACH_PORT_NULL, 0, MACH_PORT_NULL);
}

static mach_msg_return_t send_voucher(mach_port_t port, mach_voucher_t voucher,
                                      mach_msg_type_name_t disposition)
{
    struct value_message message = with_voucher(port, voucher, disposition);
    return send_now(&message);
}

/* Receive from PORT with OPTION. Returns: the voucher that came, null if none did. */
static mach_voucher_t receive_voucher(mach_port_t port, mach_msg_option_t option)
{
    union any_message message;
    EXPECT_OK(receive_option(port, &message, option | MACH_RCV_TIMEOUT, 0));
    EXPECT_EQ(message.value.value, 5);
    bool has_voucher = message.header.msgh_voucher_port != MACH_PORT_NULL;
    EXPECT_EQ(MACH_MSGH_BITS_VOUCHER(message.header.msgh_bits), has_voucher ? MOVE : 0);
    return message.header.msgh_voucher_port;
}

static uint32_t refs_of(mach_voucher_t voucher)
{
    return port_refs(voucher, MACH_PORT_RIGHT_SEND);
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

CASE(the_thread_sends_what_it_works_for)
{
    mach_port_t port = port_create_with_send();
    mach_voucher_t voucher = voucher_with("adopted");
    mach_voucher_t other = voucher_with("other");
    mach_port_t thread = mach_thread_self();
    struct value_message first = with_voucher(port, voucher, COPY);
    struct value_message second = with_voucher(port, MACH_PORT_NULL, 0);
    union any_message received;
    mach_voucher_t seen;
    EXPECT(!voucher_mach_msg_set(&second.header));
    EXPECT_EQ(voucher_mach_msg_adopt(&second.header), VOUCHER_MACH_MSG_STATE_UNCHANGED);
    EXPECT_OK(send_now(&first));
    EXPECT_OK(receive_option(port, &received, MACH_RCV_VOUCHER, 0));
    voucher_mach_msg_state_t state = voucher_mach_msg_adopt(&received.header);
    EXPECT(state != VOUCHER_MACH_MSG_STATE_UNCHANGED);
    EXPECT_EQ(received.header.msgh_voucher_port, MACH_PORT_NULL);
    EXPECT(!MACH_MSGH_BITS_HAS_VOUCHER(received.header.msgh_bits));
    EXPECT_OK(thread_get_mach_voucher(thread, MACH_VOUCHER_SELECTOR_CURRENT, &seen));
    EXPECT_EQ(seen, voucher);
    voucher_drop(seen);

    EXPECT(voucher_mach_msg_set(&second.header));
    EXPECT(!voucher_mach_msg_set(&second.header));
    EXPECT_OK(send_now(&second));
    voucher_mach_msg_clear(&second.header);
    EXPECT_EQ(second.header.msgh_bits, MACH_MSGH_BITS(COPY, 0));
    EXPECT_OK(receive_option(port, &received, MACH_RCV_VOUCHER, 0));
    EXPECT_EQ(received.header.msgh_voucher_port, voucher);
    voucher_mach_msg_clear(&received.header);
    EXPECT_EQ(refs_of(voucher), 2);

    struct value_message third = with_voucher(port, other, MOVE);
    voucher_mach_msg_state_t inner = voucher_mach_msg_adopt(&third.header);
    voucher_mach_msg_revert(VOUCHER_MACH_MSG_STATE_UNCHANGED);
    EXPECT(voucher_mach_msg_set(&third.header));
    EXPECT_EQ(third.header.msgh_voucher_port, other);
    voucher_mach_msg_clear(&third.header);
    voucher_mach_msg_revert(inner);
    EXPECT_EQ(port_type(other), 0);
    voucher_mach_msg_revert(state);
    EXPECT_EQ(refs_of(voucher), 1);
    EXPECT_OK(thread_get_mach_voucher(thread, MACH_VOUCHER_SELECTOR_CURRENT, &seen));
    EXPECT_EQ(seen, MACH_VOUCHER_NULL);
    EXPECT_OK(mach_port_deallocate(SELF, thread));
    voucher_drop(voucher);
    port_destroy_with_send(port);
}

static mach_voucher_t served_for;

/* A routine that notes what it works for. */
static boolean_t note_voucher(mach_msg_header_t *request, mach_msg_header_t *reply)
{
    struct value_message probe = {};
    mig_reply_setup(request, reply);
    ((mig_reply_error_t *)reply)->RetCode = MIG_NO_REPLY;
    served_for =
        voucher_mach_msg_set(&probe.header) ? probe.header.msgh_voucher_port : MACH_VOUCHER_NULL;
    return TRUE;
}

CASE(a_server_works_for_the_voucher_of_its_client)
{
    mach_port_t port = port_create_with_send();
    mach_voucher_t voucher = voucher_with("client");
    for (uint32_t wanted = 0; wanted <= 1; wanted++) {
        EXPECT_OK(send_voucher(port, voucher, COPY));
        EXPECT_OK(mach_msg_server_once(note_voucher, 512, port, wanted ? MACH_RCV_VOUCHER : 0));
        EXPECT_EQ(served_for, wanted ? voucher : MACH_VOUCHER_NULL);
        EXPECT_EQ(refs_of(voucher), 1);
    }
    EXPECT_OK(send_voucher(port, voucher, COPY));
    EXPECT_EQ(mach_msg_server(note_voucher, 512, port, MACH_RCV_VOUCHER | MACH_RCV_TIMEOUT),
              MACH_RCV_TIMED_OUT);
    EXPECT_EQ(served_for, voucher);
    EXPECT_EQ(refs_of(voucher), 1);
    voucher_drop(voucher);
    port_destroy_with_send(port);
}
