/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The devices of the console: their grants, and their interrupts as messages.
 */
#pragma once

#include <mach/mach.h>

/* Take screen, serial port and keyboard over, their interrupts coming to a new member of SET. What
 * is missing is done without. */
kern_return_t devices_init(mach_port_t set);
