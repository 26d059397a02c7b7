/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loops of servers, and the search for the routine that an id asks for.
 */
#include <string.h>

#include "test_libmach.h"

/* Answers every request; the id chooses how. */
static boolean_t demux(mach_msg_header_t *request, mach_msg_header_t *reply)
{
    mig_reply_setup(request, reply);
    mig_reply_error_t *error = (mig_reply_error_t *)reply;
    switch (request->msgh_id) {
    case 1: error->RetCode = KERN_SUCCESS; break;
    case 2: error->RetCode = MIG_NO_REPLY; break;
    default: error->RetCode = KERN_FAILURE; break;
    }
    return TRUE;
}

static mach_msg_header_t simple_request(mach_msg_id_t id, mach_msg_type_name_t reply_type)
{
    return (mach_msg_header_t){ .msgh_bits = MACH_MSGH_BITS(reply_type, MACH_MSG_TYPE_MOVE_SEND),
                                .msgh_size = sizeof(mach_msg_header_t),
                                .msgh_remote_port = 0x30,
                                .msgh_local_port = 0x31,
                                .msgh_id = id };
}

static void test_server(void)
{
    mach_msg_header_t first = simple_request(1, MACH_MSG_TYPE_MOVE_SEND_ONCE);
    mach_msg_header_t second = simple_request(2, MACH_MSG_TYPE_MOVE_SEND_ONCE);
    mach_msg_header_t third = simple_request(1, MACH_MSG_TYPE_MOVE_SEND);
    struct complex_message fourth = complex_message();
    const struct fake_message steps[] = {
        { &first, MACH_MSG_SUCCESS },       { &second, MACH_MSG_SUCCESS },
        { &third, MACH_MSG_SUCCESS },       { NULL, MACH_SEND_TIMED_OUT },
        { &fourth.head, MACH_MSG_SUCCESS },
    };
    fake_reset();
    fake_script(steps, 5);
    CHECK(mach_msg_server(demux, 512, 0x31, 0) == MACH_RCV_PORT_DIED);
    CHECK_CALLS("receive 31;"
                "send 101 to 30 size 36;receive 31;"
                "receive 31;"
                "send 101 to 30 size 36 timed;receive 31;deallocate 30;receive 31;" COMPLEX_CALLS
                "send 600 to 10 size 36;receive 31;");
}

/* Who asks for vouchers works for that of each request while it is served. */
static void test_server_with_vouchers(void)
{
    mach_msg_header_t first = simple_request(1, MACH_MSG_TYPE_MOVE_SEND_ONCE);
    mach_msg_header_t second = simple_request(2, MACH_MSG_TYPE_MOVE_SEND_ONCE);
    const struct fake_message steps[] = {
        { &first, MACH_MSG_SUCCESS },
        { NULL, MACH_MSG_SUCCESS },
        { &second, MACH_MSG_SUCCESS },
    };
    first.msgh_voucher_port = 0x32;
    fake_reset();
    fake_script(steps, 3);
    CHECK(mach_msg_server(demux, 512, 0x31, MACH_RCV_VOUCHER) == MACH_RCV_PORT_DIED);
    CHECK_CALLS("receive 31;adopt 32;revert;send 101 to 30 size 36;"
                "receive 31;adopt 0;revert;"
                "receive 31;");
}

/* Clients that are gone, and one that wants no answer. */
static void test_server_without_client(void)
{
    mach_msg_header_t first = simple_request(1, MACH_MSG_TYPE_MOVE_SEND_ONCE);
    mach_msg_header_t second = simple_request(1, 0);
    const struct fake_message steps[] = {
        { &first, MACH_MSG_SUCCESS },
        { NULL, MACH_SEND_INVALID_DEST },
        { &second, MACH_MSG_SUCCESS },
    };
    second.msgh_remote_port = MACH_PORT_NULL;
    fake_reset();
    fake_script(steps, 3);
    CHECK(mach_msg_server(demux, 512, 0x31, 0) == MACH_RCV_PORT_DIED);
    CHECK_CALLS("receive 31;"
                "send 101 to 30 size 36;receive 31;deallocate 30;receive 31;"
                "receive 31;");
}

/* With MACH_RCV_LARGE the buffers grow, whether the server only receives or also replies. */
static void test_server_large(void)
{
    static struct {
        mach_msg_header_t head;
        uint8_t room[20000];
    } large;
    const struct fake_message steps[] = {
        { &large.head, MACH_RCV_TOO_LARGE }, { &large.head, MACH_MSG_SUCCESS },
        { &large.head, MACH_RCV_TOO_LARGE }, { &large.head, MACH_RCV_TOO_LARGE },
        { &large.head, MACH_MSG_SUCCESS },
    };
    large.head = simple_request(1, MACH_MSG_TYPE_MOVE_SEND_ONCE);
    large.head.msgh_size = sizeof(large);
    fake_reset();
    fake_script(steps, 5);
    CHECK(mach_msg_server(demux, 512, 0x31, MACH_RCV_LARGE | MACH_SEND_MSG) == MACH_RCV_PORT_DIED);
    CHECK_CALLS("receive 31;receive 31;"
                "send 101 to 30 size 36;receive 31;receive 31;receive 31;"
                "send 101 to 30 size 36;receive 31;");
    fake_script(steps, 1);
    CHECK(mach_msg_server(demux, 512, 0x31, 0) == MACH_RCV_TOO_LARGE);
    CHECK_CALLS("receive 31;");
}

static void test_server_once(void)
{
    mach_msg_header_t request = simple_request(1, MACH_MSG_TYPE_MOVE_SEND_ONCE);
    const struct fake_message steps[] = {
        { &request, MACH_MSG_SUCCESS },
        { NULL, MACH_MSG_SUCCESS },
        { &request, MACH_MSG_SUCCESS },
        { NULL, MACH_SEND_INVALID_DEST },
    };
    fake_reset();
    fake_script(steps, 4);
    CHECK(mach_msg_server_once(demux, 512, 0x31, 0) == MACH_MSG_SUCCESS);
    CHECK_CALLS("receive 31;send 101 to 30 size 36;");
    fake_script(steps + 2, 2);
    CHECK(mach_msg_server_once(demux, 512, 0x31, 0) == MACH_MSG_SUCCESS);
    CHECK_CALLS("receive 31;send 101 to 30 size 36;deallocate 30;");
}

/* Tables as generated ones, with so many routines that their ids cannot be taken for others'. */
struct three_routines {
    mig_server_routine_t server;
    mach_msg_id_t start;
    mach_msg_id_t end;
    mach_msg_size_t maxsize;
    vm_address_t reserved;
    mig_routine_descriptor routine[3];
};

static void answer_with_id(mach_msg_header_t *request, mach_msg_header_t *reply)
{
    ((mig_reply_error_t *)reply)->RetCode = request->msgh_id;
}

static const struct three_routines low_table = {
    .start = 100,
    .end = 103,
    .maxsize = 40,
    .routine = { { .stub_routine = answer_with_id }, {}, { .stub_routine = answer_with_id } },
};
static const struct three_routines next_table = {
    .start = 103,
    .end = 106,
    .maxsize = 400,
    .routine = { { .stub_routine = answer_with_id },
                 { .stub_routine = answer_with_id },
                 { .stub_routine = answer_with_id } },
};
static const struct three_routines high_table = {
    .start = 500,
    .end = 503,
    .maxsize = 80,
    .routine = { { .stub_routine = answer_with_id }, {}, {} },
};

static kern_return_t demuxed(const struct mig_server *server, mach_msg_id_t id, boolean_t expected)
{
    mach_msg_header_t request = { .msgh_id = id, .msgh_remote_port = 7 };
    mig_reply_error_t reply;
    CHECK(mig_demux(server, &request, &reply.Head) == expected);
    CHECK(reply.Head.msgh_id == id + 100 && reply.Head.msgh_remote_port == 7);
    return reply.RetCode;
}

static void test_demux(void)
{
    struct mig_server server = {};
    struct three_routines overlapping = { .start = 505, .end = 508 };
    CHECK(demuxed(&server, 100, FALSE) == MIG_BAD_ID);
    static const void *const same_twice[] = { &low_table, &low_table, &high_table };
    CHECK(mig_server_init(&server, same_twice, 3) == KERN_NAME_EXISTS);
    static const void *const tables[] = { &high_table, &low_table, &next_table };
    CHECK(mig_server_init(&server, tables, 3) == KERN_SUCCESS);
    CHECK(server.count == 3 && server.max_reply == 400);

    static const mach_msg_id_t served[] = { 100, 102, 103, 104, 105, 500 };
    static const mach_msg_id_t unknown[] = { 0, -5, 99, 101, 106, 300, 499, 501, 503, 600 };
    for (unsigned int i = 0; i < sizeof(served) / sizeof(served[0]); i++) {
        CHECK(demuxed(&server, served[i], TRUE) == served[i]);
    }
    for (unsigned int i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
        CHECK(demuxed(&server, unknown[i], FALSE) == MIG_BAD_ID);
    }

    CHECK(mig_server_add(&server, &low_table) == KERN_NAME_EXISTS);
    for (overlapping.start = 498; overlapping.start <= 502; overlapping.start++) {
        overlapping.end = overlapping.start + 3;
        CHECK(mig_server_add(&server, &overlapping) == KERN_NAME_EXISTS);
    }
    overlapping.end = overlapping.start;
    CHECK(mig_server_add(&server, &overlapping) == KERN_INVALID_ARGUMENT);
    struct three_routines many[MIG_SERVER_SUBSYSTEMS] = {};
    for (unsigned int i = 0; i < MIG_SERVER_SUBSYSTEMS; i++) {
        many[i].start = 1000 + (mach_msg_id_t)i;
        many[i].end = many[i].start + 1;
        kern_return_t result = mig_server_add(&server, &many[i]);
        CHECK(result == (i < MIG_SERVER_SUBSYSTEMS - 3 ? KERN_SUCCESS : KERN_NO_SPACE));
    }
}

void test_servers(void)
{
    test_server();
    test_server_with_vouchers();
    test_server_without_client();
    test_server_large();
    test_server_once();
    test_demux();
}
