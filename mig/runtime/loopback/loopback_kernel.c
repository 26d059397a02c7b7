/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a kernel does to a message in the loop-back: rights and memory move, with the ledger; every
 * byte that leaves is looked at.
 */
#include "loopback_internal.h"

#include <stdlib.h>
#include <string.h>

#if __has_feature(memory_sanitizer)
#include <sanitizer/msan_interface.h>
#endif

void
loop_check_bytes(const void *bytes, size_t size)
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
        loop_check_bytes(descriptor, sizeof(descriptor->port));
        descriptor->port.disposition = received(descriptor->port.disposition) & 0xff;
        loop_rights += descriptor->port.name != MACH_PORT_NULL;
        return sizeof(descriptor->port);
    case MACH_MSG_OOL_DESCRIPTOR: {
        mach_msg_ool_descriptor_t *ool = &descriptor->out_of_line;
        loop_check_bytes((char *)ool + sizeof(void *), sizeof(*ool) - sizeof(void *));
        ool->address = move_memory(ool->address, ool->size, ool->deallocate != 0);
        return sizeof(*ool);
    }
    case MACH_MSG_OOL_PORTS_DESCRIPTOR: {
        mach_msg_ool_ports_descriptor_t *ports = &descriptor->ool_ports;
        loop_check_bytes((char *)ports + sizeof(void *), sizeof(*ports) - sizeof(void *));
        const size_t size = ports->count * sizeof(mach_port_t);
        ports->address = move_memory(ports->address, size, ports->deallocate != 0);
        for (uint32_t i = 0; i < ports->count; i++) {
            loop_rights += ((mach_port_t *)ports->address)[i] != MACH_PORT_NULL;
        }
        ports->disposition = received(ports->disposition) & 0xff;
        return sizeof(*ports);
    }
    default:
        LOOP_CHECK(!"descriptor type");
        return 0;
    }
}

void
loop_transfer_body(mach_msg_header_t *message)
{
    char *at = (char *)(message + 1);

    if ((message->msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0) {
        mach_msg_body_t *body = (mach_msg_body_t *)at;
        loop_check_bytes(body, sizeof(*body));
        at += sizeof(*body);
        for (uint32_t i = 0; i < body->msgh_descriptor_count; i++) {
            at += transfer_descriptor((mach_msg_descriptor_t *)at);
        }
    }
    LOOP_CHECK(at <= (char *)message + message->msgh_size);
    loop_check_bytes(at, (size_t)((char *)message + message->msgh_size - at));
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

void
loop_append_trailer(mach_msg_header_t *message)
{
    mach_msg_max_trailer_t *trailer =
        (mach_msg_max_trailer_t *)((char *)message + round_msg(message->msgh_size));

    loop_fill(trailer, sizeof(*trailer), TAG_TOKEN);
    trailer->msgh_trailer_type = MACH_MSG_TRAILER_FORMAT_0;
    trailer->msgh_trailer_size = sizeof(*trailer);
}
