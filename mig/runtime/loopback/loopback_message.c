/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mach_msg() of the loop-back: a request goes to the server's demux at once, and its reply comes
 * back. The server loop follows the ownership rules: an error destroys the request, MIG_NO_REPLY
 * leaves it, and the reply right, to the routine.
 */
#include "loopback_internal.h"

#include <mach/notify.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if __has_feature(memory_sanitizer)
#include <sanitizer/msan_interface.h>
#endif

enum {
    STRANGE_PORT = 0x1607,
    ROOM_FOR_DAMAGE = 64
};

NDR_record_t NDR_record = { 0, 0, 0, 0, 1, 0, 0, 0 };

/* The reply to a request that did not wait; a good reply that will be probed. */
static mach_msg_header_t *pending;
static mach_msg_header_t *kept;

mach_msg_size_t loop_reply_room(void)
{
    return loop_interface->max_reply + (mach_msg_size_t)sizeof(mach_msg_max_trailer_t) +
           ROOM_FOR_DAMAGE;
}

static mach_msg_header_t *copy_of(const mach_msg_header_t *message, size_t room)
{
    mach_msg_header_t *copy = calloc(1, room);
    memcpy(copy, message, message->msgh_size);
    return copy;
}

/* The server ----------------------------------------------------------------------------------- */

kern_return_t loop_serve(mach_msg_header_t *request, mig_reply_error_t *reply)
{
    memset(reply, PATTERN, loop_reply_room());
#if __has_feature(memory_sanitizer)
    __msan_poison(reply, loop_reply_room());
#endif
    const enum loop_holder before = loop_side;
    loop_side = LOOP_SERVER;
    (void)loop_interface->server(request, &reply->Head);
    loop_side = before;
    if ((reply->Head.msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0) {
        return KERN_SUCCESS;
    }
    return reply->RetCode;
}

/* A message for the fuzzer: choices, of which two are its form and its id, and the body. */
static void write_seed(const mach_msg_header_t *request)
{
    uint8_t choices[16] = { 0 };
    char name[512];
    choices[0] = (request->msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0 ? 0x80 : 0;
    choices[1] = (uint8_t)(request->msgh_id - loop_interface->first);
    snprintf(name, sizeof(name), "%s/%s-%u", loop_seeds, loop.routine->request.name, loop.seed);
    FILE *stream = fopen(name, "wb");
    LOOP_CHECK(stream != NULL);
    fwrite(choices, sizeof(choices), 1, stream);
    fwrite(request + 1, request->msgh_size - sizeof(*request), 1, stream);
    fclose(stream);
}

/* As the server loop does it. Returns: is there a reply to send? */
static bool answer(mach_msg_header_t *request, mig_reply_error_t *reply)
{
    loop_outcome.reply_right = request->msgh_remote_port;
    loop_outcome.reply_disposition = MACH_MSGH_BITS_REMOTE(request->msgh_bits);
    const kern_return_t result = loop_serve(request, reply);
    loop_outcome.results_gone = loop.result == KERN_SUCCESS;
    loop_side = LOOP_SERVER;
    if (result != KERN_SUCCESS && result != MIG_NO_REPLY) {
        request->msgh_remote_port = MACH_PORT_NULL;
        mach_msg_destroy(request);
    }
    if (result == MIG_NO_REPLY && !loop.halves && loop_outcome.reply_right != MACH_PORT_NULL) {
        loop_release(loop_outcome.reply_right, loop_outcome.reply_disposition);
    }
    loop_side = LOOP_CLIENT;
    return result != MIG_NO_REPLY && reply->Head.msgh_remote_port != MACH_PORT_NULL;
}

/* Replies -------------------------------------------------------------------------------------- */

/* Behind the last descriptor of REPLY, which is under way, there is one more right. */
static void add_right(mach_msg_header_t *reply)
{
    const mach_msg_port_descriptor_t more = {
        .name = STRANGE_PORT,
        .disposition = MACH_MSG_TYPE_PORT_SEND,
        .type = MACH_MSG_PORT_DESCRIPTOR,
    };
    mach_msg_body_t *body = (mach_msg_body_t *)(reply + 1);
    char *at = (char *)body;
    const uint32_t words = (reply->msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0 ? 0 : sizeof(*body);
    memmove(at + words, at, reply->msgh_size - sizeof(*reply));
    body->msgh_descriptor_count = words != 0 ? 0 : body->msgh_descriptor_count;
    at += sizeof(*body);
    for (uint32_t i = 0; i < body->msgh_descriptor_count; i++) {
        const bool is_port = ((mach_msg_descriptor_t *)at)->type.type == MACH_MSG_PORT_DESCRIPTOR;
        at += is_port ? sizeof(more) : sizeof(mach_msg_ool_descriptor_t);
    }
    const char *end = (char *)reply + reply->msgh_size + words;
    memmove(at + sizeof(more), at, (size_t)(end - at));
    memcpy(at, &more, sizeof(more));
    body->msgh_descriptor_count++;
    reply->msgh_bits |= MACH_MSGH_BITS_COMPLEX;
    reply->msgh_size += words + (uint32_t)sizeof(more);
    ledger_give(LOOP_UNDER_WAY, STRANGE_PORT, MACH_MSG_TYPE_PORT_SEND);
}

/* The first right of REPLY, which is under way, is of another kind. */
static void change_right(mach_msg_header_t *reply)
{
    mach_msg_port_descriptor_t *port = (mach_msg_port_descriptor_t *)((mach_msg_base_t *)reply + 1);
    const mach_msg_type_name_t other = port->disposition == MACH_MSG_TYPE_PORT_SEND
                                           ? MACH_MSG_TYPE_PORT_SEND_ONCE
                                           : MACH_MSG_TYPE_PORT_SEND;
    ledger_take(LOOP_UNDER_WAY, port->name, port->disposition);
    ledger_give(LOOP_UNDER_WAY, port->name, other);
    port->disposition = other & 0xff;
}

static void damage(mach_msg_header_t *reply)
{
    switch (loop.damage) {
    case LOOP_OTHER_ID: reply->msgh_id++; break;
    case LOOP_LONGER:
        memset((char *)reply + reply->msgh_size, 0, 4);
        reply->msgh_size += 4;
        break;
    case LOOP_SHORTER: reply->msgh_size -= 4; break;
    case LOOP_REMOTE_PORT:
        ledger_give(LOOP_UNDER_WAY, STRANGE_PORT, MACH_MSG_TYPE_PORT_SEND_ONCE);
        reply->msgh_local_port = STRANGE_PORT;
        reply->msgh_bits |= MACH_MSGH_BITS(0, MACH_MSG_TYPE_PORT_SEND_ONCE);
        break;
    case LOOP_OTHER_RIGHT: change_right(reply); break;
    case LOOP_ANOTHER_RIGHT: add_right(reply); break;
    default: break;
    }
}

/* The reply goes into the caller's buffer, and as much of the trailer as fits. */
static mach_msg_return_t put(mach_msg_header_t *reply, mach_msg_header_t *buffer,
                             mach_msg_size_t buffer_size)
{
    const mach_msg_size_t size = (mach_msg_size_t)round_msg(reply->msgh_size);
    if ((uint64_t)reply->msgh_size + sizeof(mach_msg_trailer_t) > buffer_size) {
        return MACH_RCV_TOO_LARGE;
    }
    const mach_msg_size_t room = buffer_size - size;
    const mach_msg_size_t trailer = sizeof(mach_msg_max_trailer_t);
    memcpy(buffer, reply, size + (room < trailer ? room : trailer));
    return MACH_MSG_SUCCESS;
}

/* What the client keeps of its last reply: to be destroyed later, or probed. */
static void note_delivery(const mach_msg_header_t *reply)
{
    if (loop.course == LOOP_IDLE) {
        loop_outcome.delivered = copy_of(reply, reply->msgh_size);
    }
    if (loop_probes) {
        const size_t room = loop_reply_room();
        kept = copy_of(reply, room);
        memcpy(kept, reply, round_msg(reply->msgh_size) + sizeof(mach_msg_max_trailer_t));
    }
}

/* Send REPLY, which has room for a trailer, from the server to the client's BUFFER. */
static mach_msg_return_t deliver_reply(mach_msg_header_t *reply, mach_msg_header_t *buffer,
                                       mach_msg_size_t buffer_size)
{
    unsigned int left_out = 0;
    loop_copyin(reply, LOOP_SERVER);
    if (loop.course == LOOP_REPLY_DAMAGED) {
        damage(reply);
    }
    const bool fits = reply->msgh_size + sizeof(mach_msg_trailer_t) <= buffer_size;
    const bool partly = (loop.failure & ~MACH_MSG_MASK) == MACH_RCV_BODY_ERROR;
    const bool lost = loop.course == LOOP_REPLY_LOST;
    if (!fits || lost) {
        left_out = fits && partly ? 1 : LOOP_EVERYTHING;
    }
    loop_copyout(reply, LOOP_CLIENT, left_out);
    if (left_out == LOOP_EVERYTHING) {
        if (reply->msgh_remote_port != MACH_PORT_NULL) {
            ledger_take(LOOP_CLIENT, reply->msgh_remote_port,
                        MACH_MSGH_BITS_REMOTE(reply->msgh_bits));
        }
        return fits ? loop.failure : MACH_RCV_TOO_LARGE;
    }
    loop_append_trailer(reply);
    note_delivery(reply);
    const mach_msg_return_t result = put(reply, buffer, buffer_size);
    return lost ? loop.failure : result;
}

/* The kernel tells that nobody will answer any more. */
static mach_msg_return_t deliver_notification(mach_msg_header_t *buffer,
                                              mach_msg_size_t buffer_size)
{
    char room[sizeof(mach_msg_header_t) + sizeof(mach_msg_max_trailer_t)] = { 0 };
    mach_msg_header_t *notification = (mach_msg_header_t *)(void *)room;
    notification->msgh_size = sizeof(*notification);
    notification->msgh_id = MACH_NOTIFY_SEND_ONCE;
    loop_append_trailer(notification);
    return put(notification, buffer, buffer_size);
}

/* Requests ------------------------------------------------------------------------------------- */

/* The send fails: before the kernel took anything, or so that all comes back. */
static mach_msg_return_t fail_to_send(mach_msg_header_t *message)
{
    const enum loop_policy policy = loop.routine->policy;
    if (!loop.comes_back) {
        loop_check_message(message);
        loop_outcome.taken = policy == LOOP_CONSUME_ANY && loop.failure == MACH_SEND_INVALID_DEST;
        loop_outcome.memory_taken = loop_outcome.taken;
        return loop.failure;
    }
    loop_outcome.stays = loop.seed % 2 != 0;
    loop_copyin(message, LOOP_CLIENT);
    loop_pseudo_receive(message);
    const bool timed_out = (loop.failure & ~MACH_MSG_MASK) == MACH_SEND_TIMED_OUT;
    /* What is elsewhere, the caller does not know. */
    loop_outcome.taken = (timed_out && policy != LOOP_CONSUME_NONE) || !loop_outcome.stays;
    loop_outcome.memory_taken = loop_outcome.taken;
    return loop.failure;
}

/* REQUEST is under way. BUFFER is null if the sender does not wait, and wants no reply. */
static mach_msg_return_t call_server(mach_msg_header_t *request, mach_msg_header_t *buffer,
                                     mach_msg_size_t buffer_size)
{
    const bool dies = loop.course == LOOP_REPLY_DAMAGED && loop.damage == LOOP_SERVER_DIED;
    loop_copyout(request, LOOP_SERVER, dies ? LOOP_EVERYTHING : 0);
    if (dies) {
        ledger_take(LOOP_SERVER, request->msgh_remote_port,
                    MACH_MSGH_BITS_REMOTE(request->msgh_bits));
        return deliver_notification(buffer, buffer_size);
    }
    loop_append_trailer(request);
    if (loop_probes && loop.result == KERN_SUCCESS) {
        loop_probe_request(request);
    }
    if (loop_seeds != NULL) {
        write_seed(request);
    }
    mig_reply_error_t *reply = malloc(loop_reply_room());
    mach_msg_return_t result = MACH_MSG_SUCCESS;
    if (answer(request, reply)) {
        LOOP_CHECK(buffer != NULL && reply->Head.msgh_id == request->msgh_id + 100);
        result = deliver_reply(&reply->Head, buffer, buffer_size);
    } else if (buffer != NULL) {
        result = deliver_notification(buffer, buffer_size);
        if (loop.course == LOOP_REPLY_LOST) {
            result = loop.failure;
        }
    }
    free(reply);
    return result;
}

static mach_msg_header_t *make_pending(void)
{
    free(pending);
    pending = calloc(1, loop_reply_room());
    return pending;
}

/* The server answers later; the client will look at it with loop_reply(). */
static mach_msg_return_t send_late(const mach_msg_header_t *message)
{
    LOOP_CHECK(message->msgh_remote_port == loop_outcome.reply_right);
    LOOP_CHECK(message->msgh_local_port == MACH_PORT_NULL);
    if (loop.course == LOOP_LATE_FAILS) {
        loop_check_message(message);
        return loop.failure;
    }
    mach_msg_header_t *reply = copy_of(message, loop_reply_room());
    const mach_msg_return_t result = deliver_reply(reply, make_pending(), loop_reply_room());
    free(reply);
    return result;
}

static mach_msg_return_t send_request(mach_msg_header_t *message, mach_msg_option_t option,
                                      mach_msg_size_t receive_size, mach_port_name_t receive_name)
{
    const bool waits = (option & MACH_RCV_MSG) != 0;
    LOOP_CHECK(!waits || receive_name == message->msgh_local_port);
    if (loop.course == LOOP_SEND_FAILS) {
        return fail_to_send(message);
    }
    mach_msg_header_t *buffer = waits ? message : NULL;
    if (!waits && message->msgh_local_port != MACH_PORT_NULL) {
        buffer = make_pending();
        receive_size = loop_reply_room();
    }
    mach_msg_header_t *request =
        copy_of(message, message->msgh_size + sizeof(mach_msg_max_trailer_t));
    loop_copyin(request, LOOP_CLIENT);
    /* With a code, the arguments stay at home. */
    loop_outcome.taken = loop_outcome.memory_taken = loop.course != LOOP_CODED;
    const mach_msg_return_t result = call_server(request, buffer, receive_size);
    free(request);
    return result;
}

mach_msg_return_t mach_msg(mach_msg_header_t *message, mach_msg_option_t option,
                           mach_msg_size_t send_size, mach_msg_size_t receive_size,
                           mach_port_name_t receive_name, mach_msg_timeout_t timeout,
                           mach_port_name_t notify)
{
    (void)timeout;
    (void)notify;
    LOOP_CHECK((option & MACH_SEND_MSG) != 0);
    LOOP_CHECK(message->msgh_size == send_size && send_size % 4 == 0);
    if (loop.course == LOOP_REPLY_PROBED) {
        return put(loop_probed_reply(), message, receive_size);
    }
    if (loop_side == LOOP_SERVER) {
        return send_late(message);
    }
    return send_request(message, option, receive_size, receive_name);
}

/* Calls in halves ------------------------------------------------------------------------------ */

kern_return_t loop_late(void)
{
    loop_side = LOOP_SERVER;
    if (loop.course == LOOP_PLAIN) {
        loop.result = loop.seed % 2 != 0 ? KERN_SUCCESS : KERN_FAILURE;
    } else {
        loop.result = KERN_SUCCESS;
    }
    return loop.result;
}

kern_return_t loop_late_sent(kern_return_t got)
{
    if (got == MIG_ARRAY_TOO_LARGE) {
        loop_release(loop_outcome.reply_right, loop_outcome.reply_disposition);
    }
    loop_outcome.results_gone = got != MIG_ARRAY_TOO_LARGE;
    loop_side = LOOP_CLIENT;
    return got;
}

mach_msg_header_t *loop_reply(void)
{
    LOOP_CHECK(pending != NULL);
    return pending;
}

mach_port_t loop_reply_right(void)
{
    return loop_outcome.reply_right;
}

mach_msg_type_name_t loop_reply_disposition(void)
{
    return loop_outcome.reply_disposition;
}

void loop_forget_reply(void)
{
    free(pending);
    pending = NULL;
}

mach_msg_header_t *loop_take_kept_reply(void)
{
    mach_msg_header_t *reply = kept;
    kept = NULL;
    return reply;
}
