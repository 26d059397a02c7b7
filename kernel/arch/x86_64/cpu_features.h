/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What this processor can do (CPUID, Intel SDM vol. 2), and switching it on.
 */
#pragma once

#include <lib/compiler.h>

struct cpu_features {
    bool smep;
    bool smap;
    bool umip;
    bool xsave;
    bool tsc_deadline;
    bool x2apic;
    bool pcid;
    bool invpcid;
};

/* Constant after cpu_features_init(). */
extern struct cpu_features cpu_features;

/*
 * Find out, and turn the kernel's SMAP places into instructions if there is SMAP.  Once, while code
 * is writable.
 */
void cpu_features_init(void);

/*
 * Switch on what this processor has: NX, write protection in ring 0, SMEP, SMAP, UMIP, global
 * pages, cache types, tags of TLB entries (PCID).  CR3 has tag 0.
 */
void cpu_enable_features(void);
