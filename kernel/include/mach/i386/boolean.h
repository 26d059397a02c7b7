/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Another name of <mach/machine/boolean.h>, as on Darwin.
 */
#pragma once

#include <mach/machine/boolean.h>
