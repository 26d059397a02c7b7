/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bootstrap names of the system's own services, and how to wait for a service. The library looks them up when a right that a
 * program was started with has died, because the server behind it was restarted.
 */
#pragma once

#include <servers/bootstrap.h>

#define SERVICE_CONSOLE "mach_r.console" /* console.defs */
#define SERVICE_ROOT    "mach_r.root"    /* fs.defs: the root directory (initrd_fs) */
#define SERVICE_PIPES   "mach_r.pipes"   /* pipe.defs */
#define SERVICE_PROC    "mach_r.proc"    /* proc.defs: the server's own port */

MACH_BEGIN_DECLS

/* As bootstrap_look_up(), but a NAME that is not bound yet is waited for. */
kern_return_t mach_r_look_up_wait(mach_port_t bp, const name_t name, mach_port_t *port);

MACH_END_DECLS
