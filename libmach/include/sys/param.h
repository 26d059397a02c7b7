/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newlib's declarations, and Darwin's names that are here.
 */
#pragma once

#include_next <sys/param.h>

#include <sys/types.h>

#define MAXPRI 127 /* priorities go from 0 to this */
#define PUSER  50

#ifndef roundup
#define roundup(x, y) ((((x) % (y)) == 0) ? (x) : ((x) + ((y) - ((x) % (y)))))
#endif
