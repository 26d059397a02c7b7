/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newlib's declarations, and what Darwin has here beside them.
 */
#pragma once

#include_next <string.h>

#include <mach/abi.h>

typedef int errno_t;
typedef size_t rsize_t;

MACH_BEGIN_DECLS

/*
 * Fill SIZE bytes at PLACE, which has ROOM, in a way that no compiler leaves out.
 *
 * Returns: 0; EINVAL, PLACE is null or ROOM beyond all sense; EOVERFLOW, SIZE is beyond ROOM, of which
 * all was filled.
 */
errno_t memset_s(void *place, rsize_t room, int byte, rsize_t size);

MACH_END_DECLS
