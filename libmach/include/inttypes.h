/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * newlib's header, which has to know which of two types of one size <machine/_default_types.h>
 * chooses.
 */
#pragma once

#include <stdint.h>
#include_next <inttypes.h>
