/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who gives up waiting destroys the port that the answer was for, and the kernel says so.
 */
#include "pollers.h"

#include <stdlib.h>

#include <mach/mig_errors.h>
#include <mach/notify.h>
#include <mach_r/io_server.h>
#include <mach_r/io_types.h>

/* Requests that may wait at a time, at all objects of the server. */
#define POLLERS_MAX 256

static unsigned count;

static bool is_answer(unsigned events, unsigned ready)
{
    return (ready & (events | IO_POLL_ALWAYS)) != 0;
}

static kern_return_t watch(mach_port_t reply, mach_port_t notify)
{
    mach_port_t previous;
    return mach_port_request_notification(mach_task_self(), reply, MACH_NOTIFY_DEAD_NAME, 1, notify,
                                          MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous);
}

kern_return_t pollers_add(struct poller **list, mach_port_t reply, unsigned events, int flags,
                          unsigned ready, mach_port_t notify)
{
    if (is_answer(events, ready) || (flags & IO_NO_WAIT) != 0) {
        return KERN_SUCCESS;
    }
    struct poller *poller = count < POLLERS_MAX ? malloc(sizeof(*poller)) : nullptr;
    if (poller == nullptr || watch(reply, notify) != KERN_SUCCESS) {
        free(poller);
        return SERVER_ERROR_NO_MEMORY;
    }
    *poller = (struct poller){ .next = *list, .reply = reply, .events = events };
    *list = poller;
    count++;
    return MIG_NO_REPLY;
}

/* Take the poller at LINK off its list. */
static void take_off(struct poller **link)
{
    struct poller *poller = *link;
    *link = poller->next;
    count--;
    free(poller);
}

void pollers_tell(struct poller **list, unsigned ready, uint64_t amount)
{
    while (*list != nullptr) {
        if (is_answer((*list)->events, ready)) {
            (void)serve_io_poll_reply((*list)->reply, ready, amount);
            take_off(list);
        } else {
            list = &(*list)->next;
        }
    }
}

bool pollers_forget(struct poller **list, mach_port_t reply)
{
    while (*list != nullptr && (*list)->reply != reply) {
        list = &(*list)->next;
    }
    if (*list == nullptr) {
        return false;
    }
    take_off(list);
    return true;
}
