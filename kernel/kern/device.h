/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hardware for drivers in user space (idl/device.defs).
 */
#pragma once

/* Set up the table of interrupts.  Once, at boot. */
void device_init(void);
