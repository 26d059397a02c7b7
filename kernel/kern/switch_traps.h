/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The traps with which a thread gives its processor away.
 */
#pragma once

#include <kern/trap_handler.h>

TRAP_HANDLER(swtch);
TRAP_HANDLER(swtch_pri);
TRAP_HANDLER(thread_switch);
TRAP_HANDLER(mach_wait_until_trap);
TRAP_HANDLER(clock_sleep_trap);
