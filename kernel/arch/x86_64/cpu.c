/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processor features, and the functions of <arch/cpu.h> that stop or idle a processor.
 */
#include <cpu_features.h>

#include <stdint.h>

#include <arch/cpu.h>
#include <arch/upcalls.h>
#include <asm_offsets.h>
#include <msr.h>

/* The cache types of PAT entries 0 to 7: the six of reset, but entry 4 is write combining. */
#define PAT_VALUE UINT64_C(0x0007040100070406)

struct cpu_features cpu_features;

/* One place that smap.inc lists. */
struct smap_patch {
    uint8_t *address;
    uint64_t last;
};

extern const struct smap_patch smap_patch_start[];
extern const struct smap_patch smap_patch_end[];

/* Make STAC and CLAC of the no-operations. */
static void smap_apply_patches(void)
{
    for (const struct smap_patch *patch = smap_patch_start; patch != smap_patch_end; patch++) {
        patch->address[1] = 0x01;
        patch->address[2] = (uint8_t)patch->last;
    }
}

/*
 * The boot tables map code writable, but the processor honours that only with the page's own bit:
 * they have it.
 */
void cpu_features_init(void)
{
    uint32_t max_leaf = cpuid(0, 0).eax;
    struct cpuid_result basic = cpuid(1, 0);
    cpu_features.xsave = (basic.ecx >> 26 & 1) != 0;
    cpu_features.tsc_deadline = (basic.ecx >> 24 & 1) != 0;
    cpu_features.x2apic = (basic.ecx >> 21 & 1) != 0;
    cpu_features.pcid = (basic.ecx >> 17 & 1) != 0;
    if (max_leaf >= 7) {
        struct cpuid_result extended = cpuid(7, 0);
        cpu_features.smep = (extended.ebx >> 7 & 1) != 0;
        cpu_features.invpcid = (extended.ebx >> 10 & 1) != 0;
        cpu_features.smap = (extended.ebx >> 20 & 1) != 0;
        cpu_features.umip = (extended.ecx >> 2 & 1) != 0;
    }
    if (cpu_features.smap) {
        smap_apply_patches();
    }
}

void cpu_enable_features(void)
{
    wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_NXE | EFER_SCE);
    wrmsr(MSR_PAT, PAT_VALUE);
    write_cr0(read_cr0() | CR0_WP | CR0_NE | CR0_MP);
    uint64_t cr4 = read_cr4() | CR4_PGE;
    cr4 |= cpu_features.smep ? CR4_SMEP : 0;
    cr4 |= cpu_features.smap ? CR4_SMAP : 0;
    cr4 |= cpu_features.umip ? CR4_UMIP : 0;
    cr4 |= cpu_features.pcid ? CR4_PCIDE : 0;
    write_cr4(cr4);
}

void cpu_idle(void)
{
    interrupts_note_on(nullptr);
    sti_hlt();
    cli();
    interrupts_note_off(nullptr);
}

void cpu_halt(void)
{
    for (;;) {
        cli();
        hlt();
    }
}
