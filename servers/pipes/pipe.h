/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A pipe: bytes, and who waits for some or for room. A reader waits only while it is empty, a writer
 * only while what it brought does not fit or others wait before it.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <mach/mach_types.h>

#include "pollers.h"
#include "ring.h"

struct waiter {
    struct waiter *next;
    mach_port_t reply; /* the reply right of its request */
    size_t size;       /* bytes wanted or brought */
    char data[];       /* what a writer brought */
};

struct pipe {
    struct pipe *next;
    mach_port_t output; /* receive rights; null when nobody has a right to that end any more */
    mach_port_t input;
    uint64_t number;
    struct waiter *readers;
    struct waiter *writers;
    struct poller *output_pollers; /* who waits for bytes, or for room, but only to be told */
    struct poller *input_pollers;
    struct ring ring;
};

/*
 * A request on PIPE whose reply right is REPLY.
 * Returns: KERN_SUCCESS, *COUNT bytes are in DATA, or all of DATA has been taken; MIG_NO_REPLY, REPLY
 * is answered later; or the request's error.
 */
kern_return_t pipe_read(struct pipe *pipe, char *data, size_t *count, int flags, mach_port_t reply);
kern_return_t pipe_write(struct pipe *pipe, const char *data, size_t count, int flags,
                         mach_port_t reply);

/*
 * The same for a request to be told of EVENTS at PIPE's output or input. *READY is what is so now.
 */
kern_return_t pipe_poll(struct pipe *pipe, bool is_output, unsigned events, int flags,
                        mach_port_t reply, unsigned *ready);

/* Nobody can write any more, or nobody can read: answer those who wait for it. */
void pipe_without_writers(struct pipe *pipe);
void pipe_without_readers(struct pipe *pipe);

/* The port that REPLY, a reply right, was for has died: who waits at PIPE for that answer does not any more. 
 * Returns: false if nobody does. */
bool pipe_forget(struct pipe *pipe, mach_port_t reply);
