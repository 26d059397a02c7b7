/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Options of thread_switch: what the caller does while others run.
 */
#pragma once

#define SWITCH_OPTION_NONE    0 /* stays runnable */
#define SWITCH_OPTION_DEPRESS 1 /* runs at lowest priority for the time given */
#define SWITCH_OPTION_WAIT    2 /* sleeps for the time given */

#define valid_switch_option(opt) (0 <= (opt) && (opt) <= 2)

/* Programs get the names of tasks and threads with it, as on Darwin; the kernel has its own. */
#if __has_include(<mach/mach_init.h>)
#include <mach/mach_traps.h>
#endif
