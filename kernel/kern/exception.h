/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions: what a thread ran into becomes a message to the first of its thread's, its task's and
 * the host's exception ports that handles it, and the thread waits for the answer.
 */
#pragma once

#include <stdint.h>

#include <mach/exception_types.h>
#include <mach/kern_return.h>

#include <lib/compiler.h>
#include <kern/exception_ports.h>

struct ipc_kmsg;
struct ipc_port;

/* What happened: the kind and two words that say more (Darwin's codes). */
struct exception_report {
    exception_type_t exception;
    mach_exception_data_type_t codes[EXCEPTION_CODE_MAX];
};

/* The host's exception ports: the last resort of every thread. */
extern struct exception_ports host_exception_ports;

/*
 * Report EXCEPTION of the running thread and wait until somebody has handled it; its registers may
 * be others then. If nobody does, its task is terminated.  Context: interrupts off before and
 * after; may sleep.
 */
void exception_raise(const struct exception_report *report);

/* Terminate the running thread's task, which cannot go on after REPORT.  Context: as
 * exception_raise(). */
void exception_end_task(const struct exception_report *report);

/*
 * Tell the handlers of the running thread and of its task of REPORT, and, if WITH_HOST, the host's, until
 * one has handled it.  Context: as exception_raise().
 * Returns: KERN_SUCCESS; KERN_ABORTED, the thread is to give up what it does; KERN_FAILURE, nobody
 * has.
 */
[[nodiscard]] kern_return_t exception_notify(const struct exception_report *report, bool with_host);

/*
 * The message for ACTION about the running thread, with destination and reply still null.
 * Returns: null without memory, or when the state asked for cannot be had.
 */
struct ipc_kmsg *exception_message_create(const struct exception_report *report,
                                          const struct exception_action *action);

/*
 * Read REPLY to the message REQUEST_ID made for ACTION, and take over the registers it brings.
 * Returns: KERN_SUCCESS, the thread may go on; MIG_SERVER_DIED, no such reply; MIG_TYPE_ERROR, its
 * shape is wrong; KERN_FAILURE, it says that the exception is not handled, whatever its code;
 * KERN_INVALID_ARGUMENT or KERN_RESOURCE_SHORTAGE, its registers are no good.
 */
[[nodiscard]] kern_return_t exception_reply_read(const struct ipc_kmsg *reply,
                                                 mach_msg_id_t request_id,
                                                 const struct exception_action *action);
