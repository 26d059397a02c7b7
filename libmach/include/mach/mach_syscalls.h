/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Another name of <mach/mach_traps.h>, as on Darwin.
 */
#pragma once

#include <mach/mach_traps.h>
