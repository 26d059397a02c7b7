/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device interrupts, numbered by ISA IRQ (0-15, through ACPI's overrides) or global system
 * interrupt (16 and above). An interrupt is masked when it comes and stays so until irq_unmask():
 * user-space drivers need no other protocol.
 */
#pragma once

#include <stdint.h>

#include <mach/kern_return.h>

#include <lib/compiler.h>

#define IRQ_MAX 256

/*
 * Route IRQ to upcall_interrupt() on the boot processor and unmask it.
 * Returns: KERN_SUCCESS; KERN_INVALID_ARGUMENT, no such interrupt or one the kernel uses itself.
 */
[[nodiscard]] kern_return_t irq_enable(uint32_t irq);

/* Mask IRQ and forget its route. */
void irq_disable(uint32_t irq);

/* Let IRQ come again after upcall_interrupt(). */
void irq_unmask(uint32_t irq);

/*
 * Make processor CPU, not the caller's, set its `ast_pending` and look for a preemption: an
 * interrupt.  Context: interrupts off.
 */
void cpu_poke(uint32_t cpu);
