/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The message system of loopback.h. A message is copied into a buffer of exactly its size; a right in
 * the body becomes one entry of the ledger, out-of-line memory a copy that the ledger counts. The
 * server loop follows the ownership rules: an error destroys the request, MIG_NO_REPLY does not.
 */
#include "loopback.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <mach/notify.h>

#if __has_feature(memory_sanitizer)
#include <sanitizer/msan_interface.h>
#endif

#define PATTERN      0xdd
#define REQUEST_PORT 0x1203
#define REPLY_PORT   0x1307

boolean_t (*loop_server)(mach_msg_header_t *request, mach_msg_header_t *reply);
mach_msg_size_t loop_max_reply;
struct loop_plan loop;
NDR_record_t NDR_record = { 0, 0, 0, 0, 1, 0, 0, 0 };

static long rights;   /* received and not given back */
static long memories; /* blocks of out-of-line memory */
static struct {
    void *block;
    size_t size;
} lent[64];
static unsigned int lent_count;

void
loop_fail(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: %s (seed %u, result %d, mutation %d): %s\n", file, line, loop.routine,
            loop.seed, loop.result, loop.reply_mutation, what);
    abort();
}

/* Values --------------------------------------------------------------------------------------- */

static uint32_t
hash(uint32_t tag, uint32_t index)
{
    uint32_t x = loop.seed * 2654435761u ^ tag * 2246822519u ^ index * 3266489917u;

    x ^= x >> 15;
    x *= 2246822519u;
    x ^= x >> 13;
    return x;
}

static uint8_t
byte_of(uint32_t tag, size_t index)
{
    const uint8_t byte = (uint8_t)hash(tag, (uint32_t)index);

    return byte == PATTERN ? 1 : byte;
}

void
loop_fill(void *to, size_t size, unsigned int tag)
{
    for (size_t i = 0; i < size; i++) {
        ((uint8_t *)to)[i] = byte_of(tag, i);
    }
}

bool
loop_is(const void *bytes, size_t size, unsigned int tag)
{
    for (size_t i = 0; i < size; i++) {
        if (((const uint8_t *)bytes)[i] != byte_of(tag, i)) {
            return false;
        }
    }
    return true;
}

static bool
has_pattern(uint32_t x)
{
    for (int i = 0; i < 32; i += 8) {
        if (((x >> i) & 0xff) == PATTERN) {
            return true;
        }
    }
    return false;
}

uint32_t
loop_count(unsigned int tag, uint32_t max, uint32_t element_size)
{
    const uint32_t pick = hash(tag, 7) % 8;
    uint32_t count = pick == 0 ? 0 : pick == 1 ? max : hash(tag, 8) % (max + 1);

    while (has_pattern(count) || has_pattern(count * element_size)) {
        count--;
    }
    return count;
}

static size_t
string_length(size_t size, unsigned int tag)
{
    const uint32_t length = loop_count(tag, (uint32_t)size - 1, 1);

    return has_pattern(length + 1) ? length - 1 : length;
}

void
loop_string(char *to, size_t size, unsigned int tag)
{
    const size_t length = string_length(size, tag);

    for (size_t i = 0; i < length; i++) {
        to[i] = (char)('a' + hash(tag, (uint32_t)i) % 26);
    }
    to[length] = '\0';
}

bool
loop_is_string(const char *s, size_t size, unsigned int tag)
{
    const size_t length = string_length(size, tag);

    for (size_t i = 0; i < length; i++) {
        if (s[i] != (char)('a' + hash(tag, (uint32_t)i) % 26)) {
            return false;
        }
    }
    return s[length] == '\0';
}

/* One name in eight is null. */
mach_port_t
loop_port(unsigned int tag, unsigned int index)
{
    const uint32_t x = hash(tag, index);

    return x % 8 == 0 ? MACH_PORT_NULL : (x % 50 + 1) << 8 | 3;
}

mach_msg_type_name_t
loop_disposition(unsigned int tag)
{
    static const mach_msg_type_name_t choices[] = {
        MACH_MSG_TYPE_MOVE_SEND, MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND,
    };
    return choices[hash(tag, 9) % 3];
}

/* Ledger --------------------------------------------------------------------------------------- */

void *
loop_memory(size_t size)
{
    if (size == 0) {
        return NULL;
    }
    memories++;
    void *memory = malloc(size);
    memset(memory, PATTERN, size);
    return memory;
}

void
loop_free(void *memory, size_t size)
{
    if (size != 0) {
        memories--;
        free(memory);
    }
}

void *
loop_lent(size_t size)
{
    void *memory = loop_memory(size);

    lent[lent_count].block = memory;
    lent[lent_count++].size = size;
    return memory;
}

void
loop_release(mach_port_t name)
{
    if (name != MACH_PORT_NULL) {
        rights--;
    }
}

void
loop_release_all(const mach_port_t *names, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        loop_release(names[i]);
    }
}

void
mig_deallocate(vm_address_t address, vm_size_t size)
{
    loop_free((void *)address, size);
}

/* What the kernel does to a message ------------------------------------------------------------- */

/* The bytes are defined. Addresses may hold any byte. */
static void
check_bytes(const void *bytes, size_t size)
{
#if __has_feature(memory_sanitizer)
    __msan_check_mem_is_initialized(bytes, size);
#else
    for (size_t i = 0; i < size; i++) {
        LOOP_CHECK(((const uint8_t *)bytes)[i] != PATTERN);
    }
#endif
}

static mach_msg_type_name_t
received(mach_msg_type_name_t sent)
{
    switch (sent) {
    case MACH_MSG_TYPE_COPY_SEND:
    case MACH_MSG_TYPE_MAKE_SEND:
        return MACH_MSG_TYPE_PORT_SEND;
    case MACH_MSG_TYPE_MAKE_SEND_ONCE:
        return MACH_MSG_TYPE_PORT_SEND_ONCE;
    default:
        LOOP_CHECK(MACH_MSG_TYPE_PORT_ANY_RIGHT(sent));
        return sent;
    }
}

static void *
move_memory(void *from, size_t size, bool deallocate)
{
    void *to = loop_memory(size);

    if (size != 0) {
        memcpy(to, from, size);
    }
    if (deallocate) {
        loop_free(from, size);
    }
    return to;
}

/* Turn the descriptor from what was sent into what is received. Returns its size. */
static size_t
transfer_descriptor(mach_msg_descriptor_t *descriptor)
{
    switch (descriptor->type.type) {
    case MACH_MSG_PORT_DESCRIPTOR:
        check_bytes(descriptor, sizeof(descriptor->port));
        descriptor->port.disposition = received(descriptor->port.disposition) & 0xff;
        rights += descriptor->port.name != MACH_PORT_NULL;
        return sizeof(descriptor->port);
    case MACH_MSG_OOL_DESCRIPTOR: {
        mach_msg_ool_descriptor_t *ool = &descriptor->out_of_line;
        check_bytes((char *)ool + sizeof(void *), sizeof(*ool) - sizeof(void *));
        ool->address = move_memory(ool->address, ool->size, ool->deallocate != 0);
        return sizeof(*ool);
    }
    case MACH_MSG_OOL_PORTS_DESCRIPTOR: {
        mach_msg_ool_ports_descriptor_t *ports = &descriptor->ool_ports;
        check_bytes((char *)ports + sizeof(void *), sizeof(*ports) - sizeof(void *));
        const size_t size = ports->count * sizeof(mach_port_t);
        ports->address = move_memory(ports->address, size, ports->deallocate != 0);
        for (uint32_t i = 0; i < ports->count; i++) {
            rights += ((mach_port_t *)ports->address)[i] != MACH_PORT_NULL;
        }
        ports->disposition = received(ports->disposition) & 0xff;
        return sizeof(*ports);
    }
    default:
        LOOP_CHECK(!"descriptor type");
        return 0;
    }
}

static void
transfer_body(mach_msg_header_t *message)
{
    char *at = (char *)(message + 1);

    if ((message->msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0) {
        mach_msg_body_t *body = (mach_msg_body_t *)at;
        check_bytes(body, sizeof(*body));
        at += sizeof(*body);
        for (uint32_t i = 0; i < body->msgh_descriptor_count; i++) {
            at += transfer_descriptor((mach_msg_descriptor_t *)at);
        }
    }
    LOOP_CHECK(at <= (char *)message + message->msgh_size);
    check_bytes(at, (size_t)((char *)message + message->msgh_size - at));
}

void
mach_msg_destroy(mach_msg_header_t *message)
{
    if ((message->msgh_bits & MACH_MSGH_BITS_COMPLEX) == 0) {
        return;
    }
    mach_msg_body_t *body = (mach_msg_body_t *)(message + 1);
    char *at = (char *)(body + 1);
    for (uint32_t i = 0; i < body->msgh_descriptor_count; i++) {
        mach_msg_descriptor_t *descriptor = (mach_msg_descriptor_t *)at;
        switch (descriptor->type.type) {
        case MACH_MSG_PORT_DESCRIPTOR:
            loop_release(descriptor->port.name);
            at += sizeof(descriptor->port);
            break;
        case MACH_MSG_OOL_DESCRIPTOR:
            loop_free(descriptor->out_of_line.address, descriptor->out_of_line.size);
            at += sizeof(descriptor->out_of_line);
            break;
        default:
            loop_release_all(descriptor->ool_ports.address, descriptor->ool_ports.count);
            loop_free(descriptor->ool_ports.address,
                      descriptor->ool_ports.count * sizeof(mach_port_t));
            at += sizeof(descriptor->ool_ports);
            break;
        }
    }
}

static void
append_trailer(mach_msg_header_t *message)
{
    mach_msg_max_trailer_t *trailer =
        (mach_msg_max_trailer_t *)((char *)message + round_msg(message->msgh_size));

    loop_fill(trailer, sizeof(*trailer), TAG_TOKEN);
    trailer->msgh_trailer_type = MACH_MSG_TRAILER_FORMAT_0;
    trailer->msgh_trailer_size = sizeof(*trailer);
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

/* Put REPLY into the caller's buffer, as much of the trailer as fits. */
static mach_msg_return_t
deliver_reply(mach_msg_header_t *reply, mach_msg_header_t *buffer, mach_msg_size_t buffer_size)
{
    check_bytes(reply, sizeof(*reply));
    transfer_body(reply);
    damage_reply(reply);
    reply->msgh_local_port = reply->msgh_remote_port;
    reply->msgh_remote_port = MACH_PORT_NULL;
    const mach_msg_size_t size = reply->msgh_size;
    if (size + sizeof(mach_msg_trailer_t) > buffer_size) {
        mach_msg_destroy(reply);
        return MACH_RCV_TOO_LARGE;
    }
    append_trailer(reply);
    const mach_msg_size_t room = buffer_size - size;
    const mach_msg_size_t trailer = sizeof(mach_msg_max_trailer_t);
    memcpy(buffer, reply, size + (room < trailer ? room : trailer));
    return MACH_MSG_SUCCESS;
}

/* Deliver REQUEST; the reply goes to BUFFER, or nowhere if that is null. */
static mach_msg_return_t
call_server(mach_msg_header_t *request, mach_msg_header_t *buffer, mach_msg_size_t buffer_size)
{
    mig_reply_error_t *reply = malloc(loop_max_reply + sizeof(mach_msg_max_trailer_t));

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

mach_msg_return_t
mach_msg(mach_msg_header_t *message, mach_msg_option_t option, mach_msg_size_t send_size,
         mach_msg_size_t receive_size, mach_port_name_t receive_name, mach_msg_timeout_t timeout,
         mach_port_name_t notify)
{
    (void)timeout;
    (void)notify;
    LOOP_CHECK((option & MACH_SEND_MSG) != 0);
    LOOP_CHECK(message->msgh_size == send_size && send_size % 4 == 0);
    check_bytes(message, sizeof(*message));
    LOOP_CHECK(message->msgh_voucher_port == MACH_PORT_NULL);

    mach_msg_header_t *request = malloc(send_size + sizeof(mach_msg_max_trailer_t));
    memcpy(request, message, send_size);
    transfer_body(request);
    request->msgh_local_port = message->msgh_remote_port;
    request->msgh_remote_port = message->msgh_local_port;
    append_trailer(request);
    const bool waits = (option & MACH_RCV_MSG) != 0;
    LOOP_CHECK(!waits || receive_name == message->msgh_local_port);
    const mach_msg_return_t result = call_server(request, waits ? message : NULL, receive_size);
    free(request);
    return result;
}

/* The course of a call --------------------------------------------------------------------------------- */

void
loop_begin(const char *routine, uint32_t seed, kern_return_t result, int reply_mutation)
{
    loop = (struct loop_plan){
        .routine = routine, .seed = seed, .result = result, .reply_mutation = reply_mutation,
    };
    LOOP_CHECK(rights == 0 && memories == 0);
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
    while (lent_count > 0) {
        lent_count--;
        loop_free(lent[lent_count].block, lent[lent_count].size);
    }
    LOOP_CHECK(rights == 0);
    LOOP_CHECK(memories == 0);
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
