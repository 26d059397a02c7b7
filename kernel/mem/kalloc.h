/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The boot step of kalloc(), whose contract stands with the zones (mem/zone.h).
 */
#pragma once

/* Make the size classes.  Called once by vm_page_init(). */
void kalloc_init(void);
