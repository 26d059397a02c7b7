/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The figures of the lock checker: classes by contention; and how long interrupts were off.
 */
#pragma once

#include <stdint.h>

#include <mach/lock_info.h>

#include <lib/compiler.h>

/*
 * Fill ENTRIES with at most COUNT classes of locks, those that had to be waited for most often
 * first, and behind them all the processor that took no interrupts for the longest time, as
 * lock_info_interrupts() has it.  Counts that change meanwhile may be a little old.
 * Returns: the number of entries; 0 in release builds.
 */
uint32_t lock_info_read(struct lock_info *entries, uint32_t count);

/* Fill ENTRY with the class of spin locks, but for those of tests, of which one was held longest.
 * Returns: false in release builds. */
[[nodiscard]] bool lock_info_longest(struct lock_info *entry);

/*
 * Fill ENTRY with the longest time for which processor CPU took no interrupts, and with the places
 * where they were disabled and enabled.  It counts no acquisitions.  Returns: false in release
 * builds.
 */
[[nodiscard]] bool lock_info_interrupts(uint32_t cpu, struct lock_info *entry);
