/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The voucher of a message becomes the one that its receiver works for, and sends.
 */
#include <mach/mach_voucher.h>

#include "systest.h"
#include "systest_msg.h"
#include "systest_task.h"
#include "voucher_recipes.h"
#include "voucher_sends.h"

#define SELF mach_task_self()

void systest_prepare(void)
{
    task_warm_up();
    thread_warm_up();
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
