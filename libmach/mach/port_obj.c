/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The table of <mach/port_obj.h>.
 */
#include <mach/port_obj.h>

#include <stdlib.h>

#include <mach/mach.h>

struct port_obj_tentry *port_obj_table;
int port_obj_table_size = 64 * 1024;

void port_obj_init(int maxsize)
{
    vm_address_t table = 0;
    vm_size_t size = (vm_size_t)maxsize * sizeof(*port_obj_table);
    if (vm_allocate(mach_task_self(), &table, size, VM_FLAGS_ANYWHERE) != KERN_SUCCESS) {
        abort();
    }
    port_obj_table = (struct port_obj_tentry *)table;
}
