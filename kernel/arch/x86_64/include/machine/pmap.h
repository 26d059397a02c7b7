/* SPDX-License-Identifier: BSD-2-Clause */
/* Inline bodies of <arch/pmap.h>. */
#pragma once

#include <machine/percpu.h>

/* Where all RAM is mapped. */
#define DIRECT_MAP_BASE UINT64_C(0xffff800000000000)

/* The map this processor has loaded. */
PERCPU_DECLARE(struct pmap *, pmap_active);

/* Load PMAP's root and what else depends on it (pmap.c). */
void pmap_switch(struct pmap *pmap);

static inline void pmap_activate(struct pmap *pmap)
{
    if (percpu_read(pmap_active) != pmap) {
        pmap_switch(pmap);
    }
}

static inline void *phys_to_virt(phys_addr_t physical)
{
    return (void *)(DIRECT_MAP_BASE + physical);
}

static inline phys_addr_t virt_to_phys(const void *pointer)
{
    return (phys_addr_t)(uintptr_t)pointer - DIRECT_MAP_BASE;
}
