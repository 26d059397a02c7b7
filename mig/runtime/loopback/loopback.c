/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The message system of loopback.h. A message is copied into a buffer of exactly its size; a right in
 * the body becomes one entry of the ledger, out-of-line memory a copy that the ledger counts. The
 * server loop follows the ownership rules: an error destroys the request, MIG_NO_REPLY does not.
 */
#include "loopback_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mach/notify.h>

#if __has_feature(memory_sanitizer)
#include <sanitizer/msan_interface.h>
#endif

#define REQUEST_PORT 0x1203
#define REPLY_PORT   0x1307

boolean_t (*loop_server)(mach_msg_header_t *request, mach_msg_header_t *reply);
mach_msg_size_t loop_max_reply;
struct loop_plan loop;
NDR_record_t NDR_record = { 0, 0, 0, 0, 1, 0, 0, 0 };

/* The reply to a request that did not wait. */
static mach_msg_header_t *pending;

void
loop_fail(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: %s (seed %u, result %d, mutation %d): %s\n", file, line, loop.routine,
            loop.seed, loop.result, loop.reply_mutation, what);
    abort();
}

/* The server --------------------------------------------------------------------------------------- */

/* Run the server on REQUEST. Returns: the reply's code; KERN_SUCCESS for a complex reply. */
static kern_return_t
serve(mach_msg_header_t *request, mig_reply_error_t *reply)
{
    memset(reply, PATTERN, loop_max_reply + sizeof(mach_msg_max_trailer_t));
#if __has_feature(memory_sanitizer)
    __msan_poison(reply, loop_max_reply);
#endif
    loop_server(request, &reply->Head);
    if ((reply->Head.msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0) {
        return KERN_SUCCESS;
    }
    return reply->RetCode;
}

/* A copy of REQUEST with a fault must be refused with EXPECTED before the routine is called. */
static void
try_damaged(const mach_msg_header_t *request, mig_reply_error_t *reply, mach_msg_bits_t flip,
            int longer, int more_descriptors, kern_return_t expected)
{
    mach_msg_header_t *copy = malloc(request->msgh_size + 2 * sizeof(mach_msg_max_trailer_t));

    memcpy(copy, request, request->msgh_size);
    memset((char *)copy + request->msgh_size, 0, 2 * sizeof(mach_msg_max_trailer_t));
    copy->msgh_bits ^= flip;
    copy->msgh_size = (mach_msg_size_t)((int)copy->msgh_size + longer);
    if (more_descriptors != 0) {
        ((mach_msg_body_t *)(copy + 1))->msgh_descriptor_count += (mach_msg_size_t)more_descriptors;
    }
    loop.must_not_be_called = true;
    const kern_return_t got = serve(copy, reply);
    LOOP_CHECK(got == expected);
    loop.must_not_be_called = false;
    free(copy);
}

static void
try_all_damages(mach_msg_header_t *request, mig_reply_error_t *reply)
{
    const bool complex = (request->msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0;

    try_damaged(request, reply, 0, 4, 0, MIG_BAD_ARGUMENTS);
    try_damaged(request, reply, 0, -4, 0, MIG_BAD_ARGUMENTS);
    try_damaged(request, reply, MACH_MSGH_BITS_COMPLEX, 0, 0, MIG_BAD_ARGUMENTS);
    if (complex) {
        try_damaged(request, reply, 0, 0, 1, MIG_BAD_ARGUMENTS);
        mach_msg_type_descriptor_t *first =
            (mach_msg_type_descriptor_t *)((mach_msg_body_t *)(request + 1) + 1);
        const mach_msg_descriptor_type_t type = first->type;
        first->type = (type + 1) & 3;
        try_damaged(request, reply, 0, 0, 0, MIG_TYPE_ERROR);
        first->type = type;
    }
    request->msgh_id += 50;
    try_damaged(request, reply, 0, 0, 0, MIG_BAD_ID);
    request->msgh_id -= 50;
}

static void
damage_reply(mach_msg_header_t *reply)
{
    if (loop.reply_mutation == LOOP_REPLY_OTHER_ID) {
        reply->msgh_id++;
    } else if (loop.reply_mutation == LOOP_REPLY_LONGER) {
        memset((char *)reply + reply->msgh_size, 0, 4);
        reply->msgh_size += 4;
    } else if (loop.reply_mutation == LOOP_REPLY_SHORTER) {
        reply->msgh_size -= 4;
    }
}

/* The id is left out: there, every byte may be in its place. */
static void
check_header(const mach_msg_header_t *message)
{
    loop_check_bytes(message, offsetof(mach_msg_header_t, msgh_id));
}

/* Room for any reply, made longer, and its trailer. */
static mach_msg_size_t
reply_room(void)
{
    return loop_max_reply + (mach_msg_size_t)sizeof(mach_msg_max_trailer_t) + 4;
}

/* Put REPLY into the caller's buffer, as much of the trailer as fits. */
static mach_msg_return_t
deliver_reply(mach_msg_header_t *reply, mach_msg_header_t *buffer, mach_msg_size_t buffer_size)
{
    check_header(reply);
    loop_transfer_body(reply);
    damage_reply(reply);
    reply->msgh_local_port = reply->msgh_remote_port;
    reply->msgh_remote_port = MACH_PORT_NULL;
    const mach_msg_size_t size = reply->msgh_size;
    if (size + sizeof(mach_msg_trailer_t) > buffer_size) {
        mach_msg_destroy(reply);
        return MACH_RCV_TOO_LARGE;
    }
    loop_append_trailer(reply);
    const mach_msg_size_t room = buffer_size - size;
    const mach_msg_size_t trailer = sizeof(mach_msg_max_trailer_t);
    memcpy(buffer, reply, size + (room < trailer ? room : trailer));
    return MACH_MSG_SUCCESS;
}

/* Deliver REQUEST; the reply goes to BUFFER, or nowhere if that is null. */
static mach_msg_return_t
call_server(mach_msg_header_t *request, mach_msg_header_t *buffer, mach_msg_size_t buffer_size)
{
    mig_reply_error_t *reply = malloc(reply_room());

    try_all_damages(request, reply);
    const kern_return_t result = serve(request, reply);
    if (result == MIG_NO_REPLY) {
        /* The routine destroyed the reply right: the kernel says so. */
        reply->Head.msgh_id = MACH_NOTIFY_SEND_ONCE;
        reply->Head.msgh_size = sizeof(reply->Head);
    } else if (result != KERN_SUCCESS) {
        mach_msg_destroy(request);
    }
    mach_msg_return_t delivered = MACH_MSG_SUCCESS;
    if (buffer != NULL) {
        LOOP_CHECK(result == MIG_NO_REPLY || reply->Head.msgh_id == request->msgh_id + 100);
        delivered = deliver_reply(&reply->Head, buffer, buffer_size);
    }
    free(reply);
    return delivered;
}

static mach_msg_header_t *
make_pending(void)
{
    free(pending);
    pending = malloc(reply_room());
    return pending;
}

/* A late reply: the client will look at it with loop_reply(). */
static mach_msg_return_t
keep_reply(const mach_msg_header_t *message)
{
    LOOP_CHECK(message->msgh_remote_port == REQUEST_PORT);
    LOOP_CHECK(message->msgh_local_port == MACH_PORT_NULL);
    mach_msg_header_t *reply = malloc(reply_room());
    memcpy(reply, message, message->msgh_size);
    const mach_msg_return_t result = deliver_reply(reply, make_pending(), reply_room());
    free(reply);
    return result;
}

mach_msg_return_t
mach_msg(mach_msg_header_t *message, mach_msg_option_t option, mach_msg_size_t send_size,
         mach_msg_size_t receive_size, mach_port_name_t receive_name, mach_msg_timeout_t timeout,
         mach_port_name_t notify)
{
    (void)timeout;
    (void)notify;
    LOOP_CHECK((option & MACH_SEND_MSG) != 0);
    LOOP_CHECK(message->msgh_size == send_size && send_size % 4 == 0);
    check_header(message);
    LOOP_CHECK(message->msgh_voucher_port == MACH_PORT_NULL);

    if (loop.late) {
        return keep_reply(message);
    }
    mach_msg_header_t *request = malloc(send_size + sizeof(mach_msg_max_trailer_t));
    memcpy(request, message, send_size);
    loop_transfer_body(request);
    request->msgh_local_port = message->msgh_remote_port;
    request->msgh_remote_port = message->msgh_local_port;
    loop_append_trailer(request);
    const bool waits = (option & MACH_RCV_MSG) != 0;
    LOOP_CHECK(!waits || receive_name == message->msgh_local_port);
    mach_msg_header_t *buffer = waits ? message : NULL;
    if (!waits && message->msgh_local_port != MACH_PORT_NULL) {
        buffer = make_pending();
        receive_size = reply_room();
    }
    const mach_msg_return_t result = call_server(request, buffer, receive_size);
    free(request);
    return result;
}

void
loop_late(kern_return_t code)
{
    loop.late = true;
    loop.result = code;
}

mach_msg_header_t *
loop_reply(void)
{
    LOOP_CHECK(pending != NULL);
    return pending;
}

/* The course of a call --------------------------------------------------------------------------------- */

void
loop_begin(const char *routine, uint32_t seed, kern_return_t result, int reply_mutation)
{
    loop = (struct loop_plan){
        .routine = routine, .seed = seed, .result = result, .reply_mutation = reply_mutation,
    };
    LOOP_CHECK(loop_rights == 0 && loop_memories == 0);
    /* What the stub's frame will hold before it is written. */
    volatile uint8_t frame[1 << 16];
    for (size_t i = 0; i < sizeof(frame); i++) {
        frame[i] = PATTERN;
    }
}

void
loop_enter(void)
{
    LOOP_CHECK(!loop.must_not_be_called);
    loop.calls++;
}

bool
loop_takes(void)
{
    return loop.result == KERN_SUCCESS || loop.result == MIG_NO_REPLY;
}

static kern_return_t
expected_result(bool one_way)
{
    if (one_way) {
        return MACH_MSG_SUCCESS;
    }
    if (loop.result == MIG_NO_REPLY) {
        return MIG_SERVER_DIED;
    }
    if (loop.reply_mutation == LOOP_REPLY_OTHER_ID) {
        return MIG_REPLY_MISMATCH;
    }
    return loop.reply_mutation != 0 ? MIG_TYPE_ERROR : loop.result;
}

void
loop_end(kern_return_t got, bool one_way)
{
    LOOP_CHECK(loop.calls == 1);
    const bool too_large = loop.reply_mutation == LOOP_REPLY_LONGER && got == MACH_RCV_TOO_LARGE;
    LOOP_CHECK(too_large || got == expected_result(one_way));
    free(pending);
    pending = NULL;
    loop_free_lent();
    LOOP_CHECK(loop_rights == 0);
    LOOP_CHECK(loop_memories == 0);
}

/* The rest of the run-time ------------------------------------------------------------------------------- */

mach_port_t
mig_get_reply_port(void)
{
    return REPLY_PORT;
}

void
mig_put_reply_port(mach_port_t port)
{
    LOOP_CHECK(port == REPLY_PORT);
}

void
mig_dealloc_reply_port(mach_port_t port)
{
    LOOP_CHECK(port == REPLY_PORT);
}

int
mig_strncpy(char *destination, const char *source, int size)
{
    int i = 0;

    while (i < size - 1 && source[i] != '\0') {
        destination[i] = source[i];
        i++;
    }
    destination[i] = '\0';
    return i + 1;
}

int
mig_strncpy_zerofill(char *destination, const char *source, int size)
{
    const int used = mig_strncpy(destination, source, size);

    memset(destination + used, 0, (size_t)(size - used));
    return used;
}
