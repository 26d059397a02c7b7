/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the calls that are cancellation points do about it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* In a signal's frame: not a signal, but cancel_interrupted(). */
#define CANCEL_SIGNAL 0

/* Around a wait that may end for good at any moment: nothing of the library's is held. The first does not return
 * to a thread that was cancelled. */
void cancel_point_begin(void);
void cancel_point_end(void);

/* Around a wait for a condition with this word; it ends in the second, so with the mutex held. */
void cancel_condition_begin(uint32_t *sequence);
void cancel_condition_end(void);

/* The calling thread was cancelled, and lets it happen. */
bool cancel_is_due(void);

/* The calling thread was interrupted because it was cancelled. */
void cancel_interrupted(void);
