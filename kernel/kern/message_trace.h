/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What programs say to each other, for people who want to see it: in a debug kernel with the boot option
 * "trace_messages", each message that a task sends or receives is a line of the log; with
 * "trace_messages=WHO" only those of the tasks that run program WHO, or have it as process id.
 *
 *     sh[9] > io_read(object=0x1503, offset=0, amount=512, flags=0)     sh sends this request,
 *     console[4] < io_read(object=0x907, offset=0, amount=512, flags=0) the server gets it, by its
 *     console[4] > io_read -> (data="ls")                               own name of the port,
 *     sh[9] < io_read -> (data="ls")                                    and answers
 *     sh[9] ! fs_lookup(directory=0x1203, ...): error 0x10000003        could not be sent
 *
 * Read from the senders' and receivers' memory as they enter and leave mach_msg, so nothing on the way of
 * a message knows of it.  No lock is taken and no message sent.
 */
#pragma once

#include <stdint.h>

#include <lib/compiler.h>

#ifdef MACH_R_DEBUG
/* Switch it on, if the boot option says so.  Once, at boot. */
void message_trace_init(void);

/*
 * The running thread enters Mach trap NUMBER with these first arguments; it leaves it with RESULT.
 * Context: interrupts off, no locks; may sleep.
 */
void message_trace_enter(uint32_t number, uint64_t buffer, uint64_t option, uint64_t size);
void message_trace_leave(uint32_t number, uint64_t buffer, uint64_t option, uint64_t result);
#else
static inline void message_trace_init(void)
{
}
#endif
