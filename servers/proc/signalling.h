/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals to processes that catch them (proc_set_signals).
 */
#pragma once

#include <mach/mach.h>

#include "process.h"

/*
 * Send PROCESS, which is alive and not this server, SIGNAL on behalf of the process SENDER; or have it sent as
 * soon as its thread can be interrupted. It may be at its end behind it.
 *
 * Returns: as proc_kill.
 */
kern_return_t process_signal(struct process *process, int signal, int32_t sender);

/* Make what signals need that cannot be sent at once. Once, before any is. Returns: false without memory. */
bool signalling_prepare(void);

/* Send those, for ever: a thread's routine. Called without the lock. */
void *signalling_serve(void *argument);

/*
 * THREAD of TASK waits for the answer to EXCEPTION with its CODES. If its process catches the signal that it
 * stands for, let it go on there.
 *
 * Context: without the lock.
 * Returns: false, it does not, and nothing has changed.
 */
bool signal_catch_fault(mach_port_t task, mach_port_t thread, exception_type_t exception,
                        const int64_t codes[2]);
