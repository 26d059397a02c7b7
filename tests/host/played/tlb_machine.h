/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page tables and TLBs of the played processors.  Each map has one page, whose entry is a number that grows
 * with each change.  A processor reads the entry of the map that it has loaded, and that of the kernel, whenever
 * it can, that is, at each step of anybody, unless its TLB has it: so it has what is wrong as soon as that is
 * possible.
 */
#pragma once

#include <stdint.h>

#include <pmap_internal.h>

enum map {
    MAP_KERNEL,
    MAP_FIRST,
    MAP_SECOND,
    MAPS,
};

/* The page that all maps of users have, and that of the kernel. */
#define THE_PAGE    UINT64_C(0x400000)
#define KERNEL_PAGE UINT64_C(0xffff800000000000)

extern struct pmap tlb_pmaps[MAPS];

/* Empty tables and TLBs; all processors have the kernel's map loaded. */
void tlb_machine_begin(void);

/* Processor CPU has MAP loaded and its page in the TLB, from before. */
void tlb_machine_load(uint32_t cpu, enum map map);

/* Change the page of MAP.  Returns: the new entry. */
uint64_t tlb_machine_change(enum map map);

/* From now on nobody may use an entry of MAP before ENTRY: all have been told. */
void tlb_machine_expect(enum map map, uint64_t entry);

/* From now on nobody may have MAP loaded: its tables are gone. */
void tlb_machine_free(enum map map);

/* The running processor uses the page of MAP, which it has loaded, in user code; or its page in the kernel. */
void tlb_machine_use(enum map map);
void tlb_machine_use_kernel(void);
