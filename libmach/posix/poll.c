/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * poll() and select(). Each server is asked what is so now; if nothing is, each is asked to tell, all to one port, and the
 * first answer, or the end of a server, has all of them asked anew. Destroying the port takes the others' questions back.
 */
#include "poll.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include <mach/mach_init.h>
#include <mach/mach_port.h>
#include <mach/mach_time.h>

#include "../mach/mach_time.h"
#include "../rpc/stubs.h"
#include "../threads/cancel.h"
#include "../threads/deadline.h"
#include "errors.h"
#include "files.h"
#include "signals.h"

#define READING (POLLIN | POLLRDNORM)

/* While a signal may come only during the wait: how often to see whether it has, in milliseconds. */
#define SLICE 10

static unsigned events_asked(short events)
{
    return ((events & READING) != 0 ? IO_POLL_READ : 0) |
           ((events & POLLOUT) != 0 ? IO_POLL_WRITE : 0);
}

static short events_told(unsigned ready, short events)
{
    int told = ((ready & IO_POLL_READ) != 0 ? events & READING : 0) |
               ((ready & IO_POLL_WRITE) != 0 ? events & POLLOUT : 0) |
               ((ready & IO_POLL_ERROR) != 0 ? POLLERR : 0) |
               ((ready & IO_POLL_HANGUP) != 0 ? POLLHUP : 0);
    return (short)told;
}

kern_return_t file_poll(struct open_file *file, unsigned events, unsigned *ready, uint64_t *amount)
{
    kern_return_t result;
    mach_port_t port = file_port(file);
    result = io_poll(port, file->offset, events, IO_NO_WAIT, ready, amount);
    if (server_died(result) && file_reopen(file, port) == KERN_SUCCESS) {
        result = io_poll(file_port(file), file->offset, events, IO_NO_WAIT, ready, amount);
    }
    return result;
}

struct watch {
    struct pollfd *fds;
    nfds_t count;
    struct open_file **files; /* of each; null: it has none */
    mach_port_t port;
};

/* What is so now. Returns: how many have something to tell. */
static int look(const struct watch *watch)
{
    int found = 0;
    for (nfds_t i = 0; i < watch->count; i++) {
        struct pollfd *fd = &watch->fds[i];
        unsigned ready = 0;
        uint64_t amount;
        fd->revents = 0;
        if (watch->files[i] != NULL) {
            kern_return_t result =
                file_poll(watch->files[i], events_asked(fd->events), &ready, &amount);
            fd->revents = result == KERN_SUCCESS ? events_told(ready, fd->events) : POLLERR;
        } else if (fd->fd >= 0) {
            fd->revents = POLLNVAL;
        }
        found += fd->revents != 0;
    }
    return found;
}

static void ask(const struct watch *watch)
{
    for (nfds_t i = 0; i < watch->count; i++) {
        if (watch->files[i] != NULL) {
            (void)io_poll_send(file_port(watch->files[i]), watch->files[i]->offset,
                               events_asked(watch->fds[i].events), 0, watch->port);
        }
    }
}

static void end_wait(void *argument)
{
    struct watch *watch = argument;
    (void)mach_port_mod_refs(mach_task_self_, watch->port, MACH_PORT_RIGHT_RECEIVE, -1);
    watch->port = MACH_PORT_NULL;
}

static void end_watch(void *argument)
{
    struct watch *watch = argument;
    for (nfds_t i = 0; i < watch->count; i++) {
        if (watch->files[i] != NULL) {
            file_put(watch->files[i]);
        }
    }
    free(watch->files);
}

/* Milliseconds from now to DEADLINE, rounded up, at most MOST. */
static mach_msg_timeout_t time_left(uint64_t deadline, mach_msg_timeout_t most)
{
    uint64_t now = mach_absolute_time();
    uint64_t left = now >= deadline ? 0 : mach_time_to_ns(deadline - now);
    uint64_t ms = (left + NSEC_PER_MSEC - 1) / NSEC_PER_MSEC;
    return ms < most ? (mach_msg_timeout_t)ms : most;
}

static mach_msg_return_t receive(mach_port_t port, uint64_t deadline, mach_msg_timeout_t most)
{
    struct {
        mach_msg_header_t header;
        char rest[sizeof(__Reply__io_poll_t) + MAX_TRAILER_SIZE];
    } message;
    mach_msg_option_t options = MACH_RCV_MSG | MACH_RCV_INTERRUPT;
    if (deadline != PARK_FOREVER || most != UINT32_MAX) {
        options |= MACH_RCV_TIMEOUT;
    }
    return mach_msg(&message.header, options, 0, sizeof(message), port, time_left(deadline, most),
                    MACH_PORT_NULL);
}

/* Wait for a change, but not beyond DEADLINE. Returns: MACH_RCV_INTERRUPTED, a signal came. */
static mach_msg_return_t wait_for_change(struct watch *watch, uint64_t deadline, bool is_sliced)
{
    mach_msg_return_t result;
    watch->port = mach_reply_port();
    ask(watch);
    pthread_cleanup_push(end_wait, watch);
    cancel_point_begin();
    result = receive(watch->port, deadline, is_sliced ? SLICE : UINT32_MAX);
    cancel_point_end();
    pthread_cleanup_pop(1);
    return result;
}

/* Returns: as poll(), with the errno negative. */
static int wait_until(struct watch *watch, uint64_t deadline, const uint32_t *seen)
{
    for (;;) {
        int found = look(watch);
        if (found != 0 || mach_absolute_time() >= deadline) {
            return found;
        }
        if ((seen != NULL && signal_handled_count() != *seen) ||
            wait_for_change(watch, deadline, seen != NULL) == MACH_RCV_INTERRUPTED) {
            return -EINTR;
        }
    }
}

void file_wait(struct open_file *file, uint64_t deadline)
{
    struct pollfd fd = { .events = POLLIN };
    struct watch watch = { .fds = &fd, .count = 1, .files = &file };
    (void)wait_until(&watch, deadline, NULL);
}

int poll_until(struct pollfd *fds, nfds_t count, uint64_t deadline, const uint32_t *seen)
{
    int result;
    struct watch watch = { .fds = fds, .count = count };
    watch.files = calloc(count + 1, sizeof(struct open_file *));
    if (watch.files == NULL) {
        return fail_errno(ENOMEM);
    }
    int error = errno;
    for (nfds_t i = 0; i < count; i++) {
        watch.files[i] = fds[i].fd >= 0 ? file_get(fds[i].fd) : NULL;
    }
    errno = error;
    pthread_cleanup_push(end_watch, &watch);
    result = wait_until(&watch, deadline, seen);
    pthread_cleanup_pop(1);
    return result < 0 ? fail_errno(-result) : result;
}

int poll(struct pollfd *fds, nfds_t count, int timeout)
{
    uint64_t deadline = PARK_FOREVER;
    if (count > FILES_MAX) {
        return fail_errno(EINVAL);
    }
    if (timeout >= 0) {
        deadline = mach_absolute_time() + mach_time_from_ns((uint64_t)timeout * NSEC_PER_MSEC);
    }
    return poll_until(fds, count, deadline, NULL);
}
