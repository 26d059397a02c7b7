/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A processor's TLB holds entries of a user pmap only while that pmap is loaded: loading CR3 drops
 * them.  Each pmap therefore knows which processors have it loaded (`cpus`), and only those are
 * asked to forget something; an idle one has none loaded.  Entries of the kernel are global, so all
 * processors are asked.
 *
 * Invariant: a processor enters itself in `cpus` before it loads the pmap, and a flush comes after
 * the change of the tables.  So a processor that the flush does not find will walk the new tables.
 */
#include <pmap_internal.h>

#include <stdatomic.h>

#include <cross_call.h>
#include <machine/instr.h>

/* From this many pages on, everything is forgotten instead of page after page. */
#define FLUSH_SINGLY_MAX 16

struct tlb_flush {
    const struct pmap *pmap;
    virt_addr_t start;
    virt_addr_t end;
};

static void flush_here(const struct tlb_flush *flush)
{
    const struct pmap *pmap = flush->pmap;
    if (pmap != kernel_pmap && pmap != percpu_read(pmap_active)) {
        return;
    }
    if (pmap != kernel_pmap && flush->end - flush->start > FLUSH_SINGLY_MAX * PAGE_SIZE) {
        write_cr3(pmap->root);
        return;
    }
    for (virt_addr_t virtual = flush->start; virtual < flush->end; virtual += PAGE_SIZE) {
        invlpg(virtual);
    }
}

static void flush_called(const void *argument)
{
    flush_here(argument);
}

void tlb_flush_range(const struct pmap *pmap, virt_addr_t start, virt_addr_t end)
{
    struct tlb_flush flush = { pmap, start, end };
    flush_here(&flush);
    atomic_thread_fence(memory_order_seq_cst);
    cross_call(pmap == kernel_pmap ? CPU_SET_ALL : atomic_load(&pmap->cpus), flush_called, &flush);
}

void tlb_flush_here(const struct pmap *pmap, virt_addr_t virtual)
{
    struct tlb_flush flush = { pmap, virtual, virtual + PAGE_SIZE };
    flush_here(&flush);
}
