/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The machine's result of a call: there is one for all machines.
 */
#pragma once

#include <mach/kern_return.h>
