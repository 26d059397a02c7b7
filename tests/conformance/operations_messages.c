/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The subject in a message: as destination, as reply port, in a descriptor, in an out-of-line
 * array; and receiving from it. What carries it is received at once, and the outcome has the
 * right that came.
 */
#include "conformance.h"

#include <mach/mach_port.h>

/* A message that has one descriptor, of either kind. */
struct message {
    mach_msg_header_t header;
    mach_msg_body_t body;
    union {
        mach_msg_port_descriptor_t port;
        mach_msg_ool_ports_descriptor_t ports;
    };
    mach_msg_trailer_t trailer;
};

static mach_msg_return_t send_message(struct message *message, mach_msg_size_t size)
{
    message->header.msgh_size = size;
    message->header.msgh_id = CARRIER_ID;
    return mach_msg(&message->header, MACH_SEND_MSG | MACH_SEND_TIMEOUT, size, 0, MACH_PORT_NULL, 0,
                    MACH_PORT_NULL);
}

/* Receive what went to the subject's via port. */
static mach_msg_return_t receive_message(struct subject *subject, struct message *message)
{
    mach_msg_return_t result = mach_msg(&message->header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
                                        sizeof(*message), subject->via, 0, MACH_PORT_NULL);
    subject->has_other = result == MACH_MSG_SUCCESS;
    return result;
}

static kern_return_t run_send(struct subject *subject, int disposition, int unused)
{
    (void)unused;
    return send_plain(subject->name, (mach_msg_type_name_t)disposition);
}

static kern_return_t run_reply(struct subject *subject, int disposition, int unused)
{
    struct message message = {
        .header.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, disposition),
        .header.msgh_remote_port = subject->via,
        .header.msgh_local_port = subject->name,
    };
    (void)unused;
    mach_msg_return_t result = send_message(&message, sizeof(message.header));
    if (result == MACH_MSG_SUCCESS) {
        result = receive_message(subject, &message);
        subject->other = message.header.msgh_remote_port;
    }
    return result;
}

/* The header of a message with a descriptor to the subject's via port. */
static struct message complex_message(const struct subject *subject)
{
    return (struct message){
        .header.msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0) | MACH_MSGH_BITS_COMPLEX,
        .header.msgh_remote_port = subject->via,
        .body.msgh_descriptor_count = 1,
    };
}

static kern_return_t run_descriptor(struct subject *subject, int disposition, int unused)
{
    struct message message = complex_message(subject);
    (void)unused;
    message.port = (mach_msg_port_descriptor_t){
        .name = subject->name,
        .disposition = (mach_msg_type_name_t)disposition,
        .type = MACH_MSG_PORT_DESCRIPTOR,
    };
    mach_msg_return_t result =
        send_message(&message, offsetof(struct message, port) + sizeof(mach_msg_port_descriptor_t));
    if (result == MACH_MSG_SUCCESS) {
        result = receive_message(subject, &message);
        subject->other = message.port.name;
    }
    return result;
}

static kern_return_t run_array(struct subject *subject, int disposition, int unused)
{
    struct message message = complex_message(subject);
    (void)unused;
    message.ports = (mach_msg_ool_ports_descriptor_t){
        .address = &subject->name,
        .count = 1,
        .disposition = (mach_msg_type_name_t)disposition,
        .copy = MACH_MSG_VIRTUAL_COPY,
        .type = MACH_MSG_OOL_PORTS_DESCRIPTOR,
    };
    mach_msg_return_t result = send_message(&message, offsetof(struct message, ports) +
                                                          sizeof(mach_msg_ool_ports_descriptor_t));
    if (result == MACH_MSG_SUCCESS) {
        result = receive_message(subject, &message);
    }
    if (result == MACH_MSG_SUCCESS) {
        subject->other = *(mach_port_name_t *)message.ports.address;
        (void)vm_deallocate(mach_task_self(), (vm_address_t)message.ports.address,
                            sizeof(mach_port_name_t));
    }
    return result;
}

/* The number is 1 if there is a message of the suite's own. */
static kern_return_t run_peek(struct subject *subject, int a, int b)
{
    mach_port_seqno_t number = 0;
    mach_msg_size_t size;
    mach_msg_id_t id = 0;
    char trailer[MAX_TRAILER_SIZE];
    mach_msg_type_number_t trailer_size = sizeof(trailer);
    (void)a;
    (void)b;
    kern_return_t result = mach_port_peek(mach_task_self(), subject->name, 0, &number, &size, &id,
                                          trailer, &trailer_size);
    if (result == KERN_SUCCESS) {
        subject->has_value = true;
        subject->value = id == PLAIN_ID;
    }
    return result;
}

static kern_return_t run_receive(struct subject *subject, int a, int b)
{
    struct message message;
    (void)a;
    (void)b;
    return mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(message),
                    subject->name, 0, MACH_PORT_NULL);
}

/* One operation for each disposition, RUN with it. */
#define EACH_DISPOSITION(what, run)                                       \
    { what " MOVE_RECEIVE", run, MACH_MSG_TYPE_MOVE_RECEIVE, 0 },         \
        { what " MOVE_SEND", run, MACH_MSG_TYPE_MOVE_SEND, 0 },           \
        { what " COPY_SEND", run, MACH_MSG_TYPE_COPY_SEND, 0 },           \
        { what " MAKE_SEND", run, MACH_MSG_TYPE_MAKE_SEND, 0 },           \
        { what " MOVE_SEND_ONCE", run, MACH_MSG_TYPE_MOVE_SEND_ONCE, 0 }, \
        { what " MAKE_SEND_ONCE", run, MACH_MSG_TYPE_MAKE_SEND_ONCE, 0 }

const struct operation message_operations[] = {
    EACH_DISPOSITION("destination", run_send), /* the subject is where it goes */
    EACH_DISPOSITION("reply port", run_reply),
    EACH_DISPOSITION("descriptor", run_descriptor),
    EACH_DISPOSITION("array", run_array),
    { "reply port, disposition 0", run_reply, 0, 0 },
    { "array, disposition 99", run_array, 99, 0 }, /* no disposition */
    { "receive from it", run_receive, 0, 0 },
    { "peek", run_peek, 0, 0 },
    { NULL, NULL, 0, 0 },
};
