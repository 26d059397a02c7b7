/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newlib's declarations, and POSIX's that are about signals: no mask of signals exists here, so none is
 * saved.
 */
#pragma once

#include_next <setjmp.h>

typedef jmp_buf sigjmp_buf;

#define sigsetjmp(place, save_mask) ((void)(save_mask), setjmp(place))
#define siglongjmp(place, value)    longjmp((place), (value))
