/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The figures of the lock checker: classes by contention.
 */
#pragma once

#include <stdint.h>

#include <mach/lock_info.h>

/*
 * Fill ENTRIES with at most COUNT classes of locks, those that had to be waited for most often
 * first.  Counts that change meanwhile may be a little old.  Returns: the number of entries; 0 in
 * release builds.
 */
uint32_t lock_info_read(struct lock_info *entries, uint32_t count);
