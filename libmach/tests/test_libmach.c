/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The parts of libmach that need no kernel, or one that only keeps a record (fake_kernel.h).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <mach/mach.h>
#include <mach/mach_vm.h>
#include <mach_r/server_errors.h>
#include <servers/bootstrap.h>

#include "../posix/path.h"
#include "../start/arguments.h"
#include "fake_kernel.h"

#define CHECK(condition)                                                            \
    do {                                                                            \
        if (!(condition)) {                                                         \
            fprintf(stderr, "%s:%d: failed: %s\n", __FILE__, __LINE__, #condition); \
            failures++;                                                             \
        }                                                                           \
    } while (0)

#define CHECK_CALLS(expected)                                                             \
    do {                                                                                  \
        if (strcmp(fake_calls(), (expected)) != 0) {                                      \
            fprintf(stderr, "%s:%d: calls were: %s\n", __FILE__, __LINE__, fake_calls()); \
            failures++;                                                                   \
        }                                                                                 \
        fake_reset();                                                                     \
    } while (0)

static int failures;

static void test_error_strings(void)
{
    CHECK(strcmp(mach_error_string(KERN_SUCCESS), "(os/kern) successful") == 0);
    CHECK(strcmp(mach_error_string(KERN_INVALID_ARGUMENT), "(os/kern) invalid argument") == 0);
    CHECK(strcmp(mach_error_string(MACH_SEND_INVALID_DEST),
                 "(ipc/send) invalid destination port") == 0);
    CHECK(strcmp(mach_error_string(MACH_SEND_NO_BUFFER | MACH_MSG_VM_KERNEL),
                 "(ipc/send) no message buffer") == 0);
    CHECK(strcmp(mach_error_string(MACH_RCV_TIMED_OUT), "(ipc/rcv) timed out") == 0);
    CHECK(strcmp(mach_error_string(MACH_RCV_BODY_ERROR | MACH_MSG_IPC_SPACE),
                 "(ipc/rcv) error in body") == 0);
    CHECK(strcmp(mach_error_string(MIG_SERVER_DIED), "(ipc/mig) server died") == 0);
    CHECK(strcmp(mach_error_string(BOOTSTRAP_UNKNOWN_SERVICE), "(ipc/bootstrap) unknown service") ==
          0);
    CHECK(strcmp(mach_error_string(SERVER_ERROR_NOT_FOUND), "no such file or directory") == 0);
    CHECK(strcmp(mach_error_string(0x1234567), "unknown error code") == 0);
    CHECK(strcmp(mach_error_string(-1), "unknown error code") == 0);
    CHECK(strcmp(mach_error_string(KERN_INVALID_ARGUMENT | MACH_MSG_VM_KERNEL),
                 "unknown error code") == 0); /* only messages have such bits */
    CHECK(strcmp(mach_error_type(MACH_RCV_TIMED_OUT), "(ipc/rcv)") == 0);
    CHECK(strcmp(mach_error_type(0x1234567), "(?/?)") == 0);
    for (int code = KERN_SUCCESS; code <= KERN_NOT_FOUND; code++) {
        CHECK(strncmp(mach_error_string(code), "(os/kern) ", 10) == 0);
    }
    for (int code = MIG_TRAILER_ERROR; code <= MIG_TYPE_ERROR; code++) {
        CHECK(strncmp(mach_error_string(code), "(ipc/mig) ", 10) == 0);
    }
}

static void test_error_line(void)
{
    int ends[2], saved = dup(STDERR_FILENO);
    char line[128];
    CHECK(pipe(ends) == 0 && dup2(ends[1], STDERR_FILENO) == STDERR_FILENO);
    mach_error("sending:", MACH_SEND_INVALID_DEST);
    (void)dup2(saved, STDERR_FILENO);
    ssize_t length = read(ends[0], line, sizeof(line) - 1);
    line[length > 0 ? length : 0] = '\0';
    CHECK(strcmp(line, "sending: (ipc/send) invalid destination port (10000003)\n") == 0);
    (void)close(ends[0]);
    (void)close(ends[1]);
    (void)close(saved);
}

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

#pragma pack(push, 4)
struct complex_message {
    mach_msg_header_t head;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t send;
    mach_msg_ool_descriptor_t memory;
    mach_msg_ool_ports_descriptor_t ports;
    mach_msg_guarded_port_descriptor_t guarded;
    mach_msg_ool_descriptor_t kept;
    mach_msg_port_descriptor_t copied;
};
#pragma pack(pop)

static mach_port_t port_array[] = { 0x20, MACH_PORT_DEAD, 0x21, MACH_PORT_NULL };

static struct complex_message complex_message(void)
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

#define COMPLEX_CALLS                                                         \
    "deallocate 12;vm_deallocate 5000 123;mod_refs 20 1 -1;mod_refs 21 1 -1;" \
    "unguard 13 feed;mod_refs 13 1 -1;"

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

struct test_block {
    struct startup_info info;
    struct startup_port ports[2];
    uint64_t argv[3];
    uint64_t envp[2];
    char strings[32];
};

static struct test_block test_block(void)
{
    return (struct test_block){
        .info = { .magic = STARTUP_MAGIC,
                  .version = STARTUP_VERSION,
                  .size = sizeof(struct test_block),
                  .port_count = 2,
                  .ports_offset = offsetof(struct test_block, ports),
                  .argc = 2,
                  .envc = 1,
                  .argv_offset = offsetof(struct test_block, argv),
                  .envp_offset = offsetof(struct test_block, envp) },
        .ports = { { STARTUP_PORT_STDIN, 0x103 }, { STARTUP_PORT_PROC, 0x203 } },
        .argv = { offsetof(struct test_block, strings), offsetof(struct test_block, strings) + 3 },
        .envp = { offsetof(struct test_block, strings) + 5 },
        .strings = "ls\0/\0A=1",
    };
}

static void test_arguments(void)
{
    struct arguments arguments;
    struct test_block block = test_block();
    CHECK(arguments_resolve(&block.info, &arguments));
    CHECK(arguments.argc == 2);
    CHECK(strcmp(arguments.argv[0], "ls") == 0 && strcmp(arguments.argv[1], "/") == 0);
    CHECK(arguments.argv[2] == NULL);
    CHECK(strcmp(arguments.envp[0], "A=1") == 0 && arguments.envp[1] == NULL);
    CHECK(arguments_port(&block.info, STARTUP_PORT_PROC) == 0x203);
    CHECK(arguments_port(&block.info, STARTUP_PORT_ROOT) == MACH_PORT_NULL);
}

static void test_damaged_arguments(void)
{
    struct arguments arguments;
    struct test_block block;
#define REFUSES(change)                                     \
    do {                                                    \
        block = test_block();                               \
        change;                                             \
        CHECK(!arguments_resolve(&block.info, &arguments)); \
    } while (0)
    REFUSES(block.info.magic++);
    REFUSES(block.info.version++);
    REFUSES(block.info.size = 0);
    REFUSES(block.info.size = 8);
    REFUSES(block.info.size = UINT32_MAX);
    REFUSES(block.info.argc = 3);
    REFUSES(block.info.argc = UINT32_MAX);
    REFUSES(block.info.argv_offset = 0);
    REFUSES(block.info.argv_offset += 1);
    REFUSES((block.info.argv_offset = offsetof(struct startup_info, initrd_size),
             block.info.argc = 0)); /* a zero, but in the header */
    REFUSES(block.info.envp_offset = UINT32_MAX - 7);
    REFUSES(block.argv[1] = sizeof(block));
    REFUSES(block.argv[2] = offsetof(struct test_block, strings));
    REFUSES(block.envp[0] = 1);
    REFUSES(block.info.port_count = 1000);
    REFUSES(block.strings[31] = 'x');
}

static void check_normalized(const char *path, const char *expected)
{
    char buffer[64];
    (void)snprintf(buffer, sizeof(buffer), "%s", path);
    path_normalize(buffer);
    if (strcmp(buffer, expected) != 0) {
        fprintf(stderr, "%s became %s, not %s\n", path, buffer, expected);
        failures++;
    }
}

static void test_paths(void)
{
    check_normalized("/", "/");
    check_normalized("//", "/");
    check_normalized("/bin/ls", "/bin/ls");
    check_normalized("/bin//ls/", "/bin/ls");
    check_normalized("/./bin/.", "/bin");
    check_normalized("/bin/..", "/");
    check_normalized("/..", "/");
    check_normalized("/../../a", "/a");
    check_normalized("/a/b/../c/../../d", "/d");
    check_normalized("/...", "/...");
    check_normalized("/.a/b.", "/.a/b.");
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

int main(void)
{
    test_error_strings();
    test_error_line();
    test_strncpy();
    test_reply_port();
    test_again();
    test_reply_setup();
    test_destroy();
    test_destroy_less();
    test_server();
    test_server_without_client();
    test_server_large();
    test_server_once();
    test_demux();
    test_arguments();
    test_damaged_arguments();
    test_paths();
    printf("%s\n", failures == 0 ? "all passed" : "some failed");
    return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
