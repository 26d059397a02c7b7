/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The code of EXC_GUARD: what was misused (3 bits), how (29 bits: for a port one of enum
 * mach_port_guard_exception_codes of <mach/port.h>), and which (32 bits: its name). The subcode depends on
 * how: mostly the guard. On Darwin this is <kern/exc_guard.h>.
 */
#pragma once

#include <stdint.h>

#include <mach/port.h>

#define EXC_GUARD_DECODE_GUARD_TYPE(code)   (((uint64_t)(code) >> 61) & 0x7)
#define EXC_GUARD_DECODE_GUARD_FLAVOR(code) (((uint64_t)(code) >> 32) & 0x1fffffff)
#define EXC_GUARD_DECODE_GUARD_TARGET(code) ((uint32_t)(code))

#define EXC_GUARD_ENCODE_TYPE(code, type)     ((code) |= ((uint64_t)(type) & 0x7) << 61)
#define EXC_GUARD_ENCODE_FLAVOR(code, flavor) ((code) |= ((uint64_t)(flavor) & 0x1fffffff) << 32)
#define EXC_GUARD_ENCODE_TARGET(code, target) ((code) |= (uint64_t)(target) & 0xffffffff)

/* What was misused; here only ports are guarded. */
#define GUARD_TYPE_NONE        0x0
#define GUARD_TYPE_FD          0x2
#define GUARD_TYPE_USER        0x3
#define GUARD_TYPE_VN          0x4
#define GUARD_TYPE_VIRT_MEMORY 0x5
#define GUARD_TYPE_REJECTED_SC 0x6
