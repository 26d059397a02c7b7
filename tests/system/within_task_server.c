/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The server of within_task_server.h.
 */
#include "within_task_server.h"

#include <string.h>

#include "systest.h"
#include "systest_msg.h"

struct server server;
struct buffer server_buffer;
struct buffer client_buffer;

uint8_t pattern(uint32_t size, uint32_t i, bool is_answer)
{
    return (uint8_t)(size * 31 + i * 7 + (is_answer ? 1 : 0));
}

static void fill_body(struct buffer *buffer, uint32_t size, bool is_answer)
{
    for (uint32_t i = sizeof(mach_msg_header_t); i < size; i++) {
        buffer->bytes[i] = pattern(size, i, is_answer);
    }
}

bool is_body(const struct buffer *buffer, uint32_t size, bool is_answer)
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

bool server_start(int count, struct buffer *last, uint32_t limit, mach_msg_option_t option)
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

void server_end(void)
{
    worker_join(&server.worker);
    port_destroy_with_send(server.port);
}

mach_msg_return_t call_port(mach_port_t port, struct buffer *buffer, uint32_t size,
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

mach_msg_return_t call(struct buffer *buffer, uint32_t size, mach_port_t reply,
                       mach_msg_option_t way)
{
    (void)call_port(server.port, buffer, sizeof(mach_msg_header_t), reply, way);
    return call_port(server.port, buffer, size, reply, way);
}
