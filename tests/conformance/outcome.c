/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Writing down what is seen of a right: what mach_port_type says, checked against
 * mach_port_get_refs for every kind of right, then marks and the notifications that have come.
 */
#include "conformance.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <mach/mach_port.h>
#include <mach/notify.h>

#define NOTIFICATIONS_MAX 16

void append(char *text, const char *format, ...)
{
    size_t used = strlen(text);
    va_list values;
    va_start(values, format);
    (void)vsnprintf(text + used, OUTCOME_MAX - used, format, values);
    va_end(values);
}

/* User references of one kind of right, or -1: the call fails. */
static long references(mach_port_name_t name, mach_port_right_t right)
{
    mach_port_urefs_t count;
    return mach_port_get_refs(mach_task_self(), name, right, &count) == KERN_SUCCESS ? (long)count
                                                                                     : -1;
}

/* Both calls have to tell of the same rights. */
static void check_references(char *text, mach_port_name_t name, mach_port_type_t type)
{
    for (mach_port_right_t right = MACH_PORT_RIGHT_SEND; right <= MACH_PORT_RIGHT_DEAD_NAME;
         right++) {
        long count = references(name, right);
        bool is_there = type & MACH_PORT_TYPE(right);
        if (count < 0 || (count > 0) != is_there) {
            append(text, "[get_refs %u: %ld]", (unsigned)right, count);
        }
    }
}

/* Set, queue and guard of a receive right. */
static void describe_receive(char *text, mach_port_name_t name)
{
    mach_port_status_t status;
    mach_msg_type_number_t count = MACH_PORT_RECEIVE_STATUS_COUNT;
    kern_return_t result = mach_port_get_attributes(
        mach_task_self(), name, MACH_PORT_RECEIVE_STATUS, (mach_port_info_t)&status, &count);
    if (result != KERN_SUCCESS) {
        append(text, "[status: 0x%x]", (unsigned)result);
        return;
    }
    append(text, "%s", status.mps_pset != 0 ? "@" : "");
    if (status.mps_msgcount != 0) {
        append(text, "#%u", (unsigned)status.mps_msgcount);
    }
    append(text, "%s", status.mps_flags & MACH_PORT_STATUS_FLAG_GUARDED ? "!" : "");
}

/* Number of members of a port set, or -1. */
static long member_count(mach_port_name_t set)
{
    mach_port_name_array_t members;
    mach_msg_type_number_t count;
    if (mach_port_get_set_status(mach_task_self(), set, &members, &count) != KERN_SUCCESS) {
        return -1;
    }
    (void)vm_deallocate(mach_task_self(), (vm_address_t)members, count * sizeof(members[0]));
    return (long)count;
}

void describe_name(char *text, mach_port_name_t name)
{
    mach_port_type_t type;
    if (!MACH_PORT_VALID(name)) {
        append(text, "%s", name == MACH_PORT_NULL ? "NULL" : "DEAD");
        return;
    }
    if (mach_port_type(mach_task_self(), name, &type) != KERN_SUCCESS) {
        append(text, "-");
        return;
    }
    check_references(text, name, type);
    if (type & MACH_PORT_TYPE_RECEIVE) {
        append(text, "R");
    }
    if (type & MACH_PORT_TYPE_SEND) {
        append(text, "S%ld", references(name, MACH_PORT_RIGHT_SEND));
    }
    if (type & MACH_PORT_TYPE_SEND_ONCE) {
        append(text, "O");
    }
    if (type & MACH_PORT_TYPE_PORT_SET) {
        append(text, "P%ld", member_count(name));
    }
    if (type & MACH_PORT_TYPE_DEAD_NAME) {
        append(text, "D%ld", references(name, MACH_PORT_RIGHT_DEAD_NAME));
    }
    append(text, "%s", type & MACH_PORT_TYPE_DNREQUEST ? "?" : "");
    if (type & MACH_PORT_TYPE_RECEIVE) {
        describe_receive(text, name);
    }
}

static const char *notification_name(mach_msg_id_t id)
{
    switch (id) {
    case MACH_NOTIFY_PORT_DELETED: return "port-deleted";
    case MACH_NOTIFY_SEND_POSSIBLE: return "send-possible";
    case MACH_NOTIFY_PORT_DESTROYED: return "port-destroyed";
    case MACH_NOTIFY_NO_SENDERS: return "no-senders";
    case MACH_NOTIFY_SEND_ONCE: return "send-once";
    case MACH_NOTIFY_DEAD_NAME: return "dead-name";
    case PLAIN_ID: return "message";
    default: return "unknown";
    }
}

/* Take the next message from PORT. Returns: its identifier, or 0: there is none. */
static mach_msg_id_t take_message(mach_port_name_t port)
{
    union {
        mach_msg_header_t header;
        char room[256];
    } message;
    mach_msg_return_t result = mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0,
                                        sizeof(message), port, 0, MACH_PORT_NULL);
    return result == MACH_MSG_SUCCESS ? message.header.msgh_id : 0;
}

/* Who is told first is not promised: the order here is that of the identifiers. */
void describe_notifications(char *text, mach_port_name_t port)
{
    mach_msg_id_t ids[NOTIFICATIONS_MAX];
    int count = 0;
    mach_msg_id_t id;
    while (count < NOTIFICATIONS_MAX && (id = take_message(port)) != 0) {
        int place = count++;
        for (; place > 0 && ids[place - 1] > id; place--) {
            ids[place] = ids[place - 1];
        }
        ids[place] = id;
    }
    for (int i = 0; i < count; i++) {
        append(text, " (%s)", notification_name(ids[i]));
    }
}

static const struct {
    kern_return_t code;
    const char *name;
} codes[] = {
    { KERN_SUCCESS, "ok" },
    { KERN_NO_SPACE, "NO_SPACE" },
    { KERN_INVALID_ARGUMENT, "INVALID_ARGUMENT" },
    { KERN_FAILURE, "FAILURE" },
    { KERN_RESOURCE_SHORTAGE, "RESOURCE_SHORTAGE" },
    { KERN_NAME_EXISTS, "NAME_EXISTS" },
    { KERN_ALREADY_IN_SET, "ALREADY_IN_SET" },
    { KERN_NOT_IN_SET, "NOT_IN_SET" },
    { KERN_INVALID_NAME, "INVALID_NAME" },
    { KERN_INVALID_TASK, "INVALID_TASK" },
    { KERN_INVALID_RIGHT, "INVALID_RIGHT" },
    { KERN_INVALID_VALUE, "INVALID_VALUE" },
    { KERN_UREFS_OVERFLOW, "UREFS_OVERFLOW" },
    { KERN_INVALID_CAPABILITY, "INVALID_CAPABILITY" },
    { KERN_RIGHT_EXISTS, "RIGHT_EXISTS" },
    { KERN_TERMINATED, "TERMINATED" },
    { KERN_NOT_SUPPORTED, "NOT_SUPPORTED" },
    { MACH_SEND_INVALID_DEST, "SEND_INVALID_DEST" },
    { MACH_SEND_TIMED_OUT, "SEND_TIMED_OUT" },
    { MACH_SEND_INVALID_REPLY, "SEND_INVALID_REPLY" },
    { MACH_SEND_INVALID_RIGHT, "SEND_INVALID_RIGHT" },
    { MACH_SEND_INVALID_TYPE, "SEND_INVALID_TYPE" },
    { MACH_SEND_INVALID_HEADER, "SEND_INVALID_HEADER" },
    { MACH_RCV_INVALID_NAME, "RCV_INVALID_NAME" },
    { MACH_RCV_TIMED_OUT, "RCV_TIMED_OUT" },
    { MACH_RCV_IN_SET, "RCV_IN_SET" },
};

const char *code_name(kern_return_t code)
{
    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        if (codes[i].code == code) {
            return codes[i].name;
        }
    }
    return NULL;
}
