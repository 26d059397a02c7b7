/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An older name of <mach/vm_map.h>, as on Darwin.
 */
#pragma once

#include <mach/vm_map.h>
