/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One processor runs (smp.c), so the only TLB is the caller's, and it holds a user pmap's entries
 * only while that pmap is loaded: loading CR3 drops them.  Kernel entries are global; they are
 * dropped one by one.
 */
#include <pmap_internal.h>

#include <machine/instr.h>

void tlb_flush_page(const struct pmap *pmap, virt_addr_t virtual)
{
    if (pmap == kernel_pmap || pmap == percpu_read(pmap_active)) {
        invlpg(virtual);
    }
}

void tlb_flush_all(const struct pmap *pmap)
{
    if (pmap == percpu_read(pmap_active)) {
        write_cr3(pmap->root);
    }
}
