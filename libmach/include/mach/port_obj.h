/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A table from the index of a port's name to what a server knows of the port. It is made when it is used
 * first; a server that has ports of its own names sets port_obj_table_size before.
 */
#pragma once

#include <mach/abi.h>
#include <mach/port.h>

struct port_obj_tentry {
    void *pos_value;
    int pos_type;
};

MACH_BEGIN_DECLS

extern struct port_obj_tentry *port_obj_table; /* null: not made yet */
extern int port_obj_table_size;                /* names that there is room for: 65,536 */

/* Make the table, for indices below MAXSIZE. Ends the program without memory. */
void port_obj_init(int maxsize);

MACH_END_DECLS

#define port_set_obj_value_type(pname, value, type)                 \
    do {                                                            \
        if (!port_obj_table) {                                      \
            port_obj_init(port_obj_table_size);                     \
        }                                                           \
        port_obj_table[MACH_PORT_INDEX(pname)].pos_value = (value); \
        port_obj_table[MACH_PORT_INDEX(pname)].pos_type = (type);   \
    } while (0)
#define port_get_obj_value(pname) (port_obj_table[MACH_PORT_INDEX(pname)].pos_value)
#define port_get_obj_type(pname)  (port_obj_table[MACH_PORT_INDEX(pname)].pos_type)
