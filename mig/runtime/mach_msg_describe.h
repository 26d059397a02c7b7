/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages as text: `io_read(object=0x1203, offset=4096, amount=10, flags=0)`. Tables that
 * `mig decoder` makes of interfaces say what the bytes of each message mean. Needs no library, so
 * that a kernel's debugger, a tracer and a program's log can all use it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <mach/message.h>

enum mach_msg_field_kind {
    MACH_MSG_FIELD_PORT,    /* SIZE descriptors with a right each */
    MACH_MSG_FIELD_MEMORY,  /* SIZE descriptors of out-of-line data */
    MACH_MSG_FIELD_PORTS,   /* SIZE descriptors of arrays of rights */
    MACH_MSG_FIELD_HIDDEN,  /* SIZE bytes that say nothing about an argument */
    MACH_MSG_FIELD_RESULT,  /* the reply's return code */
    MACH_MSG_FIELD_COUNT,   /* number of elements of what follows */
    MACH_MSG_FIELD_NUMBERS, /* SIZE bytes: numbers of ELEMENT bytes each */
    MACH_MSG_FIELD_TEXT,    /* SIZE bytes: characters, to the first null */
    MACH_MSG_FIELD_PACKED_NUMBERS, /* as many of SIZE bytes each as were counted */
    MACH_MSG_FIELD_PACKED_TEXT,
    MACH_MSG_FIELD_UNKNOWN, /* from here on, only C knows the sizes */
};

/* One member of a message, in the order of the members. */
struct mach_msg_field {
    const char *name;
    uint8_t kind;
    uint8_t element;
    uint32_t size;
};

struct mach_msg_format {
    mach_msg_id_t id;
    const char *name;             /* of the routine */
    const char *port;             /* of its request port; null in a reply */
    const struct mach_msg_field *fields;
    uint32_t count;
};

/* All messages that are known, by rising id; where a call has the id of a reply, the call first. */
extern const struct mach_msg_format mach_msg_formats[];
extern const size_t mach_msg_format_count;

/* The format of a message with this id; null if there is none. Of a call and a reply with one id it is the
 * call's; the message itself tells which it is by its ports: a call has two. */
const struct mach_msg_format *mach_msg_format(mach_msg_id_t id);

/*
 * Write what MESSAGE says to TEXT, at most SIZE bytes with the null at the end. The message may hold
 * anything: of its bytes, the msgh_size that its header tells are read and no more.
 *
 * Returns: the length of the text, without the null; what did not fit ends in "...".
 */
size_t mach_msg_describe(const mach_msg_header_t *message, char *text, size_t size);
