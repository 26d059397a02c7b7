/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Conversions between nanoseconds and ticks of mach_absolute_time().
 */
#pragma once

#include <stdint.h>

#include <mach/clock_types.h>

uint64_t mach_time_to_ns(uint64_t ticks);

/* Rounded up; saturates. */
uint64_t mach_time_from_ns(uint64_t ns);
