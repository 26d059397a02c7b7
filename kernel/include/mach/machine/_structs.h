/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * This machine's register sets.
 */
#pragma once

#include <mach/i386/_structs.h>
