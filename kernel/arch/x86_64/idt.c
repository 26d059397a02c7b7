/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All gates are interrupt gates: the kernel is always entered with interrupts off.
 */
#include <idt.h>

#include <stdint.h>

#include <lib/compiler.h>
#include <asm_offsets.h>
#include <gdt.h>
#include <machine/instr.h>

#define GATE_COUNT   256
#define GATE_PRESENT 0x8e00 /* present, interrupt gate, for ring 0 */
#define GATE_USER    0x6000 /* INT n from ring 3 may use it */

/* Intel SDM vol. 3 section 6.14.1. */
struct gate {
    uint16_t offset_low;
    uint16_t selector;
    uint16_t flags; /* bits 0-2: IST */
    uint16_t offset_middle;
    uint32_t offset_high;
    uint32_t reserved;
};

static_assert(sizeof(struct gate) == 16);

/* entry.S: 256 stubs of 16 bytes. */
extern const uint8_t vector_stubs[GATE_COUNT][16];

static struct gate gates[GATE_COUNT] ALIGNED(16);

void idt_init(void)
{
    for (unsigned vector = 0; vector < GATE_COUNT; vector++) {
        uintptr_t stub = (uintptr_t)vector_stubs[vector];
        gates[vector] = (struct gate){
            .offset_low = (uint16_t)stub,
            .selector = KERNEL_CODE_SELECTOR,
            .flags = GATE_PRESENT,
            .offset_middle = (uint16_t)(stub >> 16),
            .offset_high = (uint32_t)(stub >> 32),
        };
    }
    gates[VECTOR_BREAKPOINT].flags |= GATE_USER;
    gates[VECTOR_DEBUG].flags |= IST_DEBUG;
    gates[VECTOR_DOUBLE_FAULT].flags |= IST_DOUBLE_FAULT;
    gates[VECTOR_NMI].flags |= IST_NMI;
    gates[VECTOR_MACHINE_CHECK].flags |= IST_MACHINE_CHECK;
}

void idt_init_cpu(void)
{
    struct descriptor_register idtr = { .limit = sizeof(gates) - 1, .base = (uintptr_t)gates };
    lidt(&idtr);
}
