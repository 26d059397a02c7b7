/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Segments and the task state segment: what is left of them in 64-bit mode.  One of each per
 * processor.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <lib/compiler.h>
#include <arch/percpu.h>

#define TSS_IO_BITMAP_SIZE 8192

/*
 * Stacks of their own for the vectors that may come at any time; the numbers stand in the IDT's
 * gates.
 */
#define IST_DOUBLE_FAULT  1
#define IST_NMI           2
#define IST_MACHINE_CHECK 3
#define IST_DEBUG         4
#define IST_COUNT         4

/* Intel SDM vol. 3 section 8.7.  The kernel stack of the running thread begins at rsp0. */
struct PACKED tss {
    uint32_t reserved0;
    uint64_t rsp0;
    uint64_t rsp1;
    uint64_t rsp2;
    uint64_t reserved1;
    uint64_t ist[7]; /* ist[n - 1] for IST_* n */
    uint64_t reserved2;
    uint16_t reserved3;
    uint16_t io_bitmap_offset; /* past the limit: no ports */
    uint8_t io_bitmap[TSS_IO_BITMAP_SIZE +
                      1]; /* a clear bit permits the port; the last byte is all ones */
};

static_assert(offsetof(struct tss, io_bitmap) == 104);

PERCPU_DECLARE(struct tss, cpu_tss);

/* Make the caller processor CPU: load its GDT, TSS and gs base.  Once per processor, before
 * percpu_ptr() is used. */
void gdt_init_cpu(uint32_t cpu);

/* Let user code use the ports whose bits are clear in the TSS's bitmap, or none. */
static inline void tss_enable_io_bitmap(bool enable)
{
    percpu_ptr(cpu_tss)->io_bitmap_offset =
        enable ? offsetof(struct tss, io_bitmap) : sizeof(struct tss);
}
