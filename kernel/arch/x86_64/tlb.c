/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Each pmap knows which processors have it loaded (`cpus`), and only those are asked to forget
 * something; an idle one has none loaded.  Entries of the kernel are global, so all processors are
 * asked; one that comes up has used them before anybody could ask it, and drops all that it has.
 *
 * Without PCID a processor's TLB holds entries of a user pmap only while that is loaded: loading CR3
 * drops them.  With PCID they may stay, under the tag that the processor gave the pmap, and the count
 * of flushes says whether they are still good (arch/address_tags.h).
 *
 * Invariant: a processor enters itself in `cpus` before it reads the count and loads the pmap; a
 * flush comes after the change of the tables, counts itself, and then looks at `cpus`.  So a
 * processor that the flush does not find sees the new count, and will walk the new tables.
 */
#include <pmap_internal.h>

#include <stdatomic.h>

#include <arch/address_tags.h>
#include <cpu_features.h>
#include <cross_call.h>
#include <msr.h>
#include <machine/instr.h>

/* From this many pages on, everything is forgotten instead of page after page. */
#define FLUSH_SINGLY_MAX 16

/* In CR3: keep the entries of the tag. */
#define CR3_KEEP (UINT64_C(1) << 63)

static PERCPU_DEFINE(struct address_tags, address_tags);

struct tlb_flush {
    const struct pmap *pmap;
    virt_addr_t start;
    virt_addr_t end;
    uint64_t number; /* among the pmap's; 0: one for this processor alone */
};

RARE_CALL void tlb_load_tagged(struct pmap *pmap)
{
    struct address_tags *tags = percpu_ptr(address_tags);
    uint64_t keep = CR3_KEEP;
    if (pmap == kernel_pmap) {
        tags->loaded = 0;
    } else if (address_tags_load(tags, pmap->number, atomic_load(&pmap->flushes))) {
        keep = 0;
    }
    write_cr3(pmap->root | tags->loaded | keep);
}

/* Forget all of PMAP, the loaded one. */
static void flush_all(const struct pmap *pmap)
{
    uint32_t tag = percpu_ptr(address_tags)->loaded; /* 0 without PCID */
    if (cpu_features.invpcid && cpu_features.pcid) {
        invpcid_single(tag);
    } else {
        write_cr3(pmap->root | tag);
    }
}

static void flush_here(const struct tlb_flush *flush)
{
    const struct pmap *pmap = flush->pmap;
    if (pmap != kernel_pmap && pmap != percpu_read(pmap_active)) {
        return;
    }
    if (pmap != kernel_pmap && flush->end - flush->start > FLUSH_SINGLY_MAX * PAGE_SIZE) {
        flush_all(pmap);
    } else {
        for (virt_addr_t virtual = flush->start; virtual < flush->end; virtual += PAGE_SIZE) {
            invlpg(virtual);
        }
    }
    if (pmap != kernel_pmap && flush->number != 0) {
        address_tags_flushed(percpu_ptr(address_tags), flush->number);
    }
}

static void flush_called(const void *argument)
{
    flush_here(argument);
}

void tlb_flush_range(struct pmap *pmap, virt_addr_t start, virt_addr_t end)
{
    /* The count is also the fence between the tables and `cpus`. */
    struct tlb_flush flush = { pmap, start, end, atomic_fetch_add(&pmap->flushes, 1) + 1 };
    flush_here(&flush);
    cross_call(pmap == kernel_pmap ? CPU_SET_ALL : atomic_load(&pmap->cpus), flush_called, &flush);
}

void tlb_flush_here(const struct pmap *pmap, virt_addr_t virtual)
{
    struct tlb_flush flush = { pmap, virtual, virtual + PAGE_SIZE, 0 };
    flush_here(&flush);
}

void tlb_join(void)
{
    uint64_t cr4 = read_cr4();
    write_cr4(cr4 & ~CR4_PGE);
    write_cr4(cr4);
}
