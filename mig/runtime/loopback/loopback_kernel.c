/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a kernel does to a message in the loop-back: rights and memory move from sender to message
 * to receiver, through the ledger; every byte that leaves is looked at.
 */
#include "loopback_internal.h"

#include <stdlib.h>
#include <string.h>

#if __has_feature(memory_sanitizer)
#include <sanitizer/msan_interface.h>
#endif

/* Makes another name of one. */
#define OTHER_NAME UINT32_C(0x40000000)

unsigned int loop_destroyed;

void loop_check_bytes(const void *bytes, size_t size)
{
#if __has_feature(memory_sanitizer)
    __msan_check_mem_is_initialized(bytes, size);
#else
    for (size_t i = 0; i < size; i++) {
        LOOP_CHECK(((const uint8_t *)bytes)[i] != PATTERN);
    }
#endif
}

/* Rights --------------------------------------------------------------------------------------- */

/* HOLDER sends NAME with DISPOSITION. Returns: the right that is under way. */
static mach_msg_type_name_t copyin_right(enum loop_holder holder, mach_port_t name,
                                         mach_msg_type_name_t disposition)
{
    mach_msg_type_name_t right = disposition;
    LOOP_CHECK(MACH_MSG_TYPE_PORT_ANY_RIGHT(disposition) || MACH_MSG_TYPE_PORT_ANY(disposition));
    if (name == MACH_PORT_NULL) {
        return disposition == MACH_MSG_TYPE_MAKE_SEND_ONCE ? MACH_MSG_TYPE_PORT_SEND_ONCE
               : disposition >= MACH_MSG_TYPE_COPY_SEND    ? MACH_MSG_TYPE_PORT_SEND
                                                           : disposition;
    }
    switch (disposition) {
    case MACH_MSG_TYPE_COPY_SEND:
        LOOP_CHECK(ledger_has(holder, name, MACH_MSG_TYPE_PORT_SEND));
        right = MACH_MSG_TYPE_PORT_SEND;
        break;
    case MACH_MSG_TYPE_MAKE_SEND:
    case MACH_MSG_TYPE_MAKE_SEND_ONCE:
        LOOP_CHECK(ledger_has(holder, name, MACH_MSG_TYPE_PORT_RECEIVE));
        right = disposition == MACH_MSG_TYPE_MAKE_SEND ? MACH_MSG_TYPE_PORT_SEND
                                                       : MACH_MSG_TYPE_PORT_SEND_ONCE;
        break;
    default: ledger_take(holder, name, disposition); break;
    }
    ledger_give(LOOP_UNDER_WAY, name, right);
    return right;
}

static void move_right(enum loop_holder to, mach_port_t name, mach_msg_type_name_t right)
{
    ledger_take(LOOP_UNDER_WAY, name, right);
    ledger_give(to, name, right);
}

void loop_copyin_header(mach_msg_header_t *message, enum loop_holder from)
{
    const mach_msg_type_name_t remote =
        copyin_right(from, message->msgh_remote_port, MACH_MSGH_BITS_REMOTE(message->msgh_bits));
    mach_msg_type_name_t local = MACH_MSGH_BITS_LOCAL(message->msgh_bits);
    LOOP_CHECK((local == 0) == (message->msgh_local_port == MACH_PORT_NULL));
    LOOP_CHECK(message->msgh_voucher_port == MACH_PORT_NULL);
    LOOP_CHECK((message->msgh_bits & ~(MACH_MSGH_BITS_COMPLEX | 0x1f1fu)) == 0);
    if (local != 0) {
        local = copyin_right(from, message->msgh_local_port, local);
    }
    message->msgh_bits =
        (message->msgh_bits & MACH_MSGH_BITS_COMPLEX) | MACH_MSGH_BITS(remote, local);
}

/* Memory and arrays ---------------------------------------------------------------------------- */

static void *copyin_memory(enum loop_holder holder, void *from, size_t size, bool deallocate)
{
    if (deallocate && loop_outcome.stays) {
        ledger_move(from, holder, LOOP_UNDER_WAY);
        return from;
    }
    void *to = ledger_allocate(LOOP_UNDER_WAY, size);
    if (size != 0) {
        ledger_check(holder, from);
        memcpy(to, from, size);
    }
    if (deallocate) {
        ledger_free(holder, from, size);
    }
    return to;
}

static void copyin_ports(mach_msg_ool_ports_descriptor_t *ports, enum loop_holder holder)
{
    mach_msg_type_name_t right = copyin_right(holder, MACH_PORT_NULL, ports->disposition);
    mach_port_t *names = copyin_memory(holder, ports->address, ports->count * sizeof(mach_port_t),
                                       ports->deallocate != 0);
    for (uint32_t i = 0; i < ports->count; i++) {
        right = copyin_right(holder, names[i], ports->disposition);
    }
    ports->address = names;
    ports->disposition = right & 0xff;
    ports->deallocate = TRUE;
}

static size_t copyin_descriptor(mach_msg_descriptor_t *descriptor, enum loop_holder holder)
{
    mach_msg_ool_descriptor_t *ool = &descriptor->out_of_line;
    switch (descriptor->type.type) {
    case MACH_MSG_PORT_DESCRIPTOR:
        loop_check_bytes(descriptor, sizeof(descriptor->port));
        LOOP_CHECK(descriptor->port.pad1 == 0 && descriptor->port.pad2 == 0);
        descriptor->port.disposition =
            copyin_right(holder, descriptor->port.name, descriptor->port.disposition) & 0xff;
        return sizeof(descriptor->port);
    case MACH_MSG_OOL_DESCRIPTOR:
        loop_check_bytes((char *)ool + sizeof(void *), sizeof(*ool) - sizeof(void *));
        LOOP_CHECK(ool->pad1 == 0);
        ool->address = copyin_memory(holder, ool->address, ool->size, ool->deallocate != 0);
        ool->deallocate = TRUE;
        return sizeof(*ool);
    default:
        LOOP_CHECK(descriptor->type.type == MACH_MSG_OOL_PORTS_DESCRIPTOR);
        loop_check_bytes((char *)ool + sizeof(void *), sizeof(*ool) - sizeof(void *));
        copyin_ports(&descriptor->ool_ports, holder);
        return sizeof(descriptor->ool_ports);
    }
}

void loop_check_message(const mach_msg_header_t *message)
{
    loop_check_bytes(message, offsetof(mach_msg_header_t, msgh_id));
}

void loop_copyin(mach_msg_header_t *message, enum loop_holder holder)
{
    char *at = (char *)(message + 1);

    loop_check_message(message);
    loop_copyin_header(message, holder);
    if ((message->msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0) {
        mach_msg_body_t *body = (mach_msg_body_t *)at;
        loop_check_bytes(body, sizeof(*body));
        at += sizeof(*body);
        for (uint32_t i = 0; i < body->msgh_descriptor_count; i++) {
            at += copyin_descriptor((mach_msg_descriptor_t *)at, holder);
        }
    }
    LOOP_CHECK(at <= (char *)message + message->msgh_size);
    loop_check_bytes(at, (size_t)((char *)message + message->msgh_size - at));
}

/* Receipt -------------------------------------------------------------------------------------- */

static void copyout_ports(mach_msg_ool_ports_descriptor_t *ports, enum loop_holder holder)
{
    for (uint32_t i = 0; i < ports->count; i++) {
        move_right(holder, ((mach_port_t *)ports->address)[i], ports->disposition);
    }
    ledger_move(ports->address, LOOP_UNDER_WAY, holder);
}

static void discard_ports(mach_msg_ool_ports_descriptor_t *ports)
{
    mach_port_t *names = ports->address;
    for (uint32_t i = 0; i < ports->count; i++) {
        ledger_take(LOOP_UNDER_WAY, names[i], ports->disposition);
    }
    ledger_free(LOOP_UNDER_WAY, names, ports->count * sizeof(mach_port_t));
    ports->address = NULL;
    ports->count = 0;
}

/* HOLDER gets what the descriptor carries; if it is LEFT_OUT, nobody does. */
static size_t copyout_descriptor(mach_msg_descriptor_t *descriptor, enum loop_holder holder,
                                 bool left_out)
{
    mach_msg_port_descriptor_t *port = &descriptor->port;
    mach_msg_ool_descriptor_t *ool = &descriptor->out_of_line;
    switch (descriptor->type.type) {
    case MACH_MSG_PORT_DESCRIPTOR:
        if (!left_out) {
            move_right(holder, port->name, port->disposition);
        } else {
            ledger_take(LOOP_UNDER_WAY, port->name, port->disposition);
            port->name = MACH_PORT_NULL;
        }
        return sizeof(*port);
    case MACH_MSG_OOL_DESCRIPTOR:
        if (!left_out) {
            ledger_move(ool->address, LOOP_UNDER_WAY, holder);
        } else {
            ledger_free(LOOP_UNDER_WAY, ool->address, ool->size);
            ool->address = NULL;
            ool->size = 0;
        }
        return sizeof(*ool);
    default:
        left_out ? discard_ports(&descriptor->ool_ports)
                 : copyout_ports(&descriptor->ool_ports, holder);
        return sizeof(descriptor->ool_ports);
    }
}

static void copyout_body(mach_msg_header_t *message, enum loop_holder holder, unsigned int left_out)
{
    mach_msg_body_t *body = (mach_msg_body_t *)(message + 1);
    char *at = (char *)(body + 1);
    if ((message->msgh_bits & MACH_MSGH_BITS_COMPLEX) == 0) {
        return;
    }
    for (uint32_t i = 0; i < body->msgh_descriptor_count; i++) {
        const bool is_left_out = i + left_out >= body->msgh_descriptor_count;
        at += copyout_descriptor((mach_msg_descriptor_t *)at, holder, is_left_out);
    }
}

void loop_copyout(mach_msg_header_t *message, enum loop_holder holder, unsigned int left_out)
{
    const mach_port_t destination = message->msgh_remote_port;
    const mach_msg_type_name_t remote = MACH_MSGH_BITS_REMOTE(message->msgh_bits);
    const mach_msg_type_name_t local = MACH_MSGH_BITS_LOCAL(message->msgh_bits);

    ledger_take(LOOP_UNDER_WAY, destination, remote);
    message->msgh_remote_port = message->msgh_local_port;
    message->msgh_local_port = destination;
    if (local != 0) {
        move_right(holder, message->msgh_remote_port, local);
    }
    message->msgh_bits =
        (message->msgh_bits & MACH_MSGH_BITS_COMPLEX) | MACH_MSGH_BITS(local, remote);
    copyout_body(message, holder, left_out);
}

/* A right under way gets another name. */
static mach_port_t rename_right(mach_port_t name, mach_msg_type_name_t right)
{
    if (name == MACH_PORT_NULL) {
        return name;
    }
    ledger_take(LOOP_UNDER_WAY, name, right);
    ledger_give(LOOP_UNDER_WAY, name ^ OTHER_NAME, right);
    return name ^ OTHER_NAME;
}

static size_t rename_descriptor(mach_msg_descriptor_t *descriptor)
{
    mach_msg_port_descriptor_t *port = &descriptor->port;
    mach_msg_ool_ports_descriptor_t *ports = &descriptor->ool_ports;
    switch (descriptor->type.type) {
    case MACH_MSG_PORT_DESCRIPTOR:
        port->name = rename_right(port->name, port->disposition);
        return sizeof(*port);
    case MACH_MSG_OOL_PORTS_DESCRIPTOR:
        for (uint32_t i = 0; i < ports->count; i++) {
            mach_port_t *name = &((mach_port_t *)ports->address)[i];
            *name = rename_right(*name, ports->disposition);
        }
        return sizeof(*ports);
    default: return sizeof(descriptor->out_of_line);
    }
}

/* The sender has no other right to any of the ports, so that what comes back has new names. */
static void rename_all(mach_msg_header_t *message)
{
    mach_msg_body_t *body = (mach_msg_body_t *)(message + 1);
    char *at = (char *)(body + 1);
    message->msgh_remote_port =
        rename_right(message->msgh_remote_port, MACH_MSGH_BITS_REMOTE(message->msgh_bits));
    message->msgh_local_port =
        rename_right(message->msgh_local_port, MACH_MSGH_BITS_LOCAL(message->msgh_bits));
    if ((message->msgh_bits & MACH_MSGH_BITS_COMPLEX) != 0) {
        for (uint32_t i = 0; i < body->msgh_descriptor_count; i++) {
            at += rename_descriptor((mach_msg_descriptor_t *)at);
        }
    }
}

void loop_pseudo_receive(mach_msg_header_t *message)
{
    if (!loop_outcome.stays) {
        rename_all(message);
    }
    move_right(LOOP_CLIENT, message->msgh_remote_port, MACH_MSGH_BITS_REMOTE(message->msgh_bits));
    if (message->msgh_local_port != MACH_PORT_NULL) {
        move_right(LOOP_CLIENT, message->msgh_local_port, MACH_MSGH_BITS_LOCAL(message->msgh_bits));
    }
    copyout_body(message, LOOP_CLIENT, 0);
}

void loop_append_trailer(mach_msg_header_t *message)
{
    mach_msg_max_trailer_t *trailer =
        (mach_msg_max_trailer_t *)((char *)message + round_msg(message->msgh_size));

    loop_fill(trailer, sizeof(*trailer), TAG_TOKEN);
    trailer->msgh_trailer_type = MACH_MSG_TRAILER_FORMAT_0;
    trailer->msgh_trailer_size = sizeof(*trailer);
}

/* mach_msg_destroy ----------------------------------------------------------------------------- */

/* What is sent by moving it is dropped; what would be copied or made is not there yet. */
static void drop_right(mach_port_t name, mach_msg_type_name_t disposition)
{
    if (disposition == MACH_MSG_TYPE_MOVE_SEND || disposition == MACH_MSG_TYPE_MOVE_SEND_ONCE ||
        disposition == MACH_MSG_TYPE_MOVE_RECEIVE) {
        ledger_take(loop_side, name, disposition);
    }
}

static size_t drop_descriptor(const mach_msg_descriptor_t *descriptor)
{
    const mach_msg_ool_descriptor_t *ool = &descriptor->out_of_line;
    const mach_msg_ool_ports_descriptor_t *ports = &descriptor->ool_ports;
    switch (descriptor->type.type) {
    case MACH_MSG_PORT_DESCRIPTOR:
        drop_right(descriptor->port.name, descriptor->port.disposition);
        return sizeof(descriptor->port);
    case MACH_MSG_OOL_DESCRIPTOR:
        if (ool->deallocate != 0) {
            ledger_free(loop_side, ool->address, ool->size);
        }
        return sizeof(*ool);
    default:
        for (uint32_t i = 0; i < ports->count; i++) {
            drop_right(((mach_port_t *)ports->address)[i], ports->disposition);
        }
        if (ports->deallocate != 0) {
            ledger_free(loop_side, ports->address, ports->count * sizeof(mach_port_t));
        }
        return sizeof(*ports);
    }
}

void mach_msg_destroy(mach_msg_header_t *message)
{
    loop_destroyed++;
    if (loop.course == LOOP_REPLY_PROBED) {
        return;
    }
    drop_right(message->msgh_remote_port, MACH_MSGH_BITS_REMOTE(message->msgh_bits));
    if ((message->msgh_bits & MACH_MSGH_BITS_COMPLEX) == 0) {
        return;
    }
    const mach_msg_body_t *body = (const mach_msg_body_t *)(message + 1);
    const char *at = (const char *)(body + 1);
    for (uint32_t i = 0; i < body->msgh_descriptor_count; i++) {
        at += drop_descriptor((const mach_msg_descriptor_t *)at);
    }
}
