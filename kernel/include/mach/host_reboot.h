/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options of host_reboot. Without one the machine starts again.
 */
#pragma once

#define HOST_REBOOT_HALT     0x0008 /* power off */
#define HOST_REBOOT_UPSDELAY 0x0100
#define HOST_REBOOT_DEBUGGER 0x1000 /* stop in the debugger */

/* The low byte of the exit status for a test run under QEMU; see the kernel option debug_exit. */
#define HOST_REBOOT_DEBUG_EXIT       0x10000000
#define HOST_REBOOT_DEBUG_EXIT_SHIFT 16
#define HOST_REBOOT_DEBUG_EXIT_MASK  0x00ff0000
