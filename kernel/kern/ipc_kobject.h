/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages to kernel objects.  A message whose destination is a kernel port does not wait in a
 * queue: the sender itself carries it to the generated stub of the routine that its id names, and
 * brings the reply back (upcall_kobject_call() in ipc/upcalls.h, which this file's .c defines).
 *
 * What the routine got out of the message is its own if it succeeds; if it fails, everything that
 * came with the message is destroyed here.  The stubs release what they translated.
 */
#pragma once

/* Enter the subsystems in the table of ids.  Once, at boot. */
void ipc_kobject_init(void);
