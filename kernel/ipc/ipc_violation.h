/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Misuse of ports: of guards, of names.  The call fails anyway; beside that the thread that made it is
 * told by an exception (EXC_GUARD, see <mach/exc_guard.h>), if its task wants so or somebody handles
 * those of guards.  Here it is only noted: kern/ raises it on the thread's way back to user code, when
 * nothing is locked any more.
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>
#include <mach/message.h>
#include <mach/port.h>

/* The kinds up to this one are misuse of guards, whatever a task has chosen; the others are told only to
 * tasks that want to know. */
#define IPC_VIOLATION_OF_GUARD_MAX MAX_FATAL_kGUARD_EXC_CODE

/*
 * The running thread has misused NAME: FLAVOR is one of enum mach_port_guard_exception_codes, PAYLOAD what
 * that says.  Of several before its return to user code the first counts.  Context: interrupts off; any
 * locks.
 */
void ipc_violation(mach_port_name_t name, uint64_t payload, uint32_t flavor);

/* A call on NAME ends with RESULT: note KERN_INVALID_NAME, _RIGHT and _VALUE.  Returns: RESULT.
 * Context: interrupts off. */
kern_return_t ipc_violation_by_result(mach_port_name_t name, kern_return_t result);

/* A message with HEADER, as its sender wrote it, was refused with RESULT: note which of its ports was the
 * reason.  Context: interrupts off. */
void ipc_violation_by_header(const mach_msg_header_t *header, mach_msg_return_t result);
