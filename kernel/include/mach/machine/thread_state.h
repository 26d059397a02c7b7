/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * This machine's bound of thread states.
 */
#pragma once

#include <mach/i386/thread_state.h>
