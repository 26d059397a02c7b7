/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Another name of <mach/machine/vm_types.h>, as on Darwin.
 */
#pragma once

#include <mach/machine/vm_types.h>
