/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For host tests: the kernel interfaces that fake_kernel.c serves.
 */
#pragma once

#include <mach/mach_port.h>
#include <mach/mach_vm.h>
