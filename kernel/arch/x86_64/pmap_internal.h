/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What pmap.c, pmap_walk.c, pmap_span.c, pv.c and tlb.c share.
 */
#pragma once

#include <stdint.h>

#include <arch/pmap.h>
#include <arch/spinlock.h>
#include <cpu_features.h>
#include <cross_call.h>
#include <machine/instr.h>
#include <page_table.h>

/* The bitmap of I/O ports fills two pages. */
#define IO_BITMAP_PAGES 2

/* Lock keys: (l) lock, (a) atomic, (c) constant after creation. */
struct pmap {
    struct spinlock lock;                /* entries of level 1 also change under pv.c's locks */
    phys_addr_t root;                    /* (c) what CR3 gets */
    uint64_t number;                     /* (c) no other one had it since boot; 0: kernel_pmap */
    _Atomic uint64_t flushes;            /* (a) flushes ordered: see tlb.c */
    _Atomic uint64_t resident;           /* (a) mapped pages */
    _Atomic uint64_t resident_peak;      /* (a) the most they ever were */
    _Atomic cpu_mask_t cpus;             /* (a) processors that have it loaded: see tlb.c */
    _Atomic uint32_t page_protections;   /* (a) entries that pv.c has changed, not flushed yet */
    uint8_t *io_bitmap[IO_BITMAP_PAGES]; /* (l) null: no ports */
};

/* The entry of VIRTUAL at LEVEL, or null if a table above it is missing.  Locks: PMAP's. */
uint64_t *pmap_walk(const struct pmap *pmap, virt_addr_t virtual, int level);

/*
 * The directory entry of VIRTUAL, with a table below it.  Returns: null if there is no memory.
 * Locks: PMAP's.
 */
[[nodiscard]] uint64_t *pmap_walk_create(struct pmap *pmap, virt_addr_t virtual);

/*
 * The directory entry of the first span in [*VIRTUAL, END) that has a table, and in *VIRTUAL the
 * first address in both; null if there is none.  Locks: PMAP's.
 */
uint64_t *pmap_next_directory(const struct pmap *pmap, virt_addr_t *virtual, virt_addr_t end);

/* Free all tables of the user half and the root; they map nothing any more. */
void pmap_free_tables(struct pmap *pmap);

/*
 * Protection of spans (pmap_span.c).  span_restrict() takes write and execute permission, as far as
 * PROTECTION lacks them, from the pages FIRST to LAST of the span, by its DIRECTORY entry alone;
 * span_settle() moves that into the table's own entries so that the directory permits everything
 * again.  Locks: the pmap's.
 */
void span_restrict(uint64_t *directory, unsigned first, unsigned last, vm_prot_t protection);
void span_settle(uint64_t *directory);

/* True if the directory entry forbids what ENTRY would permit. */
static inline bool span_forbids(uint64_t directory, uint64_t entry)
{
    return ((entry & ~directory) & PTE_WRITE) != 0 || ((directory & ~entry) & PTE_NO_EXECUTE) != 0;
}

/*
 * Reverse mappings (pv.c): which entries map a page.  All take the page's own lock; they change
 * *ENTRY and the record of it in one step.
 */

/* Build the array for all RAM from boot pages. */
void pv_init(void);

/* Make TABLE's record say that its entries are PMAP's; null when it stops being a table. */
void pv_set_table_owner(phys_addr_t table, struct pmap *pmap);

/* Make *ENTRY, not present, VALUE.  Returns: false if there is no memory for the record. */
[[nodiscard]] bool pv_enter(uint64_t *entry, uint64_t value);

/* Make *ENTRY VALUE if it maps the same page already.  Returns: what it was; 0, it did not. */
uint64_t pv_update(uint64_t *entry, uint64_t value);

/* Clear *ENTRY.  Returns: what it was, 0 if it was not present. */
uint64_t pv_clear(uint64_t *entry);

/*
 * Take the bits CLEARED from *ENTRY and give it those of SET, if it is present.  This alone takes no
 * lock: in one step, so that an entry that pv.c clears at the same time stays clear.
 * Returns: false if that changes nothing.
 */
static inline bool entry_restrict(uint64_t *entry, uint64_t cleared, uint64_t set)
{
    uint64_t old = __atomic_load_n(entry, __ATOMIC_SEQ_CST);
    uint64_t value;
    do {
        value = (old & ~cleared) | set;
        if ((old & PTE_PRESENT) == 0 || old == value) {
            return false;
        }
    } while (!__atomic_compare_exchange_n(entry, &old, value, false, __ATOMIC_SEQ_CST,
                                          __ATOMIC_SEQ_CST));
    return true;
}

/* Take what PROTECTION lacks; see entry_restrict(). */
static inline bool entry_restrict_to(uint64_t *entry, vm_prot_t protection)
{
    return entry_restrict(entry, (protection & VM_PROT_WRITE) == 0 ? PTE_WRITE : 0,
                          (protection & VM_PROT_EXECUTE) == 0 ? PTE_NO_EXECUTE : 0);
}

/*
 * TLB (tlb.c).  Make all processors forget what PMAP's tables said of [START, END); whoever changed
 * them only to permit more needs that on the own processor alone, as a fault sees to the others.
 * Context: interrupts off.
 */
void tlb_flush_range(struct pmap *pmap, virt_addr_t start, virt_addr_t end);
void tlb_flush_here(const struct pmap *pmap, virt_addr_t virtual);

/* This processor has just been entered in cpus_online: forget what others were told to forget before. */
void tlb_join(void);

/* Load PMAP's root into CR3, with as much of the TLB as is still good.  PMAP's `cpus` has this
 * processor.  Context: interrupts off. */
RARE_CALL void tlb_load_tagged(struct pmap *pmap);

static inline void tlb_load(struct pmap *pmap)
{
    if (UNLIKELY(cpu_features.pcid)) {
        tlb_load_tagged(pmap);
    } else {
        write_cr3(pmap->root);
    }
}

/* No processor has PMAP loaded, or its I/O ports in the TSS, any more (pmap_io.c).  Context:
 * interrupts off. */
void pmap_drop(struct pmap *pmap);

/* Make kernel_pmap describe the tables at ROOT.  Once, at boot. */
void pmap_init(phys_addr_t root);
