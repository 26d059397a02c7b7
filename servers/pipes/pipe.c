/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A reader may have died while it waited: what it does not take the next one gets.
 */
#include "pipe.h"

#include <stdlib.h>
#include <string.h>

#include <mach/mach.h>
#include <mach/notify.h>
#include <mach/mig_errors.h>
#include <mach_r/io_server.h>

#include "pipes.h"

/* Requests that may wait at a time, at all pipes. */
#define WAITERS_MAX 256

static unsigned waiter_count;

/* Have the notify port told when REPLY dies; an answer to a dead port is an error then. */
static kern_return_t watch(mach_port_t reply)
{
    mach_port_t previous;
    return mach_port_request_notification(mach_task_self(), reply, MACH_NOTIFY_DEAD_NAME, 1,
                                          pipes_notify_port(), MACH_MSG_TYPE_MAKE_SEND_ONCE,
                                          &previous);
}

/* Put a waiter with SIZE bytes of DATA (null: none) at the end of LIST. */
static kern_return_t wait_in(struct waiter **list, mach_port_t reply, const char *data, size_t size)
{
    struct waiter *waiter = nullptr;
    if (waiter_count < WAITERS_MAX) {
        waiter = malloc(sizeof(*waiter) + (data != nullptr ? size : 0));
    }
    if (waiter == nullptr || watch(reply) != KERN_SUCCESS) {
        free(waiter);
        return SERVER_ERROR_NO_MEMORY;
    }
    *waiter = (struct waiter){ .reply = reply, .size = size };
    if (data != nullptr) {
        memcpy(waiter->data, data, size);
    }
    while (*list != nullptr) {
        list = &(*list)->next;
    }
    *list = waiter;
    waiter_count++;
    return MIG_NO_REPLY;
}

/* Take the waiter at LINK, the first or another, off its list. */
static void remove_waiter(struct waiter **link)
{
    struct waiter *waiter = *link;
    *link = waiter->next;
    waiter_count--;
    free(waiter);
}

/* Give bytes to readers while there are both. */
static void serve_readers(struct pipe *pipe)
{
    static io_data_t data;
    while (pipe->readers != nullptr && pipe->ring.count != 0) {
        struct waiter *reader = pipe->readers;
        size_t count = ring_peek(&pipe->ring, data, reader->size);
        if (serve_io_read_reply(reader->reply, data, (mach_msg_type_number_t)count) ==
            KERN_SUCCESS) {
            ring_drop(&pipe->ring, count);
        }
        remove_waiter(&pipe->readers);
    }
}

/* Take in what writers brought while there is room for the first one's. */
static void serve_writers(struct pipe *pipe)
{
    while (pipe->writers != nullptr && ring_room(&pipe->ring) >= pipe->writers->size) {
        struct waiter *writer = pipe->writers;
        ring_put(&pipe->ring, writer->data, writer->size);
        (void)serve_io_write_reply(writer->reply, (unsigned)writer->size);
        remove_waiter(&pipe->writers);
    }
}

static unsigned ready_at_output(const struct pipe *pipe)
{
    unsigned ready = pipe->ring.count != 0 ? IO_POLL_READ : 0;
    return pipe->input == MACH_PORT_NULL ? IO_POLL_READ | IO_POLL_HANGUP : ready;
}

static unsigned ready_at_input(const struct pipe *pipe)
{
    bool has_room = pipe->writers == nullptr && ring_room(&pipe->ring) >= IO_POLL_ROOM;
    unsigned ready = has_room ? IO_POLL_WRITE : 0;
    return pipe->output == MACH_PORT_NULL ? IO_POLL_WRITE | IO_POLL_HANGUP : ready;
}

kern_return_t pipe_poll(struct pipe *pipe, bool is_output, unsigned events, int flags,
                        mach_port_t reply, unsigned *ready)
{
    *ready = is_output ? ready_at_output(pipe) : ready_at_input(pipe);
    return pollers_add(is_output ? &pipe->output_pollers : &pipe->input_pollers, reply, events,
                       flags, *ready, pipes_notify_port());
}

/* Bytes, room or ends have come or gone. */
static void tell_pollers(struct pipe *pipe)
{
    pollers_tell(&pipe->output_pollers, ready_at_output(pipe), pipe->ring.count);
    pollers_tell(&pipe->input_pollers, ready_at_input(pipe), 0);
}

kern_return_t pipe_read(struct pipe *pipe, char *data, size_t *count, int flags, mach_port_t reply)
{
    if (*count == 0) {
        return KERN_SUCCESS;
    }
    if (pipe->ring.count == 0) {
        if (pipe->input == MACH_PORT_NULL) {
            *count = 0;
            return KERN_SUCCESS;
        }
        return (flags & IO_NO_WAIT) != 0 ? SERVER_ERROR_WOULD_BLOCK
                                         : wait_in(&pipe->readers, reply, nullptr, *count);
    }
    *count = ring_peek(&pipe->ring, data, *count);
    ring_drop(&pipe->ring, *count);
    serve_writers(pipe);
    tell_pollers(pipe);
    return KERN_SUCCESS;
}

kern_return_t pipe_write(struct pipe *pipe, const char *data, size_t count, int flags,
                         mach_port_t reply)
{
    if (pipe->output == MACH_PORT_NULL) {
        return SERVER_ERROR_NO_READER;
    }
    if (pipe->writers != nullptr || ring_room(&pipe->ring) < count) {
        return (flags & IO_NO_WAIT) != 0 ? SERVER_ERROR_WOULD_BLOCK
                                         : wait_in(&pipe->writers, reply, data, count);
    }
    ring_put(&pipe->ring, data, count);
    serve_readers(pipe);
    tell_pollers(pipe);
    return KERN_SUCCESS;
}

void pipe_without_writers(struct pipe *pipe)
{
    while (pipe->readers != nullptr) {
        (void)serve_io_read_reply(pipe->readers->reply, (char[]){ 0 }, 0);
        remove_waiter(&pipe->readers);
    }
    tell_pollers(pipe);
}

void pipe_without_readers(struct pipe *pipe)
{
    while (pipe->writers != nullptr) {
        (void)serve_io_write_reply_error(pipe->writers->reply, SERVER_ERROR_NO_READER);
        remove_waiter(&pipe->writers);
    }
    tell_pollers(pipe);
}

/* Take the one whose reply right REPLY is off LIST.  Returns: false if there is none. */
static bool forget_in(struct waiter **list, mach_port_t reply)
{
    while (*list != nullptr && (*list)->reply != reply) {
        list = &(*list)->next;
    }
    if (*list == nullptr) {
        return false;
    }
    remove_waiter(list);
    return true;
}

bool pipe_forget(struct pipe *pipe, mach_port_t reply)
{
    if (forget_in(&pipe->readers, reply) || pollers_forget(&pipe->output_pollers, reply) ||
        pollers_forget(&pipe->input_pollers, reply)) {
        return true;
    }
    if (!forget_in(&pipe->writers, reply)) {
        return false;
    }
    serve_writers(pipe);
    serve_readers(pipe);
    tell_pollers(pipe);
    return true;
}
