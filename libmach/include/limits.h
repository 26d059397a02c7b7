/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The compiler's and newlib's limits, and those that Darwin has here beside them.
 */
#pragma once

#include_next <limits.h>

#include <sys/syslimits.h>

#ifndef SSIZE_MAX
#define SSIZE_MAX LONG_MAX
#endif
#define SIZE_T_MAX ULONG_MAX
#define QUAD_MAX   LLONG_MAX
#define QUAD_MIN   LLONG_MIN
#define UQUAD_MAX  ULLONG_MAX
#define OFF_MAX    LLONG_MAX
#define OFF_MIN    LLONG_MIN
