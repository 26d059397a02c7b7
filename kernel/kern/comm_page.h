/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page of <mach/comm_page.h>, which all tasks share.
 */
#pragma once

#include <mach/kern_return.h>

#include <lib/compiler.h>

struct vm_map;

/* Write the page.  Once, at boot, when the clock is calibrated; panics without memory. */
void comm_page_init(void);

/* Map the page into MAP, readable for good, not inherited (each task gets it anew).  May sleep. */
[[nodiscard]] kern_return_t comm_page_map(struct vm_map *map);
