/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread that answers calls of its own task, for tests of the messages between them.
 */
#pragma once

#include <mach/mach.h>

#include "systest_task.h"

#define CALL_ID   7000
#define LONG_MS   100000
#define INLINE    376 /* the largest message that goes so */
#define ROOM      1024
#define UNTOUCHED 0xa5

/* A buffer for a message, its trailer, and some more. */
struct buffer {
    union {
        mach_msg_header_t header;
        uint8_t bytes[ROOM];
    };
};

/* A thread that answers COUNT calls to PORT with messages as large and full of other bytes.  It receives into
 * server_buffer, the last call into LIMIT bytes of LAST. */
struct server {
    mach_port_t port;
    int count;
    mach_msg_option_t option;
    uint32_t limit;
    struct buffer *last;
    bool errs; /* and answers wrongly before it does so rightly */
    struct worker worker;
    mach_msg_return_t refused;
    mach_msg_return_t result; /* of the last receive */
    struct buffer seen;       /* its buffer as it was after that */
};

extern struct server server;
extern struct buffer server_buffer;
extern struct buffer client_buffer;

/* Byte number I of a message of SIZE bytes; of its answer if IS_ANSWER. */
uint8_t pattern(uint32_t size, uint32_t i, bool is_answer);

/* True if BUFFER has the body of such a message, a trailer that says nothing, and no byte more. */
bool is_body(const struct buffer *buffer, uint32_t size, bool is_answer);

/* A server waits for COUNT calls, receiving the last into LIMIT bytes of LAST, by OPTION. */
bool server_start(int count, struct buffer *last, uint32_t limit, mach_msg_option_t option);
void server_end(void);

/* Call PORT with a message of SIZE bytes in BUFFER, to be answered at REPLY. */
mach_msg_return_t call_port(mach_port_t port, struct buffer *buffer, uint32_t size,
                            mach_port_t reply, mach_msg_option_t way);

/* Call the server, twice in a row, as the kernel has to see first where a thread's calls go.  The first call
 * is a header only.  Returns: the result of the second. */
mach_msg_return_t call(struct buffer *buffer, uint32_t size, mach_port_t reply,
                       mach_msg_option_t way);
