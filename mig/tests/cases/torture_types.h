/* SPDX-License-Identifier: BSD-2-Clause */
/* The C types of torture.defs. */
#pragma once

#include <stdint.h>

#include <mach/port.h>

typedef int16_t short_t;
typedef int64_t long_t;
typedef unsigned int number_t;
typedef struct { int32_t v[2]; } pair_t;
typedef struct { char v[5]; } odd_t;
typedef struct { int64_t v[3]; } wide_t;
typedef struct { int32_t v[4]; } native_t;
typedef short_t triple_t[3];
typedef long_t longs_t[4];
typedef int32_t *ints_t;
typedef char *bytes_t;
typedef pair_t *pairs_t;
typedef wide_t *wides_t;
typedef char word_t[30];
typedef char text_t[61];
typedef char c_string_t[128];
typedef char *data_t;
typedef pair_t *pair_data_t;
typedef int32_t *small_data_t;
typedef int32_t *page_t;
typedef pair_t *one_t;
typedef int32_t *lent_t;
typedef mach_port_t port_pair_t[2];
typedef mach_port_t *port_few_t;
typedef mach_port_t *port_data_t;
typedef mach_port_t *port_lent_t;
typedef mach_port_t *port_fixed_t;
typedef pair_data_t data_list_t[3];
typedef port_data_t port_list_t[2];
