/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * io_poll requests that cannot be answered yet: a list for each object that others wait for.
 */
#pragma once

#include <stdint.h>

#include <mach/mach.h>

struct poller {
    struct poller *next;
    mach_port_t reply; /* the reply right of its request */
    unsigned events;
};

/*
 * Put a request for EVENTS, of which READY are so now, into LIST, unless it can be answered or FLAGS has IO_NO_WAIT.
 * The port NOTIFY is told when REPLY dies.
 * Returns: KERN_SUCCESS, READY is the answer; MIG_NO_REPLY, REPLY is taken over and answered later;
 * SERVER_ERROR_NO_MEMORY.
 */
kern_return_t pollers_add(struct poller **list, mach_port_t reply, unsigned events, int flags,
                          unsigned ready, mach_port_t notify);

/* READY are so now, and AMOUNT bytes can be read: answer those in LIST that waited for one of them. */
void pollers_tell(struct poller **list, unsigned ready, uint64_t amount);

/* The port that the reply right REPLY was for has died. References: none taken. Returns: false if it is not in
 * LIST. */
bool pollers_forget(struct poller **list, mach_port_t reply);
