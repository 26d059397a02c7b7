/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Processors.  The boot processor runs; the firmware leaves the others waiting for a start message,
 * and there they stay.
 */
#include <smp.h>

#include <lib/log.h>
#include <arch/cpu.h>
#include <arch/irq.h>
#include <acpi.h>
#include <idt.h>
#include <lapic.h>

/* Running processors, and their controllers' numbers. */
static uint32_t running = 1;
static uint32_t apic_ids[CPU_MAX];

void smp_init(void)
{
    apic_ids[0] = lapic_id();
    uint32_t present = acpi_info.has_madt ? acpi_info.madt.cpu_count : 1;
    if (present > running) {
        log_debug("%u processors, %u in use", present, running);
    }
}

uint32_t cpu_count(void)
{
    return running;
}

void cpu_poke(uint32_t cpu)
{
    if (cpu != cpu_index()) {
        lapic_send(apic_ids[cpu], VECTOR_POKE);
    }
}
