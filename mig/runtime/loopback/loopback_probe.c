/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Damaged messages: every byte and every word of a good one is given other values, every size is
 * tried, and the stub's answer held against the judge's. A probe delivers no rights: nothing is
 * taken from the ledger or given.
 */
#include "loopback_internal.h"

#include <mach/notify.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* How far beyond the largest form sizes are tried. */
enum {
    MORE = 12
};

static const mach_msg_header_t *good;    /* the message that is damaged */
static const struct loop_change *change; /* how */
static mach_msg_header_t *damaged;       /* the reply that the stub receives */

/* The changes ---------------------------------------------------------------------------------- */

static void visit_words(const mach_msg_header_t *message, const struct loop_message *shape,
                        uint32_t offset, void (*visit)(const struct loop_change *))
{
    uint32_t word;
    memcpy(&word, (const char *)message + offset, sizeof(word));
    const uint32_t values[] = { 0,         1,         word + 1,
                                word - 1,  word + 4,  word ^ 0x80000000u,
                                INT32_MAX, UINT32_MAX };
    struct loop_change c = { offset, sizeof(word), 0, message->msgh_size };
    for (unsigned int i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        c.value = values[i];
        visit(&c);
    }
    for (unsigned int i = 0; i < shape->field_count; i++) {
        const struct loop_field *field = &shape->fields[i];
        for (uint32_t more = 0; field->bound != 0 && more < 2; more++) {
            c.value = field->bound + more;
            visit(&c);
        }
        if (field->size > 1) { /* the same number of bytes, if 32 bits are all that is counted */
            c.value = (uint32_t)(word + (UINT64_C(1) << 32) / field->size);
            visit(&c);
        }
        if (field->has_range) {
            const int64_t edges[] = { field->low, field->low - 1, field->high, field->high + 1 };
            for (unsigned int k = 0; k < 4; k++) {
                c.value = (uint64_t)edges[k];
                visit(&c);
            }
        }
    }
}

static void visit_bytes(const mach_msg_header_t *message, uint32_t offset,
                        void (*visit)(const struct loop_change *))
{
    const uint8_t byte = ((const uint8_t *)message)[offset];
    const uint8_t values[] = { 0, (uint8_t)(byte + 1), (uint8_t)(byte - 1), byte ^ 0x80, 0xff };
    for (unsigned int i = 0; i < sizeof(values); i++) {
        const struct loop_change c = { offset, 1, values[i], message->msgh_size };
        visit(&c);
    }
}

static void visit_sizes(const mach_msg_header_t *message, const struct loop_message *shape,
                        void (*visit)(const struct loop_change *))
{
    const uint32_t at = offsetof(mach_msg_header_t, msgh_size);
    for (uint32_t size = sizeof(*message); size < shape->size + MORE; size++) {
        const struct loop_change c = { at, 4, size, size };
        visit(&c);
    }
    for (uint32_t size = 0; size < sizeof(*message); size++) {
        const struct loop_change small = { at, 4, size, message->msgh_size };
        const struct loop_change huge = { at, 4, UINT32_MAX - size, message->msgh_size };
        visit(&small);
        visit(&huge);
    }
}

static void visit_bits(const mach_msg_header_t *message, void (*visit)(const struct loop_change *))
{
    const mach_msg_bits_t bits = message->msgh_bits ^ MACH_MSGH_BITS_COMPLEX;
    const struct loop_change c = { 0, sizeof(bits), bits, message->msgh_size };
    visit(&c);
}

/* Every length a trailer can have, and an unknown kind of trailer. */
static void visit_trailers(const mach_msg_header_t *message,
                           void (*visit)(const struct loop_change *))
{
    const uint32_t at = (uint32_t)round_msg(message->msgh_size);
    for (uint32_t size = 0; size <= sizeof(mach_msg_max_trailer_t); size += 4) {
        const struct loop_change c = { at + 4, 4, size, message->msgh_size };
        visit(&c);
    }
    const struct loop_change unknown = { at, 4, 1, message->msgh_size };
    visit(&unknown);
}

/* A count and the size of its region that agree with each other, and with nothing else. */
static void visit_lies(const mach_msg_header_t *message, const struct loop_message *shape,
                       void (*visit)(const struct loop_change *))
{
    uint32_t at[LOOP_MAX_FIELDS];
    if ((message->msgh_bits & MACH_MSGH_BITS_COMPLEX) == 0) {
        return; /* an error reply */
    }
    loop_places(shape, message, at);
    for (unsigned int i = 0; i < shape->field_count; i++) {
        const struct loop_field *field = &shape->fields[i];
        const bool region = field->kind == LOOP_REGION || field->kind == LOOP_RIGHTS;
        if (!region || field->count == LOOP_NO_FIELD) {
            continue;
        }
        const uint32_t size = field->kind == LOOP_RIGHTS ? 1 : field->size;
        const uint32_t counts[] = { 0,
                                    1,
                                    field->bound,
                                    field->bound + 1,
                                    1u << 30,
                                    INT32_MAX,
                                    UINT32_MAX / size,
                                    UINT32_MAX,
                                    (uint32_t)((UINT64_C(1) << 32) / size) };
        for (unsigned int k = 0; k < sizeof(counts) / sizeof(counts[0]); k++) {
            const struct loop_change c = {
                at[field->count],   4,          counts[k],
                message->msgh_size, at[i] + 12, /* of either descriptor: the last word */
                counts[k] * size,
            };
            visit(&c);
        }
    }
}

/*
 * Not the descriptors' addresses: a kernel delivers good ones, and a stub passes them on. Not the
 * header, but for its size and the COMPLEX bit.
 */
void loop_changes(const mach_msg_header_t *message, const struct loop_message *shape,
                  void (*visit)(const struct loop_change *))
{
    const uint32_t words = message->msgh_size / 4;
    for (uint32_t word = sizeof(*message) / 4; word < words; word++) {
        visit_words(message, shape, 4 * word, visit);
        for (uint32_t i = 0; i < 4; i++) {
            visit_bytes(message, 4 * word + i, visit);
        }
    }
    visit_lies(message, shape, visit);
    visit_sizes(message, shape, visit);
    visit_bits(message, visit);
    if (shape->trailer != 0) {
        visit_trailers(message, visit);
    }
}

mach_msg_header_t *loop_changed(const mach_msg_header_t *message, const struct loop_change *c)
{
    const uint32_t length = (uint32_t)round_msg(c->length);
    const uint32_t old = (uint32_t)round_msg(message->msgh_size);
    const uint32_t trailer = sizeof(mach_msg_max_trailer_t);
    char *copy = calloc(1, length + trailer);

    memcpy(copy, message, message->msgh_size < length ? message->msgh_size : length);
    memcpy(copy + length, (const char *)message + old, trailer);
    memcpy(copy + c->offset, &c->value, c->size);
    if (c->also_at != 0) {
        memcpy(copy + c->also_at, &c->also, sizeof(c->also));
    }
    return (mach_msg_header_t *)copy;
}

static void report(const char *what, kern_return_t got, kern_return_t expected)
{
    fprintf(
        stderr,
        "%s: %u bytes at %u become %#llx, the word at %u %#x, length %u: answer %d, must be %d\n",
        what, change->size, change->offset, (unsigned long long)change->value, change->also_at,
        change->also, change->length, got, expected);
    LOOP_CHECK(!"the answer to a damaged message");
}

/* Requests ------------------------------------------------------------------------------------- */

/* The reply is an error reply with CODE to the sender of REQUEST. */
static void check_error_reply(const mach_msg_header_t *request, const mig_reply_error_t *reply)
{
    const mach_msg_header_t *head = &reply->Head;
    LOOP_CHECK(head->msgh_size == sizeof(*reply));
    LOOP_CHECK(head->msgh_bits == MACH_MSGH_BITS_REMOTE(request->msgh_bits));
    LOOP_CHECK(head->msgh_remote_port == request->msgh_remote_port);
    LOOP_CHECK(head->msgh_local_port == MACH_PORT_NULL);
    LOOP_CHECK(head->msgh_voucher_port == MACH_PORT_NULL);
    LOOP_CHECK(head->msgh_id == (mach_msg_id_t)((uint32_t)request->msgh_id + 100));
    LOOP_CHECK(memcmp(&reply->NDR, &NDR_record, sizeof(NDR_record)) == 0);
    loop_check_bytes(&reply->NDR, sizeof(*reply) - offsetof(mig_reply_error_t, NDR));
}

/* A copy of MESSAGE in a block that ends where it does, if no trailer is read. */
static mach_msg_header_t *exactly(mach_msg_header_t *message, uint32_t length, uint32_t trailer)
{
    if (trailer != 0) {
        return message;
    }
    mach_msg_header_t *copy = malloc(length);
    memcpy(copy, message, length);
    free(message);
    return copy;
}

/* A return code can come in place of the request: the error message, and nothing else. */
static kern_return_t judge_request(const struct loop_message *shape,
                                   const mach_msg_header_t *request)
{
    const mig_reply_error_t *error = (const mig_reply_error_t *)request;
    if (!loop.routine->has_code || (request->msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0 ||
        request->msgh_size != sizeof(*error)) {
        return loop_judge_request(shape, request);
    }
    return memcmp(&error->NDR, &NDR_record, sizeof(NDR_record)) == 0 ? KERN_SUCCESS
                                                                     : MIG_TYPE_ERROR;
}

static void probe_request(const struct loop_change *c)
{
    const struct loop_message *shape = &loop.routine->request;
    mach_msg_header_t *request = exactly(loop_changed(good, c), c->length, shape->trailer);
    mig_reply_error_t *reply = malloc(loop_reply_room());
    const kern_return_t expected = judge_request(shape, request);
    const unsigned int before = loop.calls;

    change = c;
    loop.must_not_be_called = expected != KERN_SUCCESS;
    const kern_return_t got = loop_serve(request, reply);
    /* The routine of a probe fails with this, and there are no other errors. */
    if (got != (expected == KERN_SUCCESS ? KERN_FAILURE : expected) ||
        (loop.calls - before == 1) != (expected == KERN_SUCCESS)) {
        report("request", got, expected);
    }
    check_error_reply(request, reply);
    free(reply);
    free(request);
}

/* Ids that are not the routine's: of no routine at all, or far away. */
static void probe_ids(const mach_msg_header_t *message)
{
    const mach_msg_id_t first = loop_interface->first;
    const mach_msg_id_t ids[] = {
        first - 1,
        first + (mach_msg_id_t)loop_interface->ids,
        message->msgh_id + 100,
        0,
        -1,
        INT32_MAX,
        INT32_MIN,
        MACH_NOTIFY_SEND_ONCE,
    };
    mach_msg_header_t *request = malloc(message->msgh_size);
    mig_reply_error_t *reply = malloc(loop_reply_room());
    memcpy(request, message, message->msgh_size);
    loop.must_not_be_called = true;
    for (unsigned int i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        const bool is_ours = (uint32_t)ids[i] - (uint32_t)first < loop_interface->ids;
        request->msgh_id = ids[i];
        if (!is_ours) {
            LOOP_CHECK(!loop_interface->server(request, &reply->Head));
            LOOP_CHECK(reply->RetCode == MIG_BAD_ID);
            check_error_reply(request, reply);
        }
    }
    free(reply);
    free(request);
}

void loop_probe_request(const mach_msg_header_t *request)
{
    const struct loop_plan plan = loop;
    const enum loop_holder side = loop_side;
    good = request;
    loop.probed = true;
    loop_side = LOOP_SERVER;
    loop_changes(request, &loop.routine->request, probe_request);
    probe_ids(request);
    loop = plan;
    loop_side = side;
}

/* Replies -------------------------------------------------------------------------------------- */

/* A stub that copies memory into its caller's must find some, wherever the message says it is. */
static void give_memory(mach_msg_header_t *reply)
{
    static char memory[4096];
    const struct loop_message *shape = &loop.routine->reply;
    const uint64_t address = (uint64_t)memory;
    uint32_t at = sizeof(mach_msg_base_t);

    for (unsigned int i = 0; i < shape->field_count; i++) {
        const bool region =
            shape->fields[i].kind == LOOP_REGION || shape->fields[i].kind == LOOP_RIGHTS;
        const uint32_t size =
            region ? sizeof(mach_msg_ool_descriptor_t) : sizeof(mach_msg_port_descriptor_t);
        if ((!region && shape->fields[i].kind != LOOP_RIGHT) || at + size > reply->msgh_size) {
            return;
        }
        if (region) {
            memcpy((char *)reply + at, &address, sizeof(address));
        }
        at += size;
    }
}

static void probe_reply(const struct loop_change *c)
{
    const struct loop_plan plan = loop;
    change = c;
    damaged = loop_changed(good, c);
    if (damaged->msgh_size < sizeof(*damaged)) {
        free(damaged);
        return; /* no kernel delivers less than a header */
    }
    if (loop.routine->overwrites && (damaged->msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0) {
        give_memory(damaged);
    }
    loop.course = LOOP_REPLY_PROBED;
    loop_destroyed = 0;
    loop_probe_call();
    free(damaged);
    loop = plan;
}

/* Ids, ports and codes of the header, which loop_changes() leaves alone. */
static void probe_reply_header(const mach_msg_header_t *reply)
{
    const struct {
        size_t offset;
        uint32_t value;
    } values[] = {
        { offsetof(mach_msg_header_t, msgh_id), MACH_NOTIFY_SEND_ONCE },
        { offsetof(mach_msg_header_t, msgh_id), MACH_NOTIFY_DEAD_NAME },
        { offsetof(mach_msg_header_t, msgh_id), (uint32_t)reply->msgh_id - 100 },
        { offsetof(mach_msg_header_t, msgh_id), (uint32_t)reply->msgh_id + 1 },
        { offsetof(mach_msg_header_t, msgh_id), 0 },
        { offsetof(mach_msg_header_t, msgh_remote_port), 0x1203 },
    };
    for (unsigned int i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        const struct loop_change c = { (uint32_t)values[i].offset, 4, values[i].value,
                                       reply->msgh_size };
        probe_reply(&c);
    }
}

void loop_probe_reply(const mach_msg_header_t *reply)
{
    good = reply;
    loop_changes(reply, &loop.routine->reply, probe_reply);
    probe_reply_header(reply);
}

mach_msg_header_t *loop_probed_reply(void)
{
    return damaged;
}

void loop_probe_end(kern_return_t got)
{
    const kern_return_t expected = loop_judge_reply(&loop.routine->reply, damaged);
    if (got == MACH_RCV_TOO_LARGE && damaged->msgh_size > loop.routine->reply.size) {
        return;
    }
    if (got != expected || loop_destroyed != (got != KERN_SUCCESS)) {
        report("reply", got, expected);
    }
}
