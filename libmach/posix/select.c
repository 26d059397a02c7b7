/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * select() and pselect(), by poll().
 */
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <sys/select.h>
#include <sys/time.h>

#include "../threads/deadline.h"
#include "../threads/park.h"
#include "errors.h"
#include "files.h"
#include "poll.h"
#include "signals.h"

static bool is_in(int fd, const fd_set *set)
{
    return set != NULL && FD_ISSET(fd, set);
}

static unsigned collect(int count, const fd_set *reading, const fd_set *writing,
                        const fd_set *exceptional, struct pollfd *fds)
{
    unsigned used = 0;
    for (int fd = 0; fd < count; fd++) {
        short events =
            (short)((is_in(fd, reading) ? POLLIN : 0) | (is_in(fd, writing) ? POLLOUT : 0));
        if (events != 0 || is_in(fd, exceptional)) {
            fds[used++] = (struct pollfd){ .fd = fd, .events = events };
        }
    }
    return used;
}

/* Leave FD in SET if it IS_READY. Returns: 1 if it does. */
static int keep(int fd, fd_set *set, bool is_ready)
{
    if (!is_in(fd, set)) {
        return 0;
    }
    if (!is_ready) {
        FD_CLR(fd, set);
    }
    return is_ready;
}

/* Returns: how many are ready; -1 with errno EBADF, one is no descriptor. */
static int spread(const struct pollfd *fds, unsigned used, fd_set *reading, fd_set *writing,
                  fd_set *exceptional)
{
    int ready = 0;
    for (unsigned i = 0; i < used; i++) {
        if ((fds[i].revents & POLLNVAL) != 0) {
            return fail_errno(EBADF);
        }
    }
    for (unsigned i = 0; i < used; i++) {
        bool is_over = (fds[i].revents & (POLLHUP | POLLERR)) != 0;
        ready += keep(fds[i].fd, reading, is_over || (fds[i].revents & POLLIN) != 0);
        ready += keep(fds[i].fd, writing, is_over || (fds[i].revents & POLLOUT) != 0);
        ready += keep(fds[i].fd, exceptional, false);
    }
    return ready;
}

static int select_until(int count, fd_set *reading, fd_set *writing, fd_set *exceptional,
                        uint64_t deadline, const uint32_t *seen)
{
    struct pollfd fds[FILES_MAX];
    if (count < 0 || count > FD_SETSIZE) {
        return fail_errno(EINVAL);
    }
    unsigned used =
        collect(count < FILES_MAX ? count : FILES_MAX, reading, writing, exceptional, fds);
    if (poll_until(fds, used, deadline, seen) < 0) {
        return -1;
    }
    return spread(fds, used, reading, writing, exceptional);
}

int select(int count, fd_set *reading, fd_set *writing, fd_set *exceptional,
           struct timeval *timeout)
{
    uint64_t deadline = PARK_FOREVER;
    if (timeout != NULL) {
        struct timespec span = { timeout->tv_sec, timeout->tv_usec * 1000 };
        if (timeout->tv_sec < 0 || timeout->tv_usec < 0 || !deadline_after(&span, &deadline)) {
            return fail_errno(EINVAL);
        }
    }
    return select_until(count, reading, writing, exceptional, deadline, NULL);
}

int pselect(int count, fd_set *reading, fd_set *writing, fd_set *exceptional,
            const struct timespec *timeout, const sigset_t *mask)
{
    uint64_t deadline = PARK_FOREVER;
    sigset_t before;
    if (timeout != NULL && (timeout->tv_sec < 0 || !deadline_after(timeout, &deadline))) {
        return fail_errno(EINVAL);
    }
    if (mask == NULL) {
        return select_until(count, reading, writing, exceptional, deadline, NULL);
    }
    uint32_t seen = signal_handled_count();
    (void)pthread_sigmask(SIG_SETMASK, mask, &before);
    int result = select_until(count, reading, writing, exceptional, deadline, &seen);
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
    return result;
}
