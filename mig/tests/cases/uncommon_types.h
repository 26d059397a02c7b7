/* SPDX-License-Identifier: BSD-2-Clause */
/* The C types of uncommon.defs. */
#pragma once

#include <mach/mach_types.h>

typedef mach_port_t *uncommon_ports_t;
typedef char *uncommon_data_t;
typedef int *uncommon_block_t;
typedef mach_port_t *uncommon_rights_t;
typedef uncommon_data_t *uncommon_data_list_t;
typedef uncommon_block_t *uncommon_block_list_t;
typedef uncommon_rights_t *uncommon_rights_list_t;
