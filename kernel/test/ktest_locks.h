/* SPDX-License-Identifier: BSD-2-Clause */
/* The figures of the lock checker, at the end of a run. */
#pragma once

/* Log the ten most contended classes, and the longest time with a spin lock held, as comments of
 * TAP; nothing in release builds. */
void ktest_locks_print(void);

/* Take two locks in the wrong order, which debug builds do not survive (boot option `lock_order`). */
void ktest_locks_break_order(void);
