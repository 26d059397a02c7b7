/* SPDX-License-Identifier: BSD-2-Clause */
/* C types of room.defs. */
#pragma once

#include <stdint.h>

typedef int32_t *numbers_t;
typedef int64_t *pairs_t;
typedef int64_t *longs_t;
typedef char *char_array;
typedef char_array *list_t;
typedef longs_t *heap_t;
