/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How a signal comes to a thread from outside: whoever holds the thread's port puts a frame with its
 * registers into memory of its task and lets it go on at the library's entry, which calls the handler
 * and then goes on where the thread was. The process server does so for faults and for what other
 * processes send, pthread_kill() for the process itself.
 */
#pragma once

#include <stdint.h>

#include <mach/mach_types.h>
#include <mach/thread_status.h>

struct signal_frame {
    int32_t signal;
    int32_t code;      /* si_code */
    uint64_t address;  /* si_addr */
    int32_t sender;    /* its pid */
    uint32_t user;     /* likewise */
    uint64_t is_fault; /* the thread's own doing, which it does again if nothing changes */
    x86_exception_state64_t fault;
    x86_thread_state64_t registers; /* to go on with */
};

MACH_BEGIN_DECLS

/*
 * Let THREAD of TASK go on at ENTRY with FRAME, whose registers and fault are filled in. The thread waits
 * for the answer to its exception, or is suspended and in no call of the kernel.
 *
 * Returns: KERN_SUCCESS; else nothing has changed: KERN_RESOURCE_SHORTAGE and the like, no memory in TASK;
 * KERN_TERMINATED or KERN_INVALID_ARGUMENT, it has ended.
 */
kern_return_t signal_deliver(task_t task, thread_act_t thread, uint64_t entry,
                             struct signal_frame *frame);

/*
 * The same for a thread that may be doing anything: stop it, break off its wait, let it go on. Takes calls
 * of the kernel only, none of which waits for the thread.
 *
 * Returns: as signal_deliver(); KERN_ABORTED, it is in a call that cannot be broken off now: try again.
 */
kern_return_t signal_try(task_t task, thread_act_t thread, uint64_t entry,
                         struct signal_frame *frame);

/*
 * The same again and again, for a second or so.
 *
 * Returns: as signal_deliver(); KERN_FAILURE, the thread does not leave the kernel.
 */
kern_return_t signal_interrupt(task_t task, thread_act_t thread, uint64_t entry,
                               struct signal_frame *frame);

MACH_END_DECLS
