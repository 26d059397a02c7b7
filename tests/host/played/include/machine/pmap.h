/* SPDX-License-Identifier: BSD-2-Clause */
/* Inline bodies of <arch/pmap.h> where the real pmap_switch() runs on played processors. */
#pragma once

#include <machine/percpu.h>

#define DIRECT_MAP_BASE UINT64_C(0)

PERCPU_DECLARE(struct pmap *, pmap_active);

void pmap_switch(struct pmap *pmap);

static inline void pmap_activate(struct pmap *pmap)
{
    if (percpu_read(pmap_active) != pmap) {
        pmap_switch(pmap);
    }
}

static inline void *phys_to_virt(phys_addr_t physical)
{
    return (void *)physical;
}

static inline phys_addr_t virt_to_phys(const void *pointer)
{
    return (phys_addr_t)pointer;
}
