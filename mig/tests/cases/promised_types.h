/* SPDX-License-Identifier: BSD-2-Clause */
/* The C types of promised.defs. */
#pragma once

#include <stdint.h>

typedef char *string_t;
typedef char name_t[12];
