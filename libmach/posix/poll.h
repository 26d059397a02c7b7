/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What poll() and select() are made of.
 */
#pragma once

#include <poll.h>
#include <stdint.h>

#include <mach/mach_types.h>

struct open_file;

/* Ask FILE's server which of EVENTS (IO_POLL_*) are so now, and how many bytes can be read. */
kern_return_t file_poll(struct open_file *file, unsigned events, unsigned *ready, uint64_t *amount);

/* Wait until FILE can be read, a signal comes, or DEADLINE of the clock. */
void file_wait(struct open_file *file, uint64_t deadline);

/*
 * poll() until DEADLINE of the clock (PARK_FOREVER: without one). SEEN: what signal_handled_count() was; also a signal
 * handled since then, before the wait began, ends it. Null: only one that comes during it.
 */
int poll_until(struct pollfd *fds, nfds_t count, uint64_t deadline, const uint32_t *seen);
