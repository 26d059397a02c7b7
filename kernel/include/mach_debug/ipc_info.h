/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What mach_port_space_info() and mach_port_kobject() tell of a name space.
 */
#pragma once

#include <mach/abi.h>
#include <mach/machine/vm_types.h>
#include <mach/port.h>

typedef struct ipc_info_space {
    natural_t iis_genno_mask; /* bits of a name that count its reuse */
    natural_t iis_table_size; /* slots, and elements of the table that comes along */
    natural_t iis_table_next; /* slots after the next growth */
    natural_t iis_tree_size;  /* the tree is no more: 0 */
    natural_t iis_tree_small;
    natural_t iis_tree_hash;
} ipc_info_space_t;

typedef struct ipc_info_space_basic {
    natural_t iisb_genno_mask;  /* as in ipc_info_space_t */
    natural_t iisb_table_size;  /* as in ipc_info_space_t */
    natural_t iisb_table_next;  /* as in ipc_info_space_t */
    natural_t iisb_table_inuse; /* names that denote something */
    natural_t iisb_reserved[2]; /* 0 */
} ipc_info_space_basic_t;

typedef struct ipc_info_name {
    mach_port_name_t iin_name;
    integer_t iin_collision;     /* 0 */
    mach_port_type_t iin_type;   /* MACH_PORT_TYPE_NONE: nothing is in this slot */
    mach_port_urefs_t iin_urefs; /* user references */
    natural_t iin_object;        /* stands for the object; equal ones are the same object */
    natural_t iin_next;          /* 0 */
    natural_t iin_hash;          /* 0 */
} ipc_info_name_t;
typedef ipc_info_name_t *ipc_info_name_array_t;

typedef struct ipc_info_tree_name {
    ipc_info_name_t iitn_name;
    mach_port_name_t iitn_lchild;
    mach_port_name_t iitn_rchild;
} ipc_info_tree_name_t;
typedef ipc_info_tree_name_t *ipc_info_tree_name_array_t;

typedef struct ipc_info_port {
    natural_t iip_port_object;
    natural_t iip_receiver_object;
} ipc_info_port_t;
typedef ipc_info_port_t exception_handler_info_t;
typedef exception_handler_info_t *exception_handler_info_array_t;

MACH_ABI_SIZE(ipc_info_space_t, 24);
MACH_ABI_SIZE(ipc_info_space_basic_t, 24);
MACH_ABI_SIZE(ipc_info_name_t, 28);
MACH_ABI_SIZE(ipc_info_tree_name_t, 36);
MACH_ABI_SIZE(ipc_info_port_t, 8);
