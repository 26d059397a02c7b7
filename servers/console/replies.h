/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Late answers to clients that may have died meanwhile.
 */
#pragma once

#include <mach/mach.h>

/*
 * Conclude sending an answer through the send-once right REPLY: if RESULT says that it did not go,
 * the right is still here, as a dead name, and is dropped.
 * Returns: true, it went.
 */
static inline bool reply_sent(kern_return_t result, mach_port_t reply)
{
    if (result != KERN_SUCCESS) {
        (void)mach_port_deallocate(mach_task_self(), reply);
    }
    return result == KERN_SUCCESS;
}
