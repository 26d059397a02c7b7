/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls of the kernel that run out of memory, for tests.  In a debug kernel with the boot option
 * "fail_allocations", each routine is called with its first allocation failing, then its second, and so
 * on, until one call goes through; only that one is answered.  So whoever calls notices nothing as long
 * as a routine that fails leaves everything as it was: every test of the system is a test of that too.
 *
 * A routine's own allocations fail, not those for the messages around it.  Traps that also exist as messages
 * are called in the same way.  What all routines said is told at the end (kern/call_results.h).
 */
#pragma once

#include <mach/kern_return.h>
#include <mach/message.h>

#include <lib/compiler.h>

#ifdef MACH_R_DEBUG
/* Switch it on, if the boot option says so.  Once, at boot. */
void call_failures_init(void);

/* The running thread is about to call a routine. */
void call_failures_begin(void);

/* Routine ID said RESULT.  Returns: true if it is to be called again, because an allocation failed. */
bool call_failures_repeat(mach_msg_id_t id, kern_return_t result);

/* The machine stops. */
void call_failures_end(void);

/* Let an allocation of the running thread fail, the first after SUCCEED that go well; none if SUCCEED is
 * negative.  Returns: false, that is not to be had. */
bool call_failures_once(int64_t succeed);
#else
static inline void call_failures_init(void)
{
}

static inline void call_failures_begin(void)
{
}

static inline bool call_failures_repeat([[maybe_unused]] mach_msg_id_t id,
                                        [[maybe_unused]] kern_return_t result)
{
    return false;
}

static inline void call_failures_end(void)
{
}

static inline bool call_failures_once([[maybe_unused]] int64_t succeed)
{
    return false;
}
#endif
