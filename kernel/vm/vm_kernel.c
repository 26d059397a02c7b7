/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Start of virtual memory: the zones of all its kinds of objects, which are the ledger's lines.
 */
#include <vm/vm_map.h>

#include <vm/vm_map_internal.h>
#include <vm/vm_purgeable.h>

void vm_init(void)
{
    vm_object_init();
    vm_purgeable_init();
    vm_map_init_zones();
    vm_map_copy_init_zone();
}
