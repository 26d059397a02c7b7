/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * poll() with Darwin's numbers.
 */
#pragma once

#include <mach/abi.h>

#define POLLIN     0x0001
#define POLLPRI    0x0002 /* never so here */
#define POLLOUT    0x0004
#define POLLERR    0x0008
#define POLLHUP    0x0010
#define POLLNVAL   0x0020
#define POLLRDNORM 0x0040
#define POLLRDBAND 0x0080 /* never so here */
#define POLLWRBAND 0x0100 /* never so here */
#define POLLWRNORM POLLOUT

struct pollfd {
    int fd;
    short events;
    short revents;
};

typedef unsigned int nfds_t;

MACH_BEGIN_DECLS

/*
 * Wait until something of EVENTS is so for one of the COUNT descriptors at FDS; TIMEOUT is in milliseconds, -1: for
 * ever. Files and directories are always ready; a kqueue is when it has events.
 * Returns: how many have revents; 0, the time is over; -1 with errno EINVAL, EINTR, ENOMEM.
 */
int poll(struct pollfd *fds, nfds_t count, int timeout);

MACH_END_DECLS
