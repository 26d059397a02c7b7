/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Assertions state invariants of our own code; user input is never asserted.  assert() is in every
 * build, so it must be cheap; debug_assert() is for checks that may walk structures.
 */
#pragma once

#include <lib/compiler.h>
#include <lib/panic.h>

/* Panic with the place and the text of CONDITION unless it is true. */
#define assert(condition) (LIKELY(condition) ? (void)0 : panic("assertion failed: %s", #condition))

/* The same in debug builds (MACH_R_DEBUG); elsewhere CONDITION is compiled but not evaluated. */
#ifdef MACH_R_DEBUG
#define debug_assert(condition) assert(condition)
#else
#define debug_assert(condition) ((void)sizeof(!(condition)))
#endif
