/* SPDX-License-Identifier: BSD-2-Clause */
/* The C types of regions.defs. */
#pragma once

#include <mach/message.h>
#include <mach/port.h>

typedef char *bytes_t;
typedef int *numbers_t, *block_t, *lent_t;
typedef mach_port_t *rights_t;
typedef bytes_t texts_t[3];
typedef numbers_t tables_t[4], rows_t[2];
typedef block_t blocks_t[3];
typedef rights_t groups_t[2];
typedef lent_t loans_t[3];
typedef char line_t[9];
typedef mach_port_t few_t[3];

enum {
    patience = 100
}; /* milliseconds */
