/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bootstrap names of the system's own services. The library looks them up when a right that a
 * program was started with has died, because the server behind it was restarted.
 */
#pragma once

#define SERVICE_CONSOLE "mach_r.console" /* console.defs */
#define SERVICE_ROOT    "mach_r.root"    /* fs.defs: the root directory (initrd_fs) */
#define SERVICE_PROC    "mach_r.proc"    /* proc.defs: the server's own port */
