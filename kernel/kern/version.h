/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What this kernel calls itself: the first line at boot, host_kernel_version, and the comm page.
 */
#pragma once

#define KERNEL_VERSION "Mach_R kernel v0.1.0"
