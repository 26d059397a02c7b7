/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine's truth value: there is one for all machines.
 */
#pragma once

#include <mach/boolean.h>
