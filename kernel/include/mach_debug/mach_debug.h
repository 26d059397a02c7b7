/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Another name of <mach_debug/mach_debug_types.h>, as on Darwin.
 */
#pragma once

#include <mach_debug/mach_debug_types.h>
