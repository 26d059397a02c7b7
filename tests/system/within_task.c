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

#define CALL_ID   7000
#define LONG_MS   100000
#define INLINE    376 /* the largest message that goes so */
#define ROOM      1024
#define UNTOUCHED 0xa5

static const mach_msg_option_t ways[] = { 0, MACH_RCV_TIMEOUT };
#define WAYS (sizeof(ways) / sizeof(ways[0]))

/* A buffer for a message, its trailer, and some more. */
struct buffer {
    union {
        mach_msg_header_t header;
        uint8_t bytes[ROOM];
    };
};

/* A thread that answers COUNT calls to PORT with messages as large and full of other bytes.  It receives into
 * server_buffer, the last call into LIMIT bytes of LAST. */
struct server {
    mach_port_t port;
    int count;
    mach_msg_option_t option;
    uint32_t limit;
    struct buffer *last;
    bool errs; /* and answers wrongly before it does so rightly */
    struct worker worker;
    mach_msg_return_t refused;
    mach_msg_return_t result; /* of the last receive */
    struct buffer seen;       /* its buffer as it was after that */
};

static struct server server;
static struct buffer server_buffer;
static struct buffer client_buffer;

/* Byte number I of a message of SIZE bytes; of its answer if IS_ANSWER. */
static uint8_t pattern(uint32_t size, uint32_t i, bool is_answer)
{
    return (uint8_t)(size * 31 + i * 7 + (is_answer ? 1 : 0));
}

static void fill_body(struct buffer *buffer, uint32_t size, bool is_answer)
{
    for (uint32_t i = sizeof(mach_msg_header_t); i < size; i++) {
        buffer->bytes[i] = pattern(size, i, is_answer);
    }
}

/* True if BUFFER has the body of such a message, a trailer that says nothing, and no byte more. */
static bool is_body(const struct buffer *buffer, uint32_t size, bool is_answer)
{
    bool is_right = true;
    for (uint32_t i = sizeof(mach_msg_header_t); i < size; i++) {
        is_right = is_right && buffer->bytes[i] == pattern(size, i, is_answer);
    }
    mach_msg_trailer_t trailer;
    memcpy(&trailer, buffer->bytes + size, sizeof(trailer));
    is_right = is_right && trailer.msgh_trailer_type == MACH_MSG_TRAILER_FORMAT_0 &&
               trailer.msgh_trailer_size == sizeof(trailer);
    for (uint32_t i = size + (uint32_t)sizeof(trailer); i < ROOM; i++) {
        is_right = is_right && buffer->bytes[i] == UNTOUCHED;
    }
    return is_right;
}

/* What the server does with each message in BUFFER: keep it, and make the answer of it. */
static void make_answer(struct buffer *buffer)
{
    mach_msg_header_t *header = &buffer->header;
    server.seen = *buffer;
    memset(buffer->bytes + header->msgh_size, UNTOUCHED, ROOM - header->msgh_size);
    header->msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_MOVE_SEND_ONCE, 0);
    header->msgh_local_port = MACH_PORT_NULL;
    header->msgh_id += 100;
    fill_body(buffer, header->msgh_size, true);
}

static void serve(void *)
{
    struct buffer *buffer = &server_buffer;
    mach_msg_header_t *header = &buffer->header;
    mach_msg_option_t option = MACH_RCV_MSG | server.option;
    for (int i = 0; i < server.count - 1; i++) {
        if (server.errs && (option & MACH_SEND_MSG) != 0) {
            header->msgh_local_port = server.port;
            server.refused =
                mach_msg(header, option, header->msgh_size, ROOM, server.port, 0, MACH_PORT_NULL);
            header->msgh_local_port = MACH_PORT_NULL;
        }
        server.result =
            mach_msg(header, option, header->msgh_size, ROOM, server.port, 0, MACH_PORT_NULL);
        if (server.result != MACH_MSG_SUCCESS) {
            return;
        }
        make_answer(buffer);
        option |= MACH_SEND_MSG;
    }
    if (server.last != buffer) {
        server.result = mach_msg_overwrite(header, option, header->msgh_size, server.limit,
                                           server.port, 0, MACH_PORT_NULL, &server.last->header, 0);
        buffer = server.last;
        header = &buffer->header;
    } else {
        server.result = mach_msg(header, option, header->msgh_size, server.limit, server.port, 0,
                                 MACH_PORT_NULL);
    }
    if (server.result == MACH_MSG_SUCCESS) {
        make_answer(buffer);
        (void)mach_msg(header, MACH_SEND_MSG, header->msgh_size, 0, MACH_PORT_NULL, 0,
                       MACH_PORT_NULL);
    }
}

/* A server waits for COUNT calls, receiving the last into LIMIT bytes of LAST, by OPTION. */
static bool server_start(int count, struct buffer *last, uint32_t limit, mach_msg_option_t option)
{
    server = (struct server){
        .port = port_create_with_send(),
        .count = count,
        .option = option,
        .limit = limit,
        .last = last,
    };
    return EXPECT(worker_start(&server.worker, mach_task_self(), serve, nullptr)) &&
           EXPECT(worker_wait_blocked(&server.worker));
}

static void server_end(void)
{
    worker_join(&server.worker);
    port_destroy_with_send(server.port);
}

/* Call PORT with a message of SIZE bytes in BUFFER, to be answered at REPLY. */
static mach_msg_return_t call_port(mach_port_t port, struct buffer *buffer, uint32_t size,
                                   mach_port_t reply, mach_msg_option_t way)
{
    buffer->header = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
        .msgh_size = 1, /* nobody looks at it */
        .msgh_remote_port = port,
        .msgh_local_port = reply,
        .msgh_voucher_port = 1, /* nor at this, as the bits name none */
        .msgh_id = CALL_ID,
    };
    fill_body(buffer, size, false);
    return mach_msg(&buffer->header, MACH_SEND_MSG | MACH_RCV_MSG | way, size, ROOM, reply, LONG_MS,
                    MACH_PORT_NULL);
}

/* Call the server, twice in a row, as the kernel has to see first where a thread's calls go.  The first call
 * is a header only.  Returns: the result of the second. */
static mach_msg_return_t call(struct buffer *buffer, uint32_t size, mach_port_t reply,
                              mach_msg_option_t way)
{
    (void)call_port(server.port, buffer, sizeof(mach_msg_header_t), reply, way);
    return call_port(server.port, buffer, size, reply, way);
}

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

/* The server's last receive fails with RESULT; the caller hears that his right to an answer has died. */
static void see_failure(mach_msg_return_t result, mach_port_t reply)
{
    EXPECT_OK(call(&client_buffer, 64, reply, 0));
    EXPECT_EQ(client_buffer.header.msgh_id, MACH_NOTIFY_SEND_ONCE);
    server_end();
    EXPECT_EQ(server.result, result);
}

/* The last call is answered. */
static void see_success(mach_port_t reply)
{
    EXPECT_OK(call(&client_buffer, 64, reply, 0));
    EXPECT_EQ(client_buffer.header.msgh_id, CALL_ID + 100);
    server_end();
    EXPECT_OK(server.result);
}

CASE(a_buffer_too_small_by_a_byte_gets_the_header)
{
    const uint32_t needed = 64 + sizeof(mach_msg_trailer_t);
    static struct buffer small;
    mach_port_t reply = port_create();
    memset(&small, UNTOUCHED, ROOM);
    if (server_start(2, &small, needed - 1, 0)) {
        see_failure(MACH_RCV_TOO_LARGE, reply);
        EXPECT_EQ(small.bytes[sizeof(mach_msg_header_t) + sizeof(mach_msg_trailer_t)], UNTOUCHED);
    }
    if (server_start(2, &small, needed, 0)) {
        see_success(reply);
    }
    port_destroy(reply);
}

CASE(buffers_may_overlap)
{
    static struct buffer room[3];
    mach_port_t reply = port_create();
    for (int distance = -INLINE - 16; distance <= INLINE + 16; distance += 28) {
        struct buffer *own = (struct buffer *)(room[1].bytes + distance);
        if (server_start(2, &room[1], ROOM, 0)) {
            (void)call(own, INLINE, reply, 0);
            server_end();
            EXPECT_OK(server.result);
            bool is_whole = true;
            for (uint32_t i = sizeof(mach_msg_header_t); i < INLINE; i++) {
                is_whole = is_whole && server.seen.bytes[i] == pattern(INLINE, i, false);
            }
            EXPECT(is_whole);
        }
    }
    port_destroy(reply);
}

/* A server with SIZE bytes of fresh memory, into whose first page it receives at OFFSET, waits.  Returns: the
 * memory; 0 after a failure. */
static mach_vm_address_t server_with_memory(mach_vm_size_t size, mach_vm_size_t offset)
{
    mach_vm_address_t memory = 0;
    EXPECT_OK(mach_vm_allocate(mach_task_self(), &memory, size, VM_FLAGS_ANYWHERE));
    struct buffer *last = (struct buffer *)(memory + offset);
    return server_start(2, last, ROOM, 0) ? memory : 0;
}

CASE(a_buffer_that_cannot_be_written_loses_the_message)
{
    mach_port_t reply = port_create();
    mach_vm_address_t memory = server_with_memory(vm_page_size, 0);
    if (memory != 0) {
        EXPECT_OK(mach_vm_protect(mach_task_self(), memory, vm_page_size, FALSE, VM_PROT_READ));
        see_failure(MACH_RCV_INVALID_DATA, reply);
        EXPECT_OK(mach_vm_deallocate(mach_task_self(), memory, vm_page_size));
    }
    memory = server_with_memory(vm_page_size, 0);
    if (memory != 0) {
        EXPECT_OK(mach_vm_deallocate(mach_task_self(), memory, vm_page_size));
        see_failure(MACH_RCV_INVALID_DATA, reply);
    }
    port_destroy(reply);
}

CASE(a_buffer_of_which_half_is_gone_loses_the_message)
{
    const mach_vm_size_t half = 40;
    mach_port_t reply = port_create();
    mach_vm_address_t memory = server_with_memory(2 * vm_page_size, vm_page_size - half);
    if (memory != 0) {
        memset((void *)(memory + vm_page_size - half), UNTOUCHED, half);
        EXPECT_OK(mach_vm_deallocate(mach_task_self(), memory + vm_page_size, vm_page_size));
        see_failure(MACH_RCV_INVALID_DATA, reply);
        EXPECT_OK(mach_vm_deallocate(mach_task_self(), memory, vm_page_size));
    }
    port_destroy(reply);
}

CASE(the_kernel_is_no_buffer)
{
    struct buffer *const kernel = (struct buffer *)UINT64_C(0xffffffff80200000);
    mach_port_t reply = port_create();
    if (server_start(2, kernel, ROOM, 0)) {
        see_failure(MACH_RCV_INVALID_DATA, reply);
    }
    if (server_start(2, &server_buffer, ROOM, 0)) {
        EXPECT_OK(call(&client_buffer, 64, reply, 0));
        EXPECT_EQ(mach_msg(&kernel->header, MACH_SEND_MSG | MACH_RCV_MSG, 64, ROOM, reply, 0,
                           MACH_PORT_NULL),
                  MACH_SEND_INVALID_DATA);
        server_end();
    }
    port_destroy(reply);
}

CASE(fresh_and_shared_pages_are_made_on_the_way)
{
    mach_port_t reply = port_create();
    mach_vm_address_t memory = server_with_memory(vm_page_size, 0);
    if (memory != 0) {
        see_success(reply);
        EXPECT_OK(mach_vm_deallocate(mach_task_self(), memory, vm_page_size));
    }
    memory = server_with_memory(vm_page_size, 0);
    if (memory != 0) {
        vm_offset_t copy = 0;
        mach_msg_type_number_t size = 0;
        memset((void *)memory, UNTOUCHED, vm_page_size);
        EXPECT_OK(mach_vm_read(mach_task_self(), memory, vm_page_size, &copy, &size));
        see_success(reply);
        EXPECT_EQ(*(uint8_t *)copy, UNTOUCHED);
        EXPECT_OK(mach_vm_deallocate(mach_task_self(), copy, size));
        EXPECT_OK(mach_vm_deallocate(mach_task_self(), memory, vm_page_size));
    }
    port_destroy(reply);
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
