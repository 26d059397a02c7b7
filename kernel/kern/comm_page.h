/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page of <mach/comm_page.h>, which all tasks share.
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>

#include <lib/compiler.h>

struct vm_map;

/* Write the page.  Once, at boot, when the clock is calibrated; panics without memory. */
void comm_page_init(void);

/* Have the page show a time of day that is OFFSET nanoseconds (modulo 2^64) more than the time since
 * boot.  Calls do not overlap.  May sleep.  Returns: KERN_SUCCESS; KERN_RESOURCE_SHORTAGE. */
[[nodiscard]] kern_return_t comm_page_set_calendar(uint64_t offset);

/* Map the page into MAP, readable for good, not inherited (each task gets it anew).  May sleep. */
[[nodiscard]] kern_return_t comm_page_map(struct vm_map *map);
