/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newlib's declarations, which need integer types that newlib does not bring.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include_next <stdatomic.h>
