/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options of mach_msg that few programs use: trailers that the sender supplies, and the hints.
 */
#include <mach/mach_vm.h>

#include "systest.h"
#include "systest_msg.h"

#define SELF mach_task_self()

#define WITH_AUDIT                                      \
    (MACH_RCV_TRAILER_TYPE(MACH_MSG_TRAILER_FORMAT_0) | \
     MACH_RCV_TRAILER_ELEMENTS(MACH_RCV_TRAILER_AUDIT))

/* A message and its trailer. */
struct trailed_message {
    struct value_message message;
    mach_msg_audit_trailer_t trailer;
};

static struct trailed_message trailed_message(mach_port_t port, uint32_t trailer_size)
{
    return (struct trailed_message){
        .message = { .header = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                                 .msgh_remote_port = port },
                     .value = 7 },
        .trailer = { .msgh_trailer_type = MACH_MSG_TRAILER_FORMAT_0,
                     .msgh_trailer_size = trailer_size,
                     .msgh_sender = { { 3, 4 } },
                     .msgh_audit = { { 0, 1, 2, 3, 4, 5, 6, 7 } } },
    };
}

static mach_msg_return_t send_trailed(struct trailed_message *message)
{
    return mach_msg(&message->message.header, MACH_SEND_MSG | MACH_SEND_TRAILER,
                    sizeof(message->message), 0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
}

/* The trailer of the next message of PORT, which has one. */
static mach_msg_audit_trailer_t next_trailer(mach_port_t port)
{
    struct trailed_message message = {};
    EXPECT_OK(mach_msg(&message.message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT | WITH_AUDIT, 0,
                       sizeof(message), port, 0, MACH_PORT_NULL));
    EXPECT_EQ(message.message.value, 7);
    return message.trailer;
}

/* Let this task be USER. */
static void become(uint32_t user)
{
    mach_port_t security = MACH_PORT_NULL;
    security_token_t token = { { user, 1 } };
    audit_token_t audit = { { 0, 0, 0, 0, 0, 99, 0, 0 } };
    EXPECT_OK(
        host_get_special_port(systest_host_priv(), HOST_LOCAL_NODE, HOST_SECURITY_PORT, &security));
    EXPECT_OK(host_security_set_task_token(security, SELF, token, audit, MACH_PORT_NULL));
    EXPECT_OK(mach_port_deallocate(SELF, security));
}

CASE(user_0_sends_in_the_name_of_others)
{
    mach_port_t port = port_create_with_send();
    become(0);
    struct trailed_message message = trailed_message(port, sizeof(mach_msg_audit_trailer_t));
    EXPECT_OK(send_trailed(&message));
    mach_msg_audit_trailer_t trailer = next_trailer(port);
    EXPECT(trailer.msgh_sender.val[0] == 3 && trailer.msgh_sender.val[1] == 4);
    EXPECT_EQ(trailer.msgh_audit.val[7], 7);
    message.trailer.msgh_trailer_size = sizeof(mach_msg_security_trailer_t);
    EXPECT_OK(send_trailed(&message));
    trailer = next_trailer(port);
    EXPECT_EQ(trailer.msgh_sender.val[0], 3);
    EXPECT_EQ(trailer.msgh_audit.val[5], 99); /* its own */
    port_destroy_with_send(port);
}

CASE(trailers_that_are_not_believed)
{
    union any_message nothing;
    mach_port_t port = port_create_with_send();
    become(0);
    struct trailed_message message = trailed_message(port, sizeof(mach_msg_seqno_trailer_t));
    EXPECT_EQ(send_trailed(&message), MACH_SEND_INVALID_TRAILER);
    message = trailed_message(port, sizeof(mach_msg_security_trailer_t));
    message.trailer.msgh_trailer_type = 1;
    EXPECT_EQ(send_trailed(&message), MACH_SEND_INVALID_TRAILER);
    message = trailed_message(MACH_PORT_NULL, sizeof(mach_msg_security_trailer_t));
    EXPECT_EQ(send_trailed(&message), MACH_SEND_INVALID_DEST);
    become(5);
    message = trailed_message(port, sizeof(mach_msg_security_trailer_t));
    EXPECT_EQ(send_trailed(&message), MACH_SEND_INVALID_TRAILER);
    become(0);
    EXPECT_EQ(receive_now(port, &nothing), MACH_RCV_TIMED_OUT);
    port_destroy_with_send(port);
}

CASE(a_trailer_has_to_be_readable)
{
    mach_port_t port = port_create_with_send();
    struct trailed_message message = trailed_message(port, sizeof(mach_msg_audit_trailer_t));
    mach_vm_address_t memory = 0;
    become(0);
    EXPECT_OK(mach_vm_allocate(SELF, &memory, 2 * vm_page_size, VM_FLAGS_ANYWHERE));
    EXPECT_OK(mach_vm_deallocate(SELF, memory + vm_page_size, vm_page_size));
    /* The page ends behind the message, then in the middle of the trailer. */
    for (uint32_t part = 0; part <= sizeof(mach_msg_security_trailer_t);
         part += sizeof(mach_msg_security_trailer_t)) {
        uint32_t size = sizeof(message.message) + part;
        char *at = (char *)memory + vm_page_size - size;
        for (uint32_t i = 0; i < size; i++) {
            at[i] = ((const char *)&message)[i];
        }
        EXPECT_EQ(send_trailed((struct trailed_message *)at), MACH_SEND_INVALID_DATA);
    }
    EXPECT_OK(mach_vm_deallocate(SELF, memory, vm_page_size));
    port_destroy_with_send(port);
}

CASE(hints_change_nothing)
{
    static const mach_msg_option_t sending[] = {
        MACH_SEND_OVERRIDE,      MACH_SEND_NOIMPORTANCE,  MACH_SEND_IMPORTANCE,
        MACH_SEND_SYNC_OVERRIDE, MACH_SEND_PROPAGATE_QOS, MACH_SEND_FILTER_NONFATAL,
        MACH_MSG_STRICT_REPLY,
    };
    static const mach_msg_option_t receiving[] = {
        MACH_RCV_NOTIFY,    MACH_RCV_OVERWRITE, MACH_RCV_VOUCHER,
        MACH_RCV_SYNC_WAIT, MACH_RCV_SYNC_PEEK, MACH_RCV_GUARDED_DESC,
    };
    mach_port_t port = port_create_with_send();
    union any_message message;
    for (uint32_t i = 0; i < sizeof(sending) / sizeof(sending[0]); i++) {
        EXPECT_OK(send_value_option(port, MACH_MSG_TYPE_COPY_SEND, i, sending[i], 0));
        EXPECT_EQ(receive_value(port), i);
    }
    for (uint32_t i = 0; i < sizeof(receiving) / sizeof(receiving[0]); i++) {
        EXPECT_OK(send_value(port, i));
        EXPECT_OK(receive_option(port, &message, receiving[i], 0));
        EXPECT_EQ(message.value.value, i);
        EXPECT_EQ(message.header.msgh_voucher_port, MACH_PORT_NULL);
    }
    port_destroy_with_send(port);
}
