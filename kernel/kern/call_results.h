/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the kernel's routines have said, for tests: which routine has returned which codes since boot.  The
 * suite compares that with the errors that idl/ promises.  Kept and told in debug kernels with the boot
 * option "fail_allocations" (kern/call_failures.h), which provokes those that tests cannot.
 */
#pragma once

#include <mach/kern_return.h>
#include <mach/message.h>

/* Routine ID said RESULT.  Context: any. */
void call_result_note(mach_msg_id_t id, kern_return_t result);

/* Write them all to the log, a line "result ID CODE" for each. */
void call_results_tell(void);
