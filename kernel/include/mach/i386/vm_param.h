/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Darwin's place of <mach/machine/vm_param.h>.
 */
#pragma once

#include <mach/machine/vm_param.h>
