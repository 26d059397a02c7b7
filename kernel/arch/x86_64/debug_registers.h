/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hardware breakpoints of threads: DR0 to DR7 (Intel SDM vol. 3 chapter 18).  A thread's are loaded
 * when it is switched to; a processor whose thread has none has them switched off, so that both
 * cost a comparison in a switch between threads without.
 *
 * They watch user addresses only.  The kernel's own accesses to those on a thread's behalf trap too:
 * that is not reported to anybody.
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>
#include <mach/thread_status.h>

#include <lib/compiler.h>
#include <arch/context.h>
#include <arch/percpu.h>

/* DR7 of this processor; 0: no breakpoint is on. */
PERCPU_DECLARE(uint64_t, debug_control_loaded);

/* Load CONTEXT's breakpoints, which may be none.  Context: interrupts off. */
RARE_CALL void debug_load(const struct thread_context *context);

/* Load CONTEXT's breakpoints if it or the thread before it has any.  Context: interrupts off. */
static inline void debug_switch(const struct thread_context *context)
{
    if (UNLIKELY((context->debug.control | percpu_read(debug_control_loaded)) != 0)) {
        debug_load(context);
    }
}

/* A debug exception came: keep in CONTEXT, the running thread's, or drop (null), what DR6 says of its
 * cause. */
void debug_take_status(struct thread_context *context);

/* Tell CONTEXT's breakpoints. */
void debug_state_get(const struct thread_context *context, x86_debug_state64_t *state);

/*
 * Change them; DR6 is what the thread will be told to have, until its next debug exception.
 * Returns: KERN_SUCCESS; KERN_INVALID_ARGUMENT, an address is not the user's, or DR7 has bits that
 * are the kernel's or a breakpoint of a kind that there is not.
 */
[[nodiscard]] kern_return_t debug_state_set(struct thread_context *context,
                                            const x86_debug_state64_t *state);
