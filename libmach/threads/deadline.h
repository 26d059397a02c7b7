/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Points in time as POSIX names them, as points of the clock that waiting goes by.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

/* The moment SPAN from now. Returns: false, SPAN is not a time. */
bool deadline_after(const struct timespec *span, uint64_t *deadline);

/* The moment when the time of day is TIME; nothing sets the time of day meanwhile. */
bool deadline_at(const struct timespec *time, uint64_t *deadline);
