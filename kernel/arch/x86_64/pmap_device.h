/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pmap_map_device() with a choice of the cache type, for the screen.
 */
#pragma once

#include <arch/pmap.h>

/* Map SIZE bytes at PHYSICAL for the kernel.  Returns: null if impossible. */
[[nodiscard]] void *pmap_map_device_cached(phys_addr_t physical, uint64_t size,
                                           enum pmap_cache cache);
