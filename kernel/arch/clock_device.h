/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time: a monotonic counter and one alarm per processor.
 */
#pragma once

#include <stdint.h>

#include <lib/compiler.h>

/* Nanoseconds since boot, monotonic, the same on all processors. */
uint64_t clock_now(void);

/* The same for a moment at which cpu_cycles() was CYCLES; and the length of so many cycles. */
uint64_t clock_at(uint64_t cycles);
uint64_t clock_duration(uint64_t cycles);

/*
 * The time-stamp value of boot and its frequency: nanoseconds = (tsc - base) * numer / denom (for
 * the comm page).
 */
struct clock_parameters {
    uint64_t tsc_base;
    uint64_t tsc_hz;
    uint32_t numer;
    uint32_t denom;
};
struct clock_parameters clock_parameters(void);

/*
 * Let upcall_timer() happen on this processor at DEADLINE (nanoseconds since boot) or right after;
 * replaces the former alarm; UINT64_MAX cancels it.  Context: interrupts off.
 */
void clock_set_alarm(uint64_t deadline);

/* Seconds since 1970 at boot, from the battery clock; 0 if there is none. */
uint64_t clock_boot_calendar_seconds(void);
