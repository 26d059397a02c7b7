/* SPDX-License-Identifier: BSD-2-Clause */
/* A stand-in for the header of this name, which is generated: what user stubs call. */
#pragma once

#include <mach/mach_types.h>

kern_return_t mach_port_deallocate(mach_port_t task, mach_port_name_t name);
