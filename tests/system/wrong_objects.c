/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each routine of the kernel, called on each kind of port that is not its own: it has to say so, and
 * change nothing. Which routines there are, and what their requests look like, comes from the tables by
 * which messages are described, so a new routine is tried without anybody adding it here.
 */
#include <string.h>

#include <mach/mach.h>
#include <mach_msg_describe.h>

#include "kernel_ports.h"
#include "systest.h"
#include "systest_msg.h"

#define REPLY_MS       20000
#define ID_OFFSET      100
#define ROUTINES_LEAST 150
#define OPTIONS_SIZE   sizeof(mach_port_options_t)

/* Those that are MIG_BAD_ID, as on Darwin: of processor_set.defs and mach_host.defs 8, of task.defs 10, of
 * thread_act.defs 2, of host_priv.defs 4. */
#define ROUTINES_UNKNOWN 24

/* True if FORMAT is a request that the kernel serves. */
static bool is_kernels(const struct mach_msg_format *format)
{
    bool is_known = false;
    for (uint32_t i = 0; i < kind_count; i++) {
        is_known = is_known || kind_serves(&kinds[i], format->id);
    }
    return is_known && format->port != NULL;
}

/* A request while it is written, and its reply. */
static struct {
    union {
        mach_msg_header_t header;
        mig_reply_error_t reply;
        uint8_t bytes[8192];
    };
    uint32_t size;
    uint32_t descriptors;
    mach_port_t reply_port;
    mach_port_t filler;   /* a right of it stands for each right that a request carries */
    uint32_t memory_size; /* of each memory that it carries */
} call;

static void append(const void *bytes, uint32_t size)
{
    memcpy(call.bytes + call.size, bytes, size);
    call.size += (size + 3) & ~3u;
}

static void append_descriptor(const struct mach_msg_field *field, mach_msg_type_name_t disposition)
{
    const mach_msg_port_descriptor_t right = { .name = call.filler,
                                               .disposition = disposition,
                                               .type = MACH_MSG_PORT_DESCRIPTOR };
    static uint8_t bytes[OPTIONS_SIZE];
    const mach_msg_ool_descriptor_t memory = { .address = bytes,
                                               .size = call.memory_size,
                                               .copy = MACH_MSG_VIRTUAL_COPY,
                                               .type = MACH_MSG_OOL_DESCRIPTOR };
    const mach_msg_ool_ports_descriptor_t rights = { .copy = MACH_MSG_VIRTUAL_COPY,
                                                     .disposition = disposition,
                                                     .type = MACH_MSG_OOL_PORTS_DESCRIPTOR };
    for (uint32_t i = 0; i < field->size; i++, call.descriptors++) {
        switch (field->kind) {
        case MACH_MSG_FIELD_PORT: append(&right, sizeof(right)); break;
        case MACH_MSG_FIELD_MEMORY: append(&memory, sizeof(memory)); break;
        default: append(&rights, sizeof(rights)); break;
        }
    }
}

/* Append what stands for FIELD: rights by DISPOSITION, zeros, and no element of what is counted. */
static void append_field(const struct mach_msg_field *field, mach_msg_type_name_t disposition)
{
    static const uint8_t zeros[4096];
    switch (field->kind) {
    case MACH_MSG_FIELD_PORT:
    case MACH_MSG_FIELD_MEMORY:
    case MACH_MSG_FIELD_PORTS: append_descriptor(field, disposition); break;
    case MACH_MSG_FIELD_COUNT: append(zeros, 4); break;
    case MACH_MSG_FIELD_PACKED_NUMBERS:
    case MACH_MSG_FIELD_PACKED_TEXT: break;
    default:
        append(strcmp(field->name, "NDR") == 0 ? (const void *)&NDR_record : zeros, field->size);
        break;
    }
}

/* Write FORMAT's request to PORT. */
static void request_write(const struct mach_msg_format *format, mach_port_t port,
                          mach_msg_type_name_t disposition)
{
    memset(call.bytes, 0, sizeof(call.bytes));
    call.size = sizeof(mach_msg_header_t);
    call.descriptors = 0;
    for (uint32_t i = 0; i < format->count; i++) {
        append_field(&format->fields[i], disposition);
    }
    call.header = (mach_msg_header_t){
        .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, MACH_MSG_TYPE_MAKE_SEND_ONCE),
        .msgh_size = call.size,
        .msgh_remote_port = port,
        .msgh_local_port = call.reply_port,
        .msgh_id = format->id,
    };
    if (call.descriptors != 0) {
        call.header.msgh_bits |= MACH_MSGH_BITS_COMPLEX;
        memcpy(&call.header + 1, &call.descriptors, sizeof(call.descriptors));
    }
}

/* Call FORMAT's routine on PORT. Returns: what it said. */
static kern_return_t make_call(const struct mach_msg_format *format, mach_port_t port,
                               mach_msg_type_name_t disposition)
{
    request_write(format, port, disposition);
    mach_msg_return_t result =
        mach_msg(&call.header, MACH_SEND_MSG | MACH_RCV_MSG | MACH_RCV_TIMEOUT, call.size,
                 sizeof(call.bytes), call.reply_port, REPLY_MS, MACH_PORT_NULL);
    if (result != MACH_MSG_SUCCESS) {
        return result;
    }
    EXPECT_EQ(call.header.msgh_id, format->id + ID_OFFSET);
    kern_return_t said =
        MACH_MSGH_BITS_IS_COMPLEX(call.header.msgh_bits) ? KERN_SUCCESS : call.reply.RetCode;
    mach_msg_destroy(&call.header);
    return said;
}

/* True if the stub, and not the routine, refused a request that is not made as it has to be. */
static bool is_stubs(kern_return_t result)
{
    return result <= MIG_TYPE_ERROR && result >= MIG_TRAILER_ERROR;
}

/* Call FORMAT's routine on the port of KIND with whatever rights and memory it may want. Returns: true if
 * it was reached. */
static bool try_kind(const struct mach_msg_format *format, const struct kind *kind)
{
    static const struct {
        mach_msg_type_name_t disposition;
        uint32_t memory_size;
    } ways[] = {
        { MACH_MSG_TYPE_COPY_SEND, 0 },
        { MACH_MSG_TYPE_MAKE_SEND_ONCE, 0 },
        { MACH_MSG_TYPE_MAKE_SEND, 0 },
        { MACH_MSG_TYPE_COPY_SEND, OPTIONS_SIZE },
    };
    bool is_reached = false;
    for (uint32_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        call.memory_size = ways[i].memory_size;
        kern_return_t result = make_call(format, kind->port, ways[i].disposition);
        is_reached = is_reached || !is_stubs(result);
        if (!EXPECT(result != KERN_SUCCESS && result != MACH_RCV_TIMED_OUT)) {
            systest_print("# this was %s on a %s: 0x%x\n", format->name, kind->name, result);
        }
    }
    return is_reached;
}

static void call_begin(void)
{
    call.reply_port = port_create();
    call.filler = port_create_with_send();
}

static void call_end(void)
{
    port_destroy(call.reply_port);
    port_destroy_with_send(call.filler);
}

/* True if the kernel knows FORMAT's id: that is looked at before the port. */
static bool is_known(const struct mach_msg_format *format)
{
    const struct kind *kind = &kinds[0];
    while (kind_serves(kind, format->id)) {
        kind++;
    }
    call.memory_size = 0;
    return make_call(format, kind->port, MACH_MSG_TYPE_COPY_SEND) != MIG_BAD_ID;
}

CASE(each_routine_refuses_ports_that_are_not_its_own)
{
    uint32_t routines = 0, reached = 0, unknown = 0;
    call_begin();
    kinds_make();
    for (size_t i = 0; i < mach_msg_format_count; i++) {
        const struct mach_msg_format *format = &mach_msg_formats[i];
        bool is_reached = false;
        if (!is_kernels(format)) {
            continue;
        }
        routines++;
        if (!is_known(format)) {
            unknown++;
            continue;
        }
        for (uint32_t k = 0; k < kind_count; k++) {
            if (!kind_serves(&kinds[k], format->id) && try_kind(format, &kinds[k])) {
                is_reached = true;
            }
        }
        reached += is_reached;
        if (!is_reached) {
            systest_print("# %s was not reached\n", format->name);
        }
    }
    EXPECT(routines >= ROUTINES_LEAST);
    EXPECT_EQ(unknown, ROUTINES_UNKNOWN);
    EXPECT_EQ(reached, routines - unknown);
    kinds_end();
    call_end();
}

/* A plain port takes a request as any message, what is no port that can be sent to takes none. */
CASE(requests_to_what_is_no_kernel_port_stay_messages)
{
    mach_port_t plain = port_create_with_send(), dead = port_create_with_send(), set;
    union any_message message;
    port_destroy(dead);
    EXPECT_OK(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_PORT_SET, &set));
    call_begin();
    for (size_t i = 0; i < mach_msg_format_count; i++) {
        const struct mach_msg_format *format = &mach_msg_formats[i];
        if (!is_kernels(format)) {
            continue;
        }
        EXPECT_EQ(make_call(format, dead, MACH_MSG_TYPE_COPY_SEND), MACH_SEND_INVALID_DEST);
        EXPECT_EQ(make_call(format, set, MACH_MSG_TYPE_COPY_SEND), MACH_SEND_INVALID_DEST);
        EXPECT_EQ(make_call(format, MACH_PORT_NULL, MACH_MSG_TYPE_COPY_SEND),
                  MACH_SEND_INVALID_DEST);
        request_write(format, plain, MACH_MSG_TYPE_COPY_SEND);
        EXPECT_OK(
            mach_msg(&call.header, MACH_SEND_MSG, call.size, 0, MACH_PORT_NULL, 0, MACH_PORT_NULL));
        EXPECT_OK(
            mach_msg(&call.header, MACH_RCV_MSG, 0, sizeof(call.bytes), plain, 0, MACH_PORT_NULL));
        EXPECT_EQ(call.header.msgh_id, format->id);
        mach_msg_destroy(&call.header);
        EXPECT_OK(receive_now(call.reply_port, &message)); /* its send-once right went unused */
    }
    call_end();
    EXPECT_OK(mach_port_mod_refs(mach_task_self(), set, MACH_PORT_RIGHT_PORT_SET, -1));
    EXPECT_OK(mach_port_deallocate(mach_task_self(), dead));
    port_destroy_with_send(plain);
}
