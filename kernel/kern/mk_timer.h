/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timers of programs: a receive right to whose port an empty message comes when the time has come.
 * A timer is nothing but a dependent of its port: it goes where the receive right goes, and ends
 * with the port. An alarm (kern/alarm.h) does the waiting; arming once more replaces it.
 *
 * NAME is a name in the caller's space. All may fail with KERN_INVALID_NAME; KERN_INVALID_RIGHT, it
 * is no receive right; KERN_INVALID_ARGUMENT, it is not one of a timer.
 * Context: interrupts off.
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>
#include <mach/port.h>

#include <lib/compiler.h>

/* Set up the zone of timers.  Once, at boot. */
void mk_timer_init(void);

/* Make a timer.  Returns: the receive right's name; MACH_PORT_NULL without memory. */
mach_port_name_t mk_timer_create(void);

/* Destroy the receive right. */
[[nodiscard]] kern_return_t mk_timer_destroy(mach_port_name_t name);

/* Let the timer send its message at DEADLINE (nanoseconds since boot), or up to LEEWAY later, and no
 * more at the time it was armed for before.  Also returns: KERN_RESOURCE_SHORTAGE. */
[[nodiscard]] kern_return_t mk_timer_arm(mach_port_name_t name, uint64_t deadline, uint64_t leeway);

/* Disarm the timer; a message that was sent is not taken back.  *DEADLINE becomes the time it was
 * armed for, 0 if it was not. */
[[nodiscard]] kern_return_t mk_timer_cancel(mach_port_name_t name, uint64_t *deadline);
