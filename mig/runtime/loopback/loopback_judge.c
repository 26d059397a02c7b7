/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rules for messages that arrive, in their order: shape, descriptors, packed items, counts and
 * strings, annotations. Written from the rules, not from the stubs: a walk over fields whose places
 * are computed as the message is read.
 */
#include "loopback_internal.h"

#include <mach/notify.h>
#include <string.h>

/* A message that is judged. */
struct case_at_hand {
    const struct loop_message *shape;
    const char *bytes;
    uint32_t size;
    uint32_t at[LOOP_MAX_FIELDS]; /* where each field is */
    kern_return_t wrong_shape;
    bool in_kernel;
};

static bool is_descriptor(enum loop_kind kind)
{
    return kind == LOOP_RIGHT || kind == LOOP_REGION || kind == LOOP_RIGHTS;
}

static bool is_packed(enum loop_kind kind)
{
    return kind == LOOP_PACKED || kind == LOOP_PACKED_TEXT;
}

static uint32_t round_up(uint32_t size)
{
    return (size + 3) & ~3u;
}

static uint32_t word_at(const struct case_at_hand *c, uint32_t offset)
{
    uint32_t word;
    memcpy(&word, c->bytes + offset, sizeof(word));
    return word;
}

/* FIELD is of an array, and beyond as many as there are. */
static bool is_beyond(const struct case_at_hand *c, const struct loop_field *field)
{
    return field->within != 0 && field->index >= word_at(c, c->at[field->within]);
}

static uint32_t count_of(const struct case_at_hand *c, const struct loop_field *field)
{
    if (is_beyond(c, field)) {
        return 0;
    }
    return field->count == LOOP_NO_FIELD ? field->fixed : word_at(c, c->at[field->count]);
}

static mach_msg_descriptor_t descriptor_at(const struct case_at_hand *c, unsigned int i)
{
    mach_msg_descriptor_t descriptor;
    const bool short_one = c->shape->fields[i].kind == LOOP_RIGHT;
    memset(&descriptor, 0, sizeof(descriptor));
    memcpy(&descriptor, c->bytes + c->at[i],
           short_one ? sizeof(descriptor.port) : sizeof(descriptor.out_of_line));
    return descriptor;
}

/* COMPLEX bit, number of descriptors and size are possible. */
static bool has_shape(const struct loop_message *shape, const mach_msg_header_t *message)
{
    const bool complex = (message->msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0;
    if (complex != (shape->descriptors != 0) || message->msgh_size < shape->minimum ||
        message->msgh_size > shape->size) {
        return false;
    }
    return !complex ||
           ((const mach_msg_base_t *)message)->body.msgh_descriptor_count == shape->descriptors;
}

static kern_return_t judge_descriptor(const struct case_at_hand *c, unsigned int i)
{
    const struct loop_field *field = &c->shape->fields[i];
    const mach_msg_descriptor_t descriptor = descriptor_at(c, i);
    const bool is_fixed = field->count == LOOP_NO_FIELD && field->within == 0;
    switch (field->kind) {
    case LOOP_RIGHT:
        if (descriptor.type.type != MACH_MSG_PORT_DESCRIPTOR) {
            return MIG_TYPE_ERROR;
        }
        return field->disposition == 0 || descriptor.port.disposition == field->disposition
                   ? KERN_SUCCESS
                   : MIG_TYPE_ERROR;
    case LOOP_REGION:
        if (descriptor.type.type != MACH_MSG_OOL_DESCRIPTOR) {
            return MIG_TYPE_ERROR;
        }
        return is_fixed && descriptor.out_of_line.size != field->fixed * field->size
                   ? MIG_TYPE_ERROR
                   : KERN_SUCCESS;
    default:
        if (descriptor.type.type != MACH_MSG_OOL_PORTS_DESCRIPTOR ||
            (field->disposition != 0 && descriptor.ool_ports.disposition != field->disposition)) {
            return MIG_TYPE_ERROR;
        }
        return is_fixed && descriptor.ool_ports.count != field->fixed ? MIG_TYPE_ERROR
                                                                      : KERN_SUCCESS;
    }
}

/* The packed item I fits into what the message has over its smallest form. */
static bool fits(const struct case_at_hand *c, unsigned int i, uint32_t *spare)
{
    const struct loop_field *field = &c->shape->fields[i];
    const uint32_t count = count_of(c, field);
    if (field->bound != 0 && count > field->bound) {
        return false;
    }
    const uint32_t bytes = round_up((count != 0 && field->bound == 0 ? 1 : count) * field->size);
    if (bytes > *spare) {
        return false;
    }
    if (field->kind == LOOP_PACKED_TEXT && memchr(c->bytes + c->at[i], '\0', count) == NULL) {
        return false;
    }
    *spare -= bytes;
    return true;
}

/* The same of a word in a packed array, if it is there. */
static bool word_fits(const struct case_at_hand *c, const struct loop_field *field, uint32_t *spare)
{
    const uint32_t bytes = is_beyond(c, field) ? 0 : field->size;
    if (word_at(c, c->at[field->within]) > c->shape->fields[field->within].bound ||
        bytes > *spare) {
        return false;
    }
    *spare -= bytes;
    return true;
}

/* Find every field's place: true if packed items fill the message exactly. */
static bool find_places(struct case_at_hand *c, uint32_t at)
{
    const struct loop_message *shape = c->shape;
    uint32_t spare = c->size - shape->minimum;
    for (unsigned int i = 0; i < shape->field_count; i++) {
        const struct loop_field *field = &shape->fields[i];
        const bool word = field->kind == LOOP_COUNT && field->within != 0;
        c->at[i] = at;
        if (word || is_packed(field->kind)) {
            const uint32_t before = spare;
            if (!(word ? word_fits(c, field, &spare) : fits(c, i, &spare))) {
                return false;
            }
            at += before - spare;
        } else if (is_descriptor(field->kind)) {
            at += field->kind == LOOP_RIGHT ? 12 : 16;
        } else {
            at += round_up(field->size);
        }
    }
    return spare == 0;
}

static uint32_t start_of(const struct loop_message *shape)
{
    return shape->descriptors != 0 ? sizeof(mach_msg_base_t) : sizeof(mach_msg_header_t);
}

void loop_places(const struct loop_message *shape, const mach_msg_header_t *message,
                 uint32_t at[LOOP_MAX_FIELDS])
{
    struct case_at_hand c = { shape, (const char *)message, message->msgh_size, { 0 }, 0 };
    (void)find_places(&c, start_of(shape));
    memcpy(at, c.at, sizeof(c.at));
}

/* No right is there. The kernel gets a pointer, of which the padding is a part. */
static bool is_null(const struct case_at_hand *c, const mach_msg_port_descriptor_t *port)
{
    return port->name == MACH_PORT_NULL && (!c->in_kernel || port->pad1 == 0);
}

static kern_return_t judge_count(const struct case_at_hand *c, unsigned int i)
{
    const struct loop_field *field = &c->shape->fields[i];
    const mach_msg_descriptor_t descriptor = descriptor_at(c, i);
    const uint32_t count = count_of(c, field);
    if ((field->bound != 0 && count > field->bound) ||
        (field->within != 0 &&
         word_at(c, c->at[field->within]) > c->shape->fields[field->within].bound)) {
        return c->wrong_shape;
    }
    switch (field->kind) {
    case LOOP_RIGHT:
        return field->index >= count && !is_null(c, &descriptor.port) ? c->wrong_shape
                                                                      : KERN_SUCCESS;
    case LOOP_REGION:
        return descriptor.out_of_line.size != (uint64_t)count * field->size ? MIG_TYPE_ERROR
                                                                            : KERN_SUCCESS;
    default: return descriptor.ool_ports.count != count ? MIG_TYPE_ERROR : KERN_SUCCESS;
    }
}

static bool is_in_range(const struct case_at_hand *c, unsigned int i)
{
    const struct loop_field *field = &c->shape->fields[i];
    const unsigned int unused = 64 - 8 * field->size;
    uint64_t bits = 0;
    memcpy(&bits, c->bytes + c->at[i], field->size);
    const int64_t value = (int64_t)(bits << unused) >> unused;
    if (field->low < 0) {
        return value >= field->low && value <= field->high;
    }
    return (uint64_t)value >= (uint64_t)field->low && (uint64_t)value <= (uint64_t)field->high;
}

static bool is_there(const struct case_at_hand *c, unsigned int i)
{
    const mach_msg_descriptor_t descriptor = descriptor_at(c, i);
    switch (c->shape->fields[i].kind) {
    case LOOP_RIGHT: return !is_null(c, &descriptor.port);
    case LOOP_REGION: return descriptor.out_of_line.size != 0;
    default: return descriptor.ool_ports.count != 0;
    }
}

/* What annotations promise. */
static kern_return_t judge_promises(const struct case_at_hand *c)
{
    for (unsigned int i = 0; i < c->shape->field_count; i++) {
        const struct loop_field *field = &c->shape->fields[i];
        const bool packed = is_packed(field->kind);
        const uint32_t size = packed ? count_of(c, field) : field->size;
        const uint8_t *bytes = (const uint8_t *)c->bytes + c->at[i];
        if ((field->has_range && !is_in_range(c, i)) ||
            (field->is_utf8 && !loop_is_utf8(bytes, size)) ||
            (field->is_nonnull && !is_there(c, i))) {
            return c->wrong_shape;
        }
    }
    return KERN_SUCCESS;
}

/* The data is represented as on another machine; the shape is right. */
static bool is_foreign(const struct loop_message *shape, const mach_msg_header_t *message)
{
    const char *at = (const char *)(message + 1);
    unsigned int i = 0;
    if (shape->descriptors != 0) {
        at += sizeof(mach_msg_body_t);
    }
    for (; i < shape->field_count && is_descriptor(shape->fields[i].kind); i++) {
        at += shape->fields[i].kind == LOOP_RIGHT ? sizeof(mach_msg_port_descriptor_t)
                                                  : sizeof(mach_msg_ool_descriptor_t);
    }
    return i < shape->field_count && shape->fields[i].kind == LOOP_NDR &&
           memcmp(at, &NDR_record, sizeof(NDR_record)) != 0;
}

/* All that is behind the header; the shape is right. */
static kern_return_t judge_body(struct case_at_hand *c)
{
    const struct loop_message *shape = c->shape;
    LOOP_CHECK(shape->field_count <= LOOP_MAX_FIELDS);
    const bool filled = find_places(c, start_of(shape));
    for (unsigned int i = 0; i < shape->field_count && is_descriptor(shape->fields[i].kind); i++) {
        if (judge_descriptor(c, i) != KERN_SUCCESS) {
            return MIG_TYPE_ERROR;
        }
    }
    if (!filled) {
        return c->wrong_shape;
    }
    for (unsigned int i = 0; i < shape->field_count; i++) {
        const struct loop_field *field = &shape->fields[i];
        if (field->kind == LOOP_TEXT && memchr(c->bytes + c->at[i], '\0', field->size) == NULL) {
            return c->wrong_shape;
        }
        if (is_descriptor(field->kind) && (field->count != LOOP_NO_FIELD || field->within != 0)) {
            const kern_return_t result = judge_count(c, i);
            if (result != KERN_SUCCESS) {
                return result;
            }
        }
    }
    return judge_promises(c);
}

static bool has_trailer(const struct loop_message *shape, const mach_msg_header_t *message)
{
    mach_msg_trailer_t trailer;
    if (shape->trailer == 0) {
        return true;
    }
    memcpy(&trailer, (const char *)message + round_msg(message->msgh_size), sizeof(trailer));
    return trailer.msgh_trailer_type == MACH_MSG_TRAILER_FORMAT_0 &&
           trailer.msgh_trailer_size >= shape->trailer;
}

kern_return_t loop_judge_request(const struct loop_message *shape, const mach_msg_header_t *request)
{
    struct case_at_hand c = {
        .shape = shape,
        .bytes = (const char *)request,
        .size = request->msgh_size,
        .wrong_shape = MIG_BAD_ARGUMENTS,
        .in_kernel = loop_interface->in_kernel,
    };
    if (!has_shape(shape, request)) {
        return MIG_BAD_ARGUMENTS;
    }
    if (is_foreign(shape, request)) {
        return MIG_TYPE_ERROR;
    }
    const kern_return_t result = judge_body(&c);
    if (result != KERN_SUCCESS) {
        return result;
    }
    return has_trailer(shape, request) ? KERN_SUCCESS : MIG_TRAILER_ERROR;
}

/* More elements came than the caller has room for. */
static bool is_too_much(const struct case_at_hand *c)
{
    for (unsigned int i = 0; i < c->shape->field_count; i++) {
        const uint32_t room = c->shape->fields[i].room;
        if (room != 0 && word_at(c, c->at[i]) > room) {
            return true;
        }
    }
    return false;
}

/* A reply that has not the shape of a good one: an error reply, or nothing at all. */
static kern_return_t judge_error(const mach_msg_header_t *reply)
{
    const mig_reply_error_t *error = (const mig_reply_error_t *)reply;
    if ((reply->msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0 || reply->msgh_size != sizeof(*error) ||
        memcmp(&error->NDR, &NDR_record, sizeof(NDR_record)) != 0 ||
        error->RetCode == KERN_SUCCESS) {
        return MIG_TYPE_ERROR;
    }
    return error->RetCode;
}

kern_return_t loop_judge_reply(const struct loop_message *shape, const mach_msg_header_t *reply)
{
    struct case_at_hand c = {
        .shape = shape,
        .bytes = (const char *)reply,
        .size = reply->msgh_size,
        .wrong_shape = MIG_TYPE_ERROR,
        .in_kernel = loop_interface->from_kernel,
    };
    if (reply->msgh_id != shape->id) {
        return reply->msgh_id == MACH_NOTIFY_SEND_ONCE ? MIG_SERVER_DIED : MIG_REPLY_MISMATCH;
    }
    if (!has_shape(shape, reply) || reply->msgh_remote_port != MACH_PORT_NULL) {
        return judge_error(reply);
    }
    if (is_foreign(shape, reply)) {
        return MIG_TYPE_ERROR;
    }
    if (shape->descriptors == 0 && ((const mig_reply_error_t *)reply)->RetCode != KERN_SUCCESS) {
        return ((const mig_reply_error_t *)reply)->RetCode;
    }
    const kern_return_t result = judge_body(&c);
    if (result != KERN_SUCCESS) {
        return result;
    }
    if (!has_trailer(shape, reply)) {
        return MIG_TRAILER_ERROR;
    }
    return is_too_much(&c) ? MIG_ARRAY_TOO_LARGE : KERN_SUCCESS;
}
