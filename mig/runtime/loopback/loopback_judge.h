/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a stub must answer to a message, decided from a description of the message alone: the
 * reference against which the checks of generated stubs are held.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <mach/message.h>

enum loop_kind {
    LOOP_BYTES,       /* anything, `size` bytes */
    LOOP_RIGHT,       /* a port descriptor */
    LOOP_REGION,      /* an out-of-line descriptor */
    LOOP_RIGHTS,      /* an out-of-line ports descriptor */
    LOOP_COUNT,       /* a number of elements, or whether there is one: a word */
    LOOP_PACKED,      /* as many elements as the count says, in whole words */
    LOOP_PACKED_TEXT, /* the same, a string that must end */
    LOOP_TEXT,        /* `size` bytes with a string that must end */
    LOOP_NDR,         /* how data is represented */
    LOOP_RETCODE,     /* the return code of a simple reply */
};

#define LOOP_NO_FIELD (-1)

struct loop_field {
    const char *name;
    enum loop_kind kind;
    uint32_t size;        /* bytes; of packed items and memory, of one element */
    uint32_t bound;       /* the most elements; 0: no bound */
    int count;            /* the field that holds the count, or LOOP_NO_FIELD */
    uint32_t fixed;       /* without count: how many elements */
    bool goes_back;       /* of a reply: it came in the request */
    uint32_t index;       /* of a right, a region or its count in an array of them */
    int within;           /* the field that says how many of the array there are; 0: always all */
    uint32_t disposition; /* of rights, as they arrive; 0: any */
    uint32_t room;    /* of a reply's count: how many elements the caller has room for; 0: any */
    unsigned int tag; /* of a count that is an argument; 0: it is none */
    bool has_range, is_utf8, is_nonnull;
    int64_t low, high;
};

struct loop_message {
    const char *name;
    mach_msg_id_t id;
    uint32_t descriptors;
    uint32_t size; /* of the largest form */
    uint32_t minimum;
    uint32_t trailer;                /* bytes of it that are read; 0: none */
    const struct loop_field *fields; /* behind header and number of descriptors */
    unsigned int field_count;
};

/* The most fields of a message. */
#define LOOP_MAX_FIELDS 96

/* Where the fields of MESSAGE are, which is a good one, in bytes from its start. */
void loop_places(const struct loop_message *shape, const mach_msg_header_t *message,
                 uint32_t at[LOOP_MAX_FIELDS]);

/* What the server's stub answers to REQUEST before it calls the routine; KERN_SUCCESS: it calls. */
kern_return_t loop_judge_request(const struct loop_message *shape,
                                 const mach_msg_header_t *request);

/* What the user's stub returns for REPLY. */
kern_return_t loop_judge_reply(const struct loop_message *shape, const mach_msg_header_t *reply);
