/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The routines of pipe.defs and io.defs. An end of a pipe is told when nobody has a right to it any
 * more, and its receive right goes then; the pipe goes with the second.
 */
#include "pipes.h"

#include <stdio.h>
#include <stdlib.h>

#include <mach/mach.h>
#include <mach/mig.h>
#include <mach/notify.h>
#include <mach_r/io_server.h>
#include <mach_r/notify_server.h>
#include <mach_r/pipe_server.h>
#include <mach_r/services.h>
#include <servers/bootstrap.h>

#include "pipe.h"

#define SERVER_NUMBER UINT64_C(3)
#define PERMISSIONS   0600u

/* Pipes that may be at a time: this server's own ports must not run out. */
#define PIPES_MAX 512

static struct {
    mach_port_t set;
    mach_port_t service;
    mach_port_t notify;
    struct pipe *first;
    unsigned count;
    uint64_t last_number;
    struct mig_server server;
} pipes;

static const void *const interfaces[] = {
    &serve_pipe_subsystem,
    &serve_io_subsystem,
    &do_notify_subsystem,
};

mach_port_t pipes_port_set(void)
{
    return pipes.set;
}

mach_port_t pipes_notify_port(void)
{
    return pipes.notify;
}

boolean_t pipes_demux(mach_msg_header_t *request, mach_msg_header_t *reply)
{
    return mig_demux(&pipes.server, request, reply);
}

bool pipes_start(void)
{
    kern_return_t result =
        mig_server_init(&pipes.server, interfaces, sizeof(interfaces) / sizeof(interfaces[0]));
    if (result == KERN_SUCCESS) {
        result = mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_PORT_SET, &pipes.set);
    }
    if (result == KERN_SUCCESS) {
        result = mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &pipes.notify);
    }
    if (result == KERN_SUCCESS) {
        result = mach_port_insert_member(mach_task_self(), pipes.notify, pipes.set);
    }
    if (result == KERN_SUCCESS) {
        result = bootstrap_check_in(bootstrap_port, SERVICE_PIPES, &pipes.service);
    }
    if (result == KERN_SUCCESS) {
        result = mach_port_insert_member(mach_task_self(), pipes.service, pipes.set);
    }
    if (result != KERN_SUCCESS) {
        fprintf(stderr, "pipes: cannot start: %s\n", mach_error_string(result));
    }
    return result == KERN_SUCCESS;
}

static void end_destroy(mach_port_t *end)
{
    if (*end != MACH_PORT_NULL) {
        (void)mach_port_mod_refs(mach_task_self(), *end, MACH_PORT_RIGHT_RECEIVE, -1);
        *end = MACH_PORT_NULL;
    }
}

/* A port that is told when the right that goes out now, and all its copies, are gone. */
static kern_return_t end_create(mach_port_t *end)
{
    mach_port_t previous;
    kern_return_t result = mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, end);
    if (result == KERN_SUCCESS) {
        result = mach_port_insert_member(mach_task_self(), *end, pipes.set);
        if (result == KERN_SUCCESS) {
            result =
                mach_port_request_notification(mach_task_self(), *end, MACH_NOTIFY_NO_SENDERS, 1,
                                               *end, MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous);
        }
        if (result != KERN_SUCCESS) {
            end_destroy(end);
        }
    }
    return result;
}

/* The link to the pipe with the end PORT; to null if there is none. */
static struct pipe **find(mach_port_t port)
{
    struct pipe **link = &pipes.first;
    while (*link != nullptr && (*link)->output != port && (*link)->input != port) {
        link = &(*link)->next;
    }
    return link;
}

kern_return_t serve_pipe_create(mach_port_t server, mach_port_t *output,
                                mach_msg_type_name_t *output_type, mach_port_t *input,
                                mach_msg_type_name_t *input_type)
{
    if (server != pipes.service) {
        return SERVER_ERROR_NOT_SUPPORTED;
    }
    struct pipe *pipe = pipes.count < PIPES_MAX ? calloc(1, sizeof(*pipe)) : nullptr;
    if (pipe == nullptr) {
        return SERVER_ERROR_NO_MEMORY;
    }
    if (end_create(&pipe->output) != KERN_SUCCESS || end_create(&pipe->input) != KERN_SUCCESS) {
        end_destroy(&pipe->output);
        free(pipe);
        return SERVER_ERROR_NO_MEMORY;
    }
    pipe->number = ++pipes.last_number;
    pipe->next = pipes.first;
    pipes.first = pipe;
    pipes.count++;
    *output = pipe->output;
    *input = pipe->input;
    *output_type = *input_type = MACH_MSG_TYPE_MAKE_SEND;
    return KERN_SUCCESS;
}

kern_return_t serve_io_read(mach_port_t object, mach_port_t reply, uint64_t offset, unsigned amount,
                            int flags, io_data_t data, mach_msg_type_number_t *dataCnt)
{
    (void)offset;
    struct pipe *pipe = *find(object);
    if (pipe == nullptr || object != pipe->output) {
        return SERVER_ERROR_BAD_MODE;
    }
    size_t count = amount < IO_INLINE_MAX ? amount : IO_INLINE_MAX;
    kern_return_t result = pipe_read(pipe, data, &count, flags, reply);
    *dataCnt = (mach_msg_type_number_t)count;
    return result;
}

kern_return_t serve_io_write(mach_port_t object, mach_port_t reply, uint64_t offset, int flags,
                             const io_data_t data, mach_msg_type_number_t dataCnt,
                             unsigned *written)
{
    (void)offset;
    struct pipe *pipe = *find(object);
    if (pipe == nullptr || object != pipe->input) {
        return SERVER_ERROR_BAD_MODE;
    }
    *written = dataCnt;
    return pipe_write(pipe, data, dataCnt, flags, reply);
}

kern_return_t serve_io_stat(mach_port_t object, io_stat_t *stat)
{
    const struct pipe *pipe = *find(object);
    *stat = (io_stat_t){
        .server = SERVER_NUMBER,
        .type = IO_TYPE_STREAM,
        .mode = PERMISSIONS,
        .links = 1,
        .block_size = IO_INLINE_MAX,
    };
    if (pipe != nullptr) {
        stat->node = pipe->number;
        stat->size = pipe->ring.count;
    }
    return KERN_SUCCESS;
}

kern_return_t serve_io_readable(mach_port_t object, uint64_t offset, uint64_t *amount)
{
    (void)offset;
    const struct pipe *pipe = *find(object);
    *amount = pipe != nullptr && object == pipe->output ? pipe->ring.count : 0;
    return KERN_SUCCESS;
}

kern_return_t serve_io_poll(mach_port_t object, mach_port_t reply, uint64_t offset, unsigned events,
                            int flags, unsigned *ready, uint64_t *amount)
{
    (void)offset;
    struct pipe *pipe = *find(object);
    if (pipe == nullptr) {
        return SERVER_ERROR_NOT_SUPPORTED;
    }
    *amount = object == pipe->output ? pipe->ring.count : 0;
    return pipe_poll(pipe, object == pipe->output, events, flags, reply, ready);
}

/* Rights are made once only, when the pipe is, so a later one cannot have crossed with this. */
kern_return_t do_mach_notify_no_senders(mach_port_t notify, mach_port_mscount_t mscount)
{
    (void)mscount;
    struct pipe **link = find(notify);
    struct pipe *pipe = *link;
    if (pipe == nullptr) {
        return KERN_FAILURE;
    }
    if (notify == pipe->input) {
        end_destroy(&pipe->input);
        pipe_without_writers(pipe);
    } else {
        end_destroy(&pipe->output);
        pipe_without_readers(pipe);
    }
    if (pipe->input == MACH_PORT_NULL && pipe->output == MACH_PORT_NULL) {
        *link = pipe->next;
        pipes.count--;
        free(pipe);
    }
    return KERN_SUCCESS;
}

/* Nobody but the kernel sends to the notify port. */
kern_return_t do_mach_notify_dead_name(mach_port_t notify, mach_port_name_t name)
{
    if (notify != pipes.notify) {
        return KERN_INVALID_ARGUMENT;
    }
    struct pipe *pipe = pipes.first;
    while (pipe != nullptr && !pipe_forget(pipe, name)) {
        pipe = pipe->next;
    }
    if (pipe != nullptr) {
        (void)mach_port_deallocate(mach_task_self(), name); /* what was the reply right */
    }
    (void)mach_port_deallocate(mach_task_self(), name); /* the notification's own reference */
    return KERN_SUCCESS;
}
