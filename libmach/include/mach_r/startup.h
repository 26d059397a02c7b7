/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What this program was started with: its startup block (<mach/startup.h>) and the rights named in
 * it.
 */
#pragma once

#include <mach/startup.h>

MACH_BEGIN_DECLS

/* The block, for the whole life of the program. */
const struct startup_info *startup_block(void);

/*
 * The right of KIND (STARTUP_PORT_*) that the program was given; null if it was not.
 *
 * References: none; the name's one user reference belongs to the program as a whole.
 */
mach_port_t startup_port(uint32_t kind);

MACH_END_DECLS
