/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newlib's declarations, and the types that they need.
 */
#pragma once

#include <sys/types.h>

#include_next <utime.h>
