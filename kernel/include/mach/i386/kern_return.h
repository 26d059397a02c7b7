/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Another name of <mach/machine/kern_return.h>, as on Darwin.
 */
#pragma once

#include <mach/machine/kern_return.h>
