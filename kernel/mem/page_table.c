/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pages for page tables, which arch/ asks for through arch/upcalls.h.
 */
#include <arch/upcalls.h>
#include <mem/vm_page.h>

bool upcall_page_table_allocate(phys_addr_t *page)
{
    struct vm_page *table = vm_page_allocate_zeroed();
    if (table == nullptr) {
        return false;
    }
    *page = vm_page_physical(table);
    return true;
}

void upcall_page_table_free(phys_addr_t page)
{
    vm_page_free(vm_page_lookup_physical(page));
}
