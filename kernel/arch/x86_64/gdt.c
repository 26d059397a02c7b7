/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The order of the user's segments is SYSRET's (SDM vol. 2): data, then 64-bit code; the 32-bit
 * code segment it would want below them is left empty, so that user code runs in 64-bit mode only.
 */
#include <gdt.h>

#include <arch/cpu.h>
#include <asm_offsets.h>
#include <msr.h>

#define SEGMENT_KERNEL_CODE UINT64_C(0x00af9b000000ffff)
#define SEGMENT_KERNEL_DATA UINT64_C(0x00cf93000000ffff)
#define SEGMENT_USER_DATA   UINT64_C(0x00cff3000000ffff)
#define SEGMENT_USER_CODE   UINT64_C(0x00affb000000ffff)
#define DESCRIPTOR_TSS      UINT64_C(0x0000890000000000)

#define IST_STACK_SIZE 8192

struct gdt {
    uint64_t entries[8];
};

struct ist_stacks {
    uint8_t of[IST_COUNT][IST_STACK_SIZE] ALIGNED(16);
};

PERCPU_DEFINE(struct tss, cpu_tss);
PERCPU_DEFINE(uint64_t, percpu_base);
PERCPU_DEFINE(uint32_t, cpu_number);
PERCPU_DEFINE(cpu_mask_t, cpu_self_mask);
PERCPU_DEFINE(uint64_t, syscall_user_sp);
static PERCPU_DEFINE(struct gdt, cpu_gdt);
static PERCPU_DEFINE(struct ist_stacks, cpu_ist_stacks);

uint64_t percpu_bases[CPU_MAX];

/* The two words of a TSS descriptor. */
static void gdt_set_tss(struct gdt *gdt, const struct tss *tss)
{
    uint64_t base = (uintptr_t)tss;
    uint64_t limit = sizeof(*tss) - 1;
    uint64_t *entry = &gdt->entries[TSS_SELECTOR / 8];
    entry[0] = DESCRIPTOR_TSS | limit | (base & 0xffffff) << 16 | (base >> 24 & 0xff) << 56;
    entry[1] = base >> 32;
}

static void tss_init(struct tss *tss, const struct ist_stacks *stacks)
{
    for (int i = 0; i < IST_COUNT; i++) {
        tss->ist[i] = (uintptr_t)stacks->of[i] + IST_STACK_SIZE;
    }
    for (size_t i = 0; i < sizeof(tss->io_bitmap); i++) {
        tss->io_bitmap[i] = 0xff;
    }
    tss->io_bitmap_offset = sizeof(*tss);
}

void gdt_init_cpu(uint32_t cpu)
{
    struct gdt *gdt = percpu_ptr_of(cpu, cpu_gdt);
    struct tss *tss = percpu_ptr_of(cpu, cpu_tss);
    gdt->entries[KERNEL_CODE_SELECTOR / 8] = SEGMENT_KERNEL_CODE;
    gdt->entries[KERNEL_DATA_SELECTOR / 8] = SEGMENT_KERNEL_DATA;
    gdt->entries[USER_DATA_SELECTOR / 8] = SEGMENT_USER_DATA;
    gdt->entries[USER_CODE_SELECTOR / 8] = SEGMENT_USER_CODE;
    tss_init(tss, percpu_ptr_of(cpu, cpu_ist_stacks));
    gdt_set_tss(gdt, tss);

    struct descriptor_register gdtr = { .limit = sizeof(*gdt) - 1, .base = (uintptr_t)gdt };
    lgdt(&gdtr);
    load_segments(KERNEL_CODE_SELECTOR, KERNEL_DATA_SELECTOR);
    ltr(TSS_SELECTOR);
    wrmsr(MSR_GS_BASE, percpu_bases[cpu]);
    wrmsr(MSR_KERNEL_GS_BASE, 0);
    percpu_write(percpu_base, percpu_bases[cpu]);
    percpu_write(cpu_number, cpu);
    percpu_write(cpu_self_mask, CPU_BIT(cpu));
}
