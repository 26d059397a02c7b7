/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Clocks as kernel objects (idl/clock.defs, idl/clock_priv.defs): the time since boot and the time of day.  They are
 * never destroyed.  Only the first has alarms (kern/alarm.h).
 */
#pragma once

#include <stdint.h>

#include <mach/clock_types.h>
#include <mach/kern_return.h>

#include <lib/compiler.h>

struct ipc_port;

#define CLOCK_COUNT 2

struct clock {
    struct ipc_port *port;
    struct ipc_port *control_port; /* idl/clock_priv.defs */
    _Atomic uint64_t offset;       /* nanoseconds between boot and its zero, modulo 2^64 */
};

/* By clock id. */
extern struct clock clocks[CLOCK_COUNT];

/* Make the ports.  Once, at boot; panics without memory. */
void clocks_init(void);

/* NANOSECONDS as seconds and nanoseconds. */
static inline mach_timespec_t clock_timespec(uint64_t nanoseconds)
{
    return (mach_timespec_t){
        .tv_sec = (unsigned)(nanoseconds / NSEC_PER_SEC),
        .tv_nsec = (clock_res_t)(nanoseconds % NSEC_PER_SEC),
    };
}

/*
 * Send PORT, by a send-once right that is consumed on success, the message of an alarm of type TYPE:
 * RESULT, and the time at which it is sent.  That is at DEADLINE (nanoseconds since boot), at once
 * if it has passed, never if PORT dies before.
 * Returns: KERN_SUCCESS; KERN_RESOURCE_SHORTAGE.
 */
[[nodiscard]] kern_return_t clock_alarm_set(struct ipc_port *port, alarm_type_t type,
                                            kern_return_t result, uint64_t deadline);
