/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newlib's header but for struct itimerspec, which Darwin has not (see <sys/types.h>).
 */
#pragma once

#define itimerspec newlib_itimerspec
#include_next <sys/timespec.h>
#undef itimerspec
