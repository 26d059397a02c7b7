/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The types that interfaces use without further ado.
 */
#pragma once

#include <stdint.h>

#include <mach/boolean.h>
#include <mach/kern_return.h>
#include <mach/port.h>
#include <mach/vm_types.h>

typedef unsigned char uuid_t[16];
