/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What stubs call around a message: ports for replies, the trap once more, the head of a reply, giving back what a
 * message holds.
 */
#include <string.h>

#include <mach/mach_vm.h>

#include "test_libmach.h"

static void test_strncpy(void)
{
    char buffer[8];
    memset(buffer, 'x', sizeof(buffer));
    CHECK(mig_strncpy(buffer, "abc", 8) == 4);
    CHECK(memcmp(buffer, "abc\0xxxx", 8) == 0);
    CHECK(mig_strncpy(buffer, "abcdefghij", 8) == 8);
    CHECK(memcmp(buffer, "abcdefg", 8) == 0);
    CHECK(mig_strncpy(buffer, "zz", 0) == 0);
    CHECK(buffer[0] == 'a');
    CHECK(mig_strncpy_zerofill(buffer, "q", 8) == 2);
    CHECK(memcmp(buffer, "q\0\0\0\0\0\0\0", 8) == 0);
    CHECK(mig_strncpy_zerofill(buffer, "", 1) == 1);
}

static void test_reply_port(void)
{
    fake_reset();
    mach_port_t port = mig_get_reply_port();
    CHECK_CALLS("reply_port 9003;");
    CHECK(mig_get_reply_port() == port);
    mig_put_reply_port(port);
    CHECK(mig_get_reply_port() == port);
    CHECK_CALLS("");
    mig_dealloc_reply_port(port);
    CHECK_CALLS("mod_refs 9003 1 -1;");
    CHECK(mig_get_reply_port() != port);
    mig_dealloc_reply_port(MACH_PORT_NULL);
    CHECK_CALLS("reply_port 9103;mod_refs 9103 1 -1;");
    mig_dealloc_reply_port(0x40); /* not this thread's own: that goes as well */
    CHECK_CALLS("mod_refs 40 1 -1;");
}

/* What is left of an inline mach_msg() whose trap has failed. */
static void test_again(void)
{
    struct fake_message done = { .result = MACH_MSG_SUCCESS };
    mach_msg_header_t request = { .msgh_id = 7, .msgh_remote_port = 0x30 };
    const mach_msg_option_t both = MACH_SEND_MSG | MACH_RCV_MSG;
    static const struct {
        mach_msg_return_t result, expected;
        mach_msg_option_t more;
        const char *calls;
    } cases[] = {
        { MACH_SEND_INTERRUPTED, MACH_MSG_SUCCESS, 0, "send 7 to 30 size 24;receive 31;" },
        { MACH_SEND_INTERRUPTED, MACH_MSG_SUCCESS, MACH_RCV_INTERRUPT,
          "send 7 to 30 size 24;receive 31;" },
        { MACH_RCV_INTERRUPTED, MACH_MSG_SUCCESS, 0, "receive 31;" },
        { MACH_RCV_INTERRUPTED, MACH_MSG_SUCCESS, MACH_SEND_INTERRUPT, "receive 31;" },
        { MACH_SEND_INTERRUPTED, MACH_SEND_INTERRUPTED, MACH_SEND_INTERRUPT, "" },
        { MACH_RCV_INTERRUPTED, MACH_RCV_INTERRUPTED, MACH_RCV_INTERRUPT, "" },
        { MACH_SEND_TIMED_OUT, MACH_SEND_TIMED_OUT, 0, "" },
        { MACH_RCV_PORT_DIED, MACH_RCV_PORT_DIED, 0, "" },
    };
    for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        fake_reset();
        fake_script(&done, 1);
        CHECK(mach_msg_again(&request, both | cases[i].more, sizeof(request), sizeof(request), 0x31,
                             0, cases[i].result) == cases[i].expected);
        CHECK_CALLS(cases[i].calls);
    }
}

static void test_reply_setup(void)
{
    mach_msg_header_t request = {
        .msgh_bits = MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND, 0),
        .msgh_remote_port = 0x30,
        .msgh_local_port = 0x31,
        .msgh_id = 17,
    };
    mig_reply_error_t reply;
    memset(&reply, 0xff, sizeof(reply));
    mig_reply_setup(&request, &reply.Head);
    CHECK(reply.Head.msgh_bits == MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND, 0));
    CHECK(reply.Head.msgh_size == sizeof(reply) && reply.Head.msgh_id == 117);
    CHECK(reply.Head.msgh_remote_port == 0x30 && reply.Head.msgh_local_port == MACH_PORT_NULL);
    CHECK(reply.Head.msgh_voucher_port == MACH_PORT_NULL && reply.RetCode == MIG_BAD_ID);
    CHECK(memcmp(&reply.NDR, &NDR_record, sizeof(NDR_record)) == 0);
    request.msgh_id = INT32_MAX;
    mig_reply_setup(&request, &reply.Head);
    CHECK(reply.Head.msgh_id == INT32_MIN + 99);
}

static mach_port_t port_array[] = { 0x20, MACH_PORT_DEAD, 0x21, MACH_PORT_NULL };

struct complex_message complex_message(void)
{
    return (struct complex_message){
        .head = { .msgh_bits = MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE,
                                                                       MACH_MSG_TYPE_MOVE_SEND),
                  .msgh_size = sizeof(struct complex_message),
                  .msgh_remote_port = 0x10,
                  .msgh_local_port = 0x11,
                  .msgh_id = 500 },
        .body = { 6 },
        .send = { .name = 0x12, .disposition = MACH_MSG_TYPE_MOVE_SEND },
        .memory = { .address = (void *)0x5000,
                    .deallocate = TRUE,
                    .size = 0x123,
                    .type = MACH_MSG_OOL_DESCRIPTOR },
        .ports = { .address = port_array,
                   .count = 4,
                   .disposition = MACH_MSG_TYPE_MOVE_RECEIVE,
                   .type = MACH_MSG_OOL_PORTS_DESCRIPTOR },
        .guarded = { .context = 0xfeed,
                     .name = 0x13,
                     .disposition = MACH_MSG_TYPE_MOVE_RECEIVE,
                     .type = MACH_MSG_GUARDED_PORT_DESCRIPTOR },
        .kept = { .address = (void *)0x6000, .size = 9, .type = MACH_MSG_OOL_DESCRIPTOR },
        .copied = { .name = 0x14, .disposition = MACH_MSG_TYPE_COPY_SEND },
    };
}

static void test_destroy(void)
{
    struct complex_message message = complex_message();
    fake_reset();
    mach_msg_destroy(&message.head);
    CHECK_CALLS("deallocate 10;" COMPLEX_CALLS);

    message.head.msgh_bits &= ~MACH_MSGH_BITS_COMPLEX;
    mach_msg_destroy(&message.head);
    CHECK_CALLS("deallocate 10;");

    message.head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0);
    mach_msg_destroy(&message.head);
    CHECK_CALLS("insert 10 10 20;deallocate 10;");

    message.head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND_ONCE, 0);
    mach_msg_destroy(&message.head);
    CHECK_CALLS("extract 10 21;deallocate 7703;");

    message.head.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0);
    mach_msg_destroy(&message.head);
    CHECK_CALLS("");

    message.head.msgh_bits =
        MACH_MSGH_BITS_SET(MACH_MSG_TYPE_COPY_SEND, 0, MACH_MSG_TYPE_MOVE_SEND, 0);
    message.head.msgh_voucher_port = 0x15;
    mach_msg_destroy(&message.head);
    CHECK_CALLS("deallocate 15;");
}

/* Descriptors that hold less than they seem to. */
static void test_destroy_less(void)
{
    struct complex_message message = complex_message();
    mach_vm_address_t names = 0;
    fake_reset();
    message.head.msgh_bits = MACH_MSGH_BITS_COMPLEX;
    message.memory.size = 0;
    message.ports.address = NULL;
    message.kept.type = MACH_MSG_OOL_VOLATILE_DESCRIPTOR;
    message.kept.deallocate = TRUE;
    message.guarded.flags = MACH_MSG_GUARD_FLAGS_UNGUARDED_ON_SEND;
    message.copied.disposition = MACH_MSG_TYPE_MOVE_SEND;
    mach_msg_destroy(&message.head);
    CHECK_CALLS("deallocate 12;mod_refs 13 1 -1;deallocate 14;");

    message.memory.type = 77; /* where it ends is not known */
    mach_msg_destroy(&message.head);
    CHECK_CALLS("deallocate 12;");

    /* The array goes with its rights; the sanitizer sees it if not. */
    message = complex_message();
    message.head.msgh_bits = MACH_MSGH_BITS_COMPLEX;
    CHECK(mach_vm_allocate(mach_task_self(), &names, 4096, VM_FLAGS_ANYWHERE) == KERN_SUCCESS);
    memcpy((void *)(uintptr_t)names, port_array, sizeof(port_array));
    message.ports.address = (void *)(uintptr_t)names;
    message.ports.deallocate = TRUE;
    mach_msg_destroy(&message.head);
    CHECK_CALLS(COMPLEX_CALLS);
}

void test_messages(void)
{
    test_strncpy();
    test_reply_port();
    test_again();
    test_reply_setup();
    test_destroy();
    test_destroy_less();
}
