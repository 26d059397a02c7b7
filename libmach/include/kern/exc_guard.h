/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where Darwin has it.
 */
#pragma once

#include <mach/exc_guard.h>
