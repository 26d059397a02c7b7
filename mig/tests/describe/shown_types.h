/* SPDX-License-Identifier: BSD-2-Clause */
/* The C types of shown.defs. */
#pragma once

#include <stdint.h>

typedef char *string_t;
typedef int32_t *int_pointer_t;
typedef char name_t[12];
typedef int32_t three_t[3];
typedef string_t pages_t[3];
typedef mach_port_t *groups_t[2];
