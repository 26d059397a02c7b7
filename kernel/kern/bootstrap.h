/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first task: init, from the first boot module, with all power over the machine in its startup
 * block.
 */
#pragma once

#include <lib/compiler.h>

/*
 * Load init and let it run.  If that is impossible (no module, no executable, no memory), one line
 * says why.
 * Context: a thread, interrupts on.  Returns: true if init runs.
 */
bool bootstrap_start_init(void);
